"""How a command of the station ends when something is wrong: a sentence and an exit status."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from scale_agent.faults import StationFaultError

P = ParamSpec("P")


def in_words(function: Callable[P, None]) -> Callable[P, None]:
    """Turn a fault into its sentence on standard error and its exit status."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except StationFaultError as fault:
            click.echo(f"scale-agent: {fault}", err=True)
            sys.exit(fault.exit_status)

    return wrapper
