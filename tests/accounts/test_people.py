"""Accounts: made with a one-use secret, roles kept apart, everything in the ledger."""

from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import credentials, passwords, recovery, service
from app.accounts.recovery import Reset
from app.accounts.service import Granted
from app.crypto import tokens
from app.db.ids import new_uid
from app.domain.people import RESET
from app.domain.roles import Role
from app.ledger.door import SYSTEM, act
from app.ledger.verify import problems
from app.models import ApiToken, Grant, LedgerEntry, Person, Region, RegionKind, SignIn
from tests.conftest import NOON
from tests.support.makers import COUNTY, make_place, make_region

TODAY = date(2026, 11, 23)
GOOD = "three tall oaks stand"
ALONE = Ed25519PrivateKey.generate().public_key()


def added(session: Session, login: str = "liwei", *roles: Role) -> tuple[Person, str]:
    """Return a new person with the one-use secret."""
    granted = tuple(Granted(role, "/", TODAY) for role in roles)
    return service.add_person(session, login, "李伟", granted, by=SYSTEM, at=NOON)


def test_a_new_account_is_opened_by_its_one_use_secret_alone(session: Session) -> None:
    """Nobody knows the first password but the person who sets it."""
    person, secret = added(session)
    assert not passwords.matches(person.password_hash, secret)
    recovery.redeem_reset(session, "liwei", secret, GOOD, at=NOON)
    assert passwords.matches(person.password_hash, GOOD)
    with pytest.raises(recovery.WrongResetError):
        recovery.redeem_reset(session, "liwei", secret, "another good password", at=NOON)


def test_the_one_use_secret_ends_after_three_days(session: Session) -> None:
    """A secret left in a drawer opens nothing."""
    _person, secret = added(session)
    late = NOON + timedelta(days=RESET.days)
    with pytest.raises(recovery.WrongResetError):
        recovery.redeem_reset(session, "liwei", secret, GOOD, at=late)
    recovery.redeem_reset(session, "liwei", secret, GOOD, at=late - timedelta(seconds=1))


@pytest.mark.parametrize("login", ["nobody", "liwei"])
def test_a_wrong_secret_is_refused_alike_for_known_and_unknown_logins(
    session: Session, login: str
) -> None:
    """Whether somebody exists is not told."""
    added(session)
    with pytest.raises(recovery.WrongResetError, match="wrong, used or too old"):
        recovery.redeem_reset(session, login, "guess", GOOD, at=NOON)


@pytest.mark.parametrize("login", ["Liwei", "1a", "a", "li wei", "x" * 41, "李伟", "a/b", ""])
def test_a_login_has_one_plain_form(session: Session, login: str) -> None:
    """It is typed on any keyboard and read out on the phone."""
    with pytest.raises(service.BadLoginError):
        added(session, login)


def test_a_login_is_given_once(session: Session) -> None:
    """Two people never share one."""
    added(session)
    with pytest.raises(service.LoginTakenError):
        added(session)


@pytest.mark.parametrize(
    ("held", "extra"),
    [
        (Role.VERIFIER, Role.INSPECTOR),
        (Role.INSPECTOR, Role.SIGNATORY),
        (Role.REPAIRER, Role.CHECKER),
        (Role.CHECKER, Role.REPAIRER),
    ],
)
def test_who_verifies_neither_inspects_nor_repairs(
    session: Session, held: Role, extra: Role
) -> None:
    """The same account never holds both, in either order, however they are given."""
    person, _secret = added(session, "liwei", held)
    with pytest.raises(service.RolesApartError):
        service.grant(session, person, Granted(extra, "/", TODAY), by=SYSTEM, at=NOON)
    with pytest.raises(service.RolesApartError):
        added(session, "zhang", held, extra)


def test_roles_apart_may_follow_one_another(session: Session) -> None:
    """An inspector who leaves may verify from the next day on."""
    person, _secret = added(session)
    last = TODAY + timedelta(days=30)
    inspector = Granted(Role.INSPECTOR, "/", TODAY, last)
    service.grant(session, person, inspector, by=SYSTEM, at=NOON)
    with pytest.raises(service.RolesApartError):
        service.grant(session, person, Granted(Role.VERIFIER, "/", last), by=SYSTEM, at=NOON)
    after = Granted(Role.VERIFIER, "/", last + timedelta(days=1))
    assert service.grant(session, person, after, by=SYSTEM, at=NOON).role is Role.VERIFIER


def test_custodians_hold_office_at_a_city_or_above(session: Session) -> None:
    """Counties and markets subscribe; they do not decide what a program is to be."""
    for path, kind in (("/32/", "province"), ("/32/3206/", "city"), (COUNTY, "county")):
        region = Region(uid=new_uid(), path=path, name=path, kind=RegionKind(kind))
        with act(session, region, "register", by=SYSTEM, at=NOON):
            session.add(region)
    place = make_place(session)
    person, _secret = added(session)
    for path in ("/", "/32/", "/32/3206/"):
        service.grant(session, person, Granted(Role.CUSTODIAN, path, TODAY), by=SYSTEM, at=NOON)
    for path in (COUNTY, place.path):
        with pytest.raises(service.CustodianTooLowError, match="at a city or a province"):
            service.grant(session, person, Granted(Role.CUSTODIAN, path, TODAY), by=SYSTEM, at=NOON)


