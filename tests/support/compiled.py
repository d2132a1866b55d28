"""What the libraries compile for each application is compiled once a run.

The suite puts the program together more than a thousand times, always with the same routes and
templates; compiling them was a third of its time.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


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
    """Share templates and the builders of addresses between all applications of this process."""
    Flask.jinja_options["bytecode_cache"] = Templates()
    compile_builder = Rule._compile_builder  # noqa: SLF001 - werkzeug has no door for this
    builders: dict[Any, Callable[..., tuple[str, str]]] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT002 - as werkzeug has it
        key = (rule.rule, repr(rule.defaults), *rule._trace, append_unknown)  # noqa: SLF001
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    Rule._compile_builder = compiled  # type: ignore[method-assign]  # noqa: SLF001
