"""People, what they may do where, and how they are signed in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, Big, digest, name, one_of, path, primary_key, public_id
from app.domain.roles import Role


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
    """A bearer token of a person for the API: only its digest is kept."""

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("token_digest"),)

    id: Mapped[primary_key]
    uid: Mapped[public_id]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    person: Mapped[Person] = relationship()
    token_digest: Mapped[digest]
    note: Mapped[str] = mapped_column(String(120), default="")
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
