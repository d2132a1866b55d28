"""Ways into other parts of the program, shown only to those who may go there."""

from typing import Any

from flask import current_app, url_for

from app.web.access import maybe_caller, rule_of


def link(endpoint: str, **values: Any) -> str | None:  # noqa: ANN401 - as url_for takes them
    """Return the address of ``endpoint``, or None where it is not for the caller."""
    if endpoint not in current_app.view_functions:
        return None
    rule, who = rule_of(current_app, endpoint), maybe_caller()
    if rule is None or who is None or (rule.roles and not rule.roles & who.roles):
        return None
    return url_for(endpoint, **values)
