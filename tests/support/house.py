"""One market with an application before it, and somebody of every role signed in."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.config import Settings
from app.crypto import keys, totp
from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.lifecycle import Action
from app.domain.roles import Role
from app.domain.verification import VerificationKind, VerificationResult
from app.factory import create_app
from app.ledger.door import SYSTEM, act
from app.manage import service as managing
from app.models import Code, CodeKind, Scale, Stall, Trader
from app.verify.service import NewVerification, record_verification
from app.web.database import Installation
from app.web.identity import COOKIE
from tests.support import makers
from tests.support.world import api_token, sign_in


@dataclass(slots=True)
class House:
    """The application, and the uids of what is in its market."""

    app: Flask
    work: Installation
    place: str = ""
    model: str = ""
    stall: str = ""
    trader: str = ""
    scale: str = ""
    secrets: dict[Role, str] = field(default_factory=dict)
    cookies: dict[Role, str] = field(default_factory=dict)
    tokens: dict[Role, str] = field(default_factory=dict)

    def page(self, role: Role) -> FlaskClient:
        """Return the browser of somebody in ``role``."""
        client = self.app.test_client()
        client.set_cookie(COOKIE, self.cookies[role])
        client.set_cookie("lang", "en")
        return client

    def api(
        self,
        role: Role,
        path: str,
        body: dict[str, Any] | None = None,
        **headers: str,
    ) -> TestResponse:
        """Return the answer of the API: to GET, or to POST where there is a body."""
        send = {"Authorization": f"Bearer {self.tokens[role]}", "Accept-Language": "en"}
        send |= {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.app.test_client()
        if body is None:
            return client.get(f"/api/v1{path}", headers=send)
        if "If-Match" not in send:
            read = client.get(f"/api/v1{'/'.join(path.split('/')[:3])}", headers=send)
            send["If-Match"] = read.headers.get("ETag", '"none"')
        send["Content-Type"] = "application/json"
        return client.post(f"/api/v1{path}", data=json.dumps(body), headers=send)

    def code(self, role: Role) -> str:
        """Return the present code of the second factor of somebody in ``role``."""
        return pyotp.TOTP(self.secrets[role]).at(utcnow())

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that is committed."""
        with self.work.database.transaction() as session:
            yield session

    def row(self, uid: str = "") -> Scale:
        """Return the scale as it is now."""
        with self.work.database.reading() as session:
            return session.scalars(select(Scale).where(Scale.uid == (uid or self.scale))).one()


def build(home: Path, template: Path) -> House:
    """Return a market with one registered scale, one stall, one trader and all roles."""
    keys.create(home / "keys")
    shutil.copyfile(template, home / "wutong.db")
    house = _open(home)
    with house.writing() as session:
        place = makers.make_place(session)
        model = makers.make_model(session)
        scale = makers.make_scale(session, place, model, "SN-0001", market_no="A-01")
        house.place, house.model, house.scale = place.uid, model.uid, scale.uid
        house.stall = makers.make_stall(session, place).uid
        house.trader = makers.make_trader(session, place).uid
        for role in Role:
            _settle(house, session, role)
    house.work.database.dispose()
    return house


def moved_into(built: House, home: Path) -> House:
    """Return a house of its own, as ``built`` was when it was new."""
    shutil.copytree(built.work.settings.home, home)
    fresh = _open(home)
    return replace(built, app=fresh.app, work=fresh.work)


def _open(home: Path) -> House:
    app = create_app(Settings(home=home, database_url=f"sqlite:///{home / 'wutong.db'}"))
    app.config["WTF_CSRF_METHODS"] = set()  # forgery has tests of its own
    return House(app, app.extensions["wutong"])


def _settle(house: House, session: Session, role: Role) -> None:
    secret = totp.new_secret()
    covered = totp.cover(house.work.keys.totp, secret)
    person = makers.make_person(session, role.value, [role], totp_secret=covered)
    at = utcnow()
    house.secrets[role] = secret
    house.cookies[role] = sign_in(session, person, at)
    house.tokens[role] = api_token(session, person, at)


def verify_all(house: House, uid: str = "") -> None:
    """Give a scale a code and a passed verification of yesterday."""
    at = utcnow() - timedelta(days=1)
    with house.writing() as session:
        scale = session.scalars(select(Scale).where(Scale.uid == (uid or house.scale))).one()
        with act(session, scale, "tag_bound", by=SYSTEM, at=at):
            session.add(
                Code(
                    uid=new_uid(),
                    path=scale.path,
                    scale_id=scale.id,
                    kind=CodeKind.CITY,
                    value=f"city {scale.uid}",
                    issued_at=at,
                )
            )
        managing.perform(session, scale, managing.Act(action=Action.SUBMIT), by=SYSTEM, at=at)
        found = NewVerification(
            result=VerificationResult.PASS,
            kind=VerificationKind.INITIAL,
            verified_on=local_date(at),
            body="通州所",
            label_no=f"F-{scale.id:03}",
            seal_no="Q-1",
        )
        record_verification(session, scale, found, by=SYSTEM, at=at)


def deploy(house: House) -> None:
    """Hand the scale out to the trader at the stall."""
    verify_all(house)
    with house.writing() as session:
        scale = session.scalars(select(Scale).where(Scale.uid == house.scale)).one()
        stall = session.scalars(select(Stall).where(Stall.uid == house.stall)).one()
        trader = session.scalars(select(Trader).where(Trader.uid == house.trader)).one()
        given = managing.Deploy(stall, trader)
        managing.deploy(session, scale, given, by=SYSTEM, at=utcnow() - timedelta(hours=1))
