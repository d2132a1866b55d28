"""Requests as this server takes them: JSON through the strict reader, bodies limited."""

from typing import Any, Final

from flask import Request, request

from app.domain.errors import DomainError
from app.web.strict_json import SIZE, read_object

# WeChat's own browser, which has no live camera and no work without a network.
CHAT: Final = "MicroMessenger"


def in_chat() -> bool:
    """Return whether the page is looked at inside a chat program."""
    return CHAT in request.user_agent.string


class NotJsonError(DomainError):
    """The body has another media type than JSON."""

    code = "not_json"


class StrictRequest(Request):
    """A request whose JSON has been through the one strict reader.

    Every caller of ``get_json``, libraries included, gets the same answer or the same refusal.
    """

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002 - Werkzeug's signature
        """Return the object in the body.

        Raises:
            NotJsonError: The content type is not JSON.
            StrictJsonError: The body is refused.
            JsonTooLargeError: The body is too long.
        """
        del silent, cache
        if not force and not self.is_json:
            raise NotJsonError("send application/json")
        limit = self.max_content_length or SIZE
        return read_object(self.get_data(cache=True), size=limit)
