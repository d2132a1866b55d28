"""What the libraries compile for each application is compiled once a run.

The suite puts the program together more than a thousand times, always with the same routes,
templates and statements; compiling them was half of its time.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

STATEMENTS = 5_000


class Templates(BytecodeCache):
    """Templates of this process, by name, file and words."""

    def __init__(self) -> None:
        """Begin empty."""
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what was compiled before."""
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled now."""
        if bucket.code:
            self.codes[bucket.key, bucket.checksum] = bucket.code


def once() -> None:
    """Share templates, addresses and statements between all applications of this process."""
    _addresses()
    _statements()
    Flask.jinja_options["bytecode_cache"] = Templates()


def _addresses() -> None:
    compile_builder = Rule._compile_builder  # noqa: SLF001 - werkzeug has no door for this
    builders: dict[Any, Callable[..., tuple[str, str]]] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT002 - as werkzeug has it
        key = (rule.rule, repr(rule.defaults), *rule._trace, append_unknown)  # noqa: SLF001
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    Rule._compile_builder = compiled  # type: ignore[method-assign]  # noqa: SLF001


def _statements() -> None:
    """Have engines of one kind share what they compile: each test has a database of its own."""
    shared: LRUCache[Any, Any] = LRUCache(STATEMENTS)
    cache = property(lambda _engine: shared, lambda _engine, _own: None)
    setattr(Engine, "_compiled_cache", cache)  # noqa: B010 - SQLAlchemy has no door for this
    # What is compiled is kept by dialect, and every engine has one of its own.
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        setattr(kind, "__eq__", lambda one, other: type(one) is type(other))  # noqa: B010
        setattr(kind, "__hash__", lambda one: hash(type(one)))  # noqa: B010
