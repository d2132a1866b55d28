"""What a browser does with a form: it sends back what the page put there."""

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

Sent = dict[str, Any]


class _Form(HTMLParser):
    """The fields of the form with one address, as they would be sent untouched."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside = action, False
        self.sent: dict[str, list[str]] = {}
        self.name, self.text = "", ""
        self.first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = (given.get("action") or "").split("#")[0] == self.action
        elif self.inside and tag in {"select", "textarea"}:
            self.name, self.text, self.first = given.get("name") or "", "", None
        elif self.inside and tag == "option" and self.name:
            value = given.get("value") or ""
            self.first = value if self.first is None or "selected" in given else self.first
        elif self.inside and tag == "input" and given.get("name"):
            ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
            if ticked and given.get("type") != "file":
                self.sent.setdefault(str(given["name"]), []).append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif self.inside and tag in {"select", "textarea"} and self.name:
            value = self.text if tag == "textarea" else self.first or ""
            self.sent[self.name], self.name = [value], ""


def on_page(page: str, action: str) -> Sent:
    """Return what the form of ``page`` that goes to ``action`` would send."""
    form = _Form(action)
    form.feed(page)
    assert form.sent, f"no form of this page goes to {action}"
    return dict(form.sent)


def opened(client: FlaskClient, url: str, action: str = "") -> Sent:
    """Return what the form at ``url`` would send back untouched."""
    return on_page(client.get(url).text, action or url)
