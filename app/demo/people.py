"""The demo's accounts: one for each role, with a known password and a fresh TOTP secret."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyotp
from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import credentials, service
from app.accounts.service import Granted
from app.domain.calendar import local_date
from app.domain.roles import SECOND_FACTOR, Role
from app.ledger.door import SYSTEM
from app.models import Person

PASSWORD: Final = "five-unifieds"  # noqa: S105 - of the demo, printed at its start
PRIVATE: Final = 0o600
PROVINCE: Final = "/32/"
CITY: Final = "/32/3206/"
COUNTY: Final = "/32/3206/320612/"


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account: its name on screens, its role and where it acts."""

    name: str
    role: Role
    path: str


ACCOUNTS: Final[Mapping[str, Account]] = MappingProxyType(
    {
        "manager": Account("周建国", Role.MANAGER, COUNTY),
        "inspector": Account("陈卫东", Role.INSPECTOR, COUNTY),
        "verifier": Account("沈立新", Role.VERIFIER, COUNTY),
        "checker": Account("顾海燕", Role.CHECKER, COUNTY),
        "signatory": Account("陆正明", Role.SIGNATORY, COUNTY),
        "repairer": Account("丁师傅", Role.REPAIRER, COUNTY),
        "regulator": Account("钱晓峰", Role.REGULATOR, CITY),
        "custodian1": Account("许文静", Role.CUSTODIAN, PROVINCE),
        "custodian2": Account("吴志远", Role.CUSTODIAN, PROVINCE),
        "auditor": Account("郑审", Role.AUDITOR, PROVINCE),
        "admin": Account("系统管理员", Role.ADMIN, "/"),
    }
)


def create(session: Session, *, at: datetime) -> dict[str, Person]:
    """Make the accounts, without second factors yet."""
    people = {}
    for login, account in ACCOUNTS.items():
        granted = Granted(account.role, account.path, local_date(at))
        person, _secret = service.add_person(
            session, login, account.name, (granted,), by=SYSTEM, at=at
        )
        credentials.set_password(session, person, PASSWORD, by=SYSTEM, at=at)
        people[login] = person
    return people


def enrol(session: Session, key: Fernet, file: Path, *, at: datetime) -> None:
    """Give the second factor to each role that needs one; the secrets are kept to be printed."""
    secrets = {}
    for person in session.scalars(select(Person).where(Person.login.in_(ACCOUNTS))):
        if ACCOUNTS[person.login].role in SECOND_FACTOR:
            secrets[person.login] = pyotp.random_base32()
            # The code of a past step: the present one stays unused for the first sign-in.
            before = at - timedelta(seconds=30)
            code = pyotp.TOTP(secrets[person.login]).at(before)
            credentials.enrol_second_factor(
                session, person.id, secrets[person.login], code, key, before
            )
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(handle, "w") as out:
        json.dump(secrets, out)


def secrets_in(file: Path) -> dict[str, str]:
    """Return the TOTP secrets by login."""
    found = json.loads(file.read_text())
    return {str(login): str(secret) for login, secret in found.items()}
