"""What the worksheet's script says, in the language of the page. Source: domain.md 8."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.web.words.rule_sets import PRE_CHECK, TEST
from app.web.words.signing import POSITION

HOW: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "zero": _l("Load up to Max once and take off. Nothing on the pan: set to zero."),
        "tare": _l("Put a vessel on and press tare."),
        "eccentricity": _l("Put this on the marked place:"),
        "weighing_up": _l("Put on, rising:"),
        "weighing_down": _l("Take off down to:"),
        "repeatability": _l("Take off, wait for zero, put on again:"),
        "discrimination": _l("Put on and wait until it is still:"),
        "price": _l("Put on, and key in the unit price:"),
    }
)
VERDICT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "pass": _l("verification passed"),
        "fail": _l("verification failed"),
        "incomplete": _l("not complete yet"),
    }
)
RESULT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "ok": _l("in order"),
        "bad": _l("not in order"),
        "not_checked": _l("not looked at"),
        "not_applicable": _l("does not apply"),
    }
)
STEP: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "setup": _l("Who and with what"),
        "known": _l("What the register knows"),
        "look": _l("Before any weight"),
        "marks": _l("Label and lead seal"),
        "summary": _l("Outcome"),
    }
)
KIND: Final[Mapping[str, Any]] = MappingProxyType(
    {"initial": _l("first verification"), "subsequent": _l("subsequent verification")}
)
TABLES: Final = {
    "tests": TEST,
    "how": HOW,
    "positions": POSITION,
    "prechecks": PRE_CHECK,
    "verdicts": VERDICT,
    "results": RESULT,
    "steps": STEP,
    "kinds": KIND,
}
SAID: Final[Mapping[str, Any]] = MappingProxyType(
    {
        # the frame
        "back": _l("Back"),
        "next": _l("Go on"),
        "undo": _l("Undo"),
        "progress": _l("%(done)s of %(of)s steps"),
        "n_beyond": _l("%(n)s beyond the limit"),
        "nothing_yet": _l("Nothing to save yet"),
        "saved_here": _l("Kept on this device; %(n)s not sent yet"),
        "saved_there": _l("Saved on the server at %(time)s"),
        "not_kept": _l("This device does not keep drafts; stay online"),
        "closed": _l("This draft was submitted or put away"),
        # who and with what
        "scales": _l("Scale"),
        "n_scales": _l("%(n)s scales, each load once"),
        "body": _l("Verification body"),
        "standard": _l("Measurement standard"),
        "rules": _l("Regulation"),
        "weights": _l("Standard weights"),
        "none": _l("none"),
        "until": _l("until %(day)s"),
        "temperature": _l("Temperature"),
        "humidity": _l("Humidity"),
        "mixed": _l("No set of this class makes every load by itself: weights of %(sets)s."),
        "several": _l("Weights of more than one set: %(sets)s."),
        "whole_set": _l("Only from set %(name)s"),
        "change_weights": _l("Change the weights"),
        "done": _l("Use these weights"),
        "begin": _l("Agreed, begin"),
        "air_first": _l("Type temperature and humidity first; they are kept for today."),
        "uncounted": _l(
            "Labels and lead seals of %(day)s were not counted: count before you begin."
        ),
        "odd_air": _l(
            "Scales are verified from %(least)s to %(most)s °C and up to %(humidity)s."
            " Go on only if the plate allows this; the checker is told."
        ),
        "no_body": _l("You belong to no verification body."),
        "no_standard": _l("No valid standard of the body reaches this Max."),
        "barred": _l("This verification may not be done now."),
        "short": _l("The weights at hand do not build: %(loads)s"),
        # before any weight
        "looks": _l("Before any weight"),
        "register": _l("Register:"),
        "known": _l("The register answers these by itself"),
        "turn": _l("Tap a line to change it."),
        "accept": _l("Agreed"),
        "ok": _l("In order"),
        "bad": _l("Not in order"),
        "not_checked": _l("Not looked at"),
        "refuses": _l("The scale fails by this."),
        "warns": _l("Noted for the checker; the scale does not fail by this alone."),
        "end_here": _l("End here: failed"),
        # readings
        "range": _l("range %(n)s"),
        "agrees": _l("Agrees with the weights, next point"),
        "other": _l("Another value"),
        "indication": _l("Indication"),
        "added": _l("Small weights put on"),
        "jump": _l("Add small weights of %(small)s until it jumps to %(to)s kg. How many?"),
        "shows_else": _l("It shows something else"),
        "put_more": _l("Put %(small)s more on, gently (1.4 d). The indication:"),
        "no_rise": _l("stays"),
        "rises": _l("Rises by 1 d, next point"),
        "error": _l("Error"),
        "beyond": _l("Error %(error)s, beyond ± %(limit)s"),
        "again": _l("Read again"),
        "keep": _l("It is so, go on"),
        "adjust": _l("Adjusted, measure anew"),
        "front": _l("front"),
        "enter": _l("Enter"),
        "cancel": _l("Cancel"),
        "delete": _l("Delete a digit"),
        "sign": _l("Plus or minus"),
        # price
        "yuan": _l("yuan"),
        "yuan_per_kg": _l("yuan/kg"),
        "amount": _l("Amount shown"),
        "unit_price": _l("Unit price"),
        "other_price": _l("Another unit price"),
        "amount_right": _l("Amount is right, next point"),
        "price_wrong": _l("The amount does not agree with mass and unit price."),
        # marks
        "marks": _l("Label and lead seal"),
        "label": _l("Number of the label"),
        "seal": _l("Number of the lead seal"),
        "seal_or_none": _l("Number of the lead seal; empty where the old one is intact"),
        "from_stock": _l("The next ones of your stock."),
        "no_stock": _l("You hold no labels: take some from the stock first."),
        "scan_marks": _l("A scanner types into the field."),
        "put_on": _l("Put on, go on"),
        "no_marks": _l("A failed scale gets no label. Numbers stay in your stock."),
        # the end
        "end": _l("Outcome"),
        "readings": _l("Readings"),
        "nearest": _l("Largest share of a limit"),
        "share": _l("%(share)s at %(load)s"),
        "air": _l("Temperature and humidity"),
        "lacks": _l("%(n)s steps are open."),
        "go_there": _l("Go there"),
        "also": _l("Also: %(test)s"),
        "before": _l("%(n)s readings before adjustment are kept."),
        "submit": _l("Submit the worksheet"),
        "submit_n": _l("Submit %(n)s worksheets"),
        "submitting": _l("Being submitted …"),
        "submitted": _l("Submitted"),
        "all_submitted": _l("All submitted; to the worksheets"),
        "not_ready": _l("Something is open yet."),
        "offline_submit": _l("There is no network: all is kept here and can be submitted later."),
        # two devices
        "conflict": _l("Another device wrote this draft too."),
        "here": _l("This device"),
        "there": _l("The server"),
        "saved_at": _l("saved %(at)s"),
        "entries": _l("entries"),
        "both_kept": _l("Both are kept. The other one stays among your worksheets."),
        "go_on_here": _l("Go on with this device's"),
        "go_on_there": _l("Go on with the server's"),
    }
)


def screen() -> dict[str, Any]:
    """Return every word of the script."""
    found: dict[str, Any] = {name: str(word) for name, word in SAID.items()}
    return found | {
        name: {code: str(word) for code, word in table.items()} for name, table in TABLES.items()
    }
