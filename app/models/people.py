"""People, what they may do where, and how they are signed in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    and_,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, Big, digest, name, one_of, path, primary_key, public_id
from app.domain.roles import Role
from app.domain.tokens import EVERY


class Person(Base):
    """An account. ``secret`` keys the digest under which the name enters the ledger."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("login"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    login: Mapped[str] = mapped_column(String(60))
    name: Mapped[name]
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_last_step: Mapped[int] = mapped_column(Big, default=0)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    grants: Mapped[list["Grant"]] = relationship(back_populates="person")


class Grant(Base):
    """A role of a person inside a region, from a day to a day."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("until IS NULL OR since <= until", name="days_are_ordered"),
    )

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person] = relationship(back_populates="grants")
    role: Mapped[Role]
    path: Mapped[path]
    since: Mapped[date]
    until: Mapped[date | None]

    @classmethod
    def runs(cls, day: date) -> ColumnElement[bool]:
        """Return the condition that a grant is good on ``day``; both its days count."""
        return and_(cls.since <= day, or_(cls.until.is_(None), cls.until >= day))


class Credential(Base):
    """What a person proves to be with, beside the password: the PIN; and the age of both."""

    __tablename__ = "credential"
    __table_args__ = (UniqueConstraint("person_id"),)

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    pin_set_at: Mapped[datetime | None]
    password_set_at: Mapped[datetime | None]
    old_passwords: Mapped[list[Any]]


class RecoveryCode(Base):
    """One of the printed codes that stand in for a lost phone, once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "digest"),)

    id: Mapped[primary_key]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    digest: Mapped[digest]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ResetRequest(Base):
    """An administrator asked that a person start over; a second one may have to consent."""

    __tablename__ = "reset_request"

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person] = relationship()
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    second_factor: Mapped[bool]
    needs_consent: Mapped[bool]
    consented_by: Mapped[str | None] = mapped_column(String(60))
    consented_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(200), default="")


class Device(Base):
    """A browser that people bound themselves to; only the digest of its secret is kept."""

    __tablename__ = "device"
    __table_args__ = (UniqueConstraint("token_digest"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    token_digest: Mapped[digest]
    name: Mapped[name]
    shared: Mapped[bool]
    bound_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DevicePerson(Base):
    """A person bound to a device: there the PIN is the second factor."""

    __tablename__ = "device_person"
    __table_args__ = (UniqueConstraint("device_id", "person_id"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    device_id: Mapped[int] = mapped_column(ForeignKey(Device.id))
    device: Mapped[Device] = relationship()
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person] = relationship()
    bound_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]


class SignIn(Base):
    """A browser session: only the digest of its secret is kept."""

    __tablename__ = "sign_in"
    __table_args__ = (UniqueConstraint("token_digest"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person] = relationship()
    token_digest: Mapped[digest]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    second_factor_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(String(200), default="")
    device_id: Mapped[int | None] = mapped_column(ForeignKey(Device.id))
    locked_at: Mapped[datetime | None]


class StepUp(Base):
    """A fresh proof for one named batch of legal acts in one session; it is spent once."""

    __tablename__ = "step_up"

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    sign_in_id: Mapped[int] = mapped_column(ForeignKey(SignIn.id), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    digest: Mapped[digest]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """One try to sign in; the login as typed enters only as a digest."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_login_digest_at", "login_digest", "at"),)

    id: Mapped[primary_key]
    login_digest: Mapped[digest]
    address: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class ApiToken(Base):
    """A bearer token of a person for the API: only its digest is kept.

    ``scopes``: what it may do, names with blanks between them (``app.domain.tokens``).
    """

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("token_digest"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person] = relationship()
    token_digest: Mapped[digest]
    note: Mapped[str] = mapped_column(String(120), default="")
    scopes: Mapped[str] = mapped_column(String(120), default=EVERY, server_default=EVERY)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """The answer given to a write, so that its repetition gets the same one."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("caller", "key"),)

    id: Mapped[primary_key]
    caller: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(100))
    request_digest: Mapped[digest]
    status: Mapped[int]
    body: Mapped[str]
    at: Mapped[datetime]
