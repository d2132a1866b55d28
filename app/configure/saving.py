"""Saving a form of the register: it is written, or its page comes again and says why not."""

from collections.abc import Callable
from typing import Final, Protocol

from app.configure.forms import Form
from app.configure.service import FieldsError
from app.web.edits import EditedMeanwhileError

INVALID: Final = 422
CONFLICT: Final = 409


class Page(Protocol):
    """The page of a form, which can show what somebody else wrote meanwhile."""

    def __call__(self, form: Form, /, *, clashed: bool = False) -> str:
        """Return the page with what was typed."""
        ...


def refusal(form: Form, page: Page, write: Callable[[], object]) -> tuple[str, int] | None:
    """Write a form; return its page where that was refused, None where it is written."""
    try:
        write()
    except EditedMeanwhileError:
        return page(form, clashed=True), CONFLICT
    except FieldsError as error:
        form.refuse(error)
        return page(form), INVALID
    return None