def test_a_role_is_given_only_where_the_tree_has_a_node(session: Session) -> None:
    """A typing mistake in a path grants nothing."""
    make_region(session)
    person, _secret = added(session)
    service.grant(session, person, Granted(Role.MANAGER, COUNTY, TODAY), by=SYSTEM, at=NOON)
    for path in ("/32/9999/", COUNTY[:-1], "", "32"):
        with pytest.raises(service.UnknownRegionError):
            service.grant(session, person, Granted(Role.MANAGER, path, TODAY), by=SYSTEM, at=NOON)


def test_a_role_taken_away_ends_yesterday(session: Session) -> None:
    """One that began today leaves no trace but the ledger's."""
    person, _secret = added(session, "liwei", Role.MANAGER)
    older = Granted(Role.MANAGER, "/", TODAY - timedelta(days=9))
    service.grant(session, person, older, by=SYSTEM, at=NOON)
    assert service.withdraw(session, person, Role.MANAGER, by=SYSTEM, at=NOON) == 2
    left = session.scalars(select(Grant).where(Grant.person_id == person.id)).all()
    assert [one.until for one in left] == [TODAY - timedelta(days=1)]


def test_a_closed_account_loses_sessions_and_tokens(session: Session) -> None:
    """What was open ends in the same transaction."""
    person, _secret = added(session)
    service.add_token(session, person, by=SYSTEM, at=NOON)
    service.disable(session, person, by=SYSTEM, at=NOON)
    assert session.scalars(select(ApiToken)).one().revoked_at == NOON
    with pytest.raises(service.UnknownPersonError):
        service.add_token(session, person, by=SYSTEM, at=NOON)


def test_a_reset_voids_the_password_and_reopens(session: Session) -> None:
    """The way back for who forgot the password, or lost the phone."""
    person, secret = added(session)
    recovery.redeem_reset(session, "liwei", secret, GOOD, at=NOON)
    person.totp_secret = "covered"  # noqa: S105 - no secret
    service.disable(session, person, by=SYSTEM, at=NOON)
    again = recovery.ask_reset(session, person, Reset(second_factor=True), by=SYSTEM, at=NOON)
    assert not passwords.matches(person.password_hash, GOOD)
    # The second factor goes only with the secret, not with asking.
    assert (person.disabled_at, person.totp_secret) == (None, "covered")
    recovery.redeem_reset(session, "liwei", again, GOOD, at=NOON)
    assert passwords.matches(person.password_hash, GOOD)
    assert person.totp_secret is None


def test_a_closed_account_takes_no_reset(session: Session) -> None:
    """A secret handed out before the account was closed is worth nothing."""
    person, secret = added(session)
    service.disable(session, person, by=SYSTEM, at=NOON)
    with pytest.raises(recovery.WrongResetError):
        recovery.redeem_reset(session, "liwei", secret, GOOD, at=NOON)


def test_a_new_password_signs_out_everywhere(session: Session) -> None:
    """Whoever took a session over is out."""
    person, _secret = added(session)
    session.add(
        SignIn(
            uid="s",
            person_id=person.id,
            token_digest="d",
            created_at=NOON,
            last_seen_at=NOON,
            expires_at=NOON + timedelta(days=1),
        )
    )
    credentials.set_password(session, person, GOOD, by=person.uid, at=NOON)
    session.expire_all()
    assert session.scalars(select(SignIn)).one().revoked_at == NOON


def test_of_a_token_only_the_digest_is_kept(session: Session) -> None:
    """A stolen database gives no token away."""
    person, _secret = added(session)
    token = service.add_token(session, person, service.NewToken("excel"), by=SYSTEM, at=NOON)
    row = session.scalars(select(ApiToken)).one()
    assert row.token_digest == tokens.digest(token)
    assert token not in repr(vars(row))


def test_every_change_of_a_person_is_one_entry_of_the_ledger(session: Session) -> None:
    """And the rows still say what the entries say."""
    person, secret = added(session, "liwei", Role.MANAGER)
    recovery.redeem_reset(session, "liwei", secret, GOOD, at=NOON)
    service.grant(session, person, Granted(Role.AUDITOR, "/", TODAY), by=SYSTEM, at=NOON)
    service.withdraw(session, person, Role.MANAGER, by=SYSTEM, at=NOON)
    recovery.ask_reset(session, person, Reset(), by=SYSTEM, at=NOON)
    service.disable(session, person, by=SYSTEM, at=NOON)
    session.flush()
    subjects = session.scalars(select(LedgerEntry.subject)).all()
    assert subjects == [f"person:{person.uid}"] * 6
    assert list(problems(session, ALONE)) == []
    assert b"liwei" not in b"".join(session.scalars(select(LedgerEntry.data)))


def test_a_grant_behind_the_ledgers_back_is_found(session: Session) -> None:
    """The control: the check above can fail."""
    person, _secret = added(session, "liwei", Role.MANAGER)
    session.add(Grant(uid="g", person_id=person.id, role=Role.ADMIN, path="/", since=TODAY))
    session.flush()
    assert [problem.code for problem in problems(session, ALONE)] == ["row_altered"]
