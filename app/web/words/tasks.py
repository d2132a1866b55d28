"""Words of the server's tasks: their kinds, what they say on the way, and how they end.

A new kind has its line in KIND; its messages, the keys of its result and its errors theirs.
A code without a line is shown as it is. Errors that are refusals have their sentence there.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.web.refusals import REFUSALS

KIND: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "rejudge_model": _l("Judging scales again"),
        "verify_ledger": _l("Checking the ledger"),
        "import_read": _l("Looking through a list"),
        "import_apply": _l("Writing a list into the register"),
        "import_undo": _l("Undoing an import"),
        "bulk_act": _l("One act on many scales"),
        "recall_list": _l("Listing what was verified with a weight"),
        "recall_clear": _l("Taking a recall back"),
    }
)

MESSAGE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "": _l("In progress"),
        "judging_scales": _l("Judging scale after scale"),
        "checking_chain": _l("Following the chain of entries"),
        "checking_rows": _l("Comparing the register with the entries"),
        "acting_on_scales": _l("Doing it scale after scale"),
        "listing_scales": _l("Looking at scale after scale"),
        "undoing_decisions": _l("Undoing decision after decision"),
        "reading_file": _l("Reading the file"),
        "checking_list": _l("Looking at row after row"),
        "writing_list": _l("Writing row after row"),
        "checking_stories": _l("Comparing the stories of the scales"),
    }
)

RESULT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "scales": _l("Scales judged"),
        "entries": _l("Entries"),
        "signed_to": _l("Signed up to entry"),
        "problems": _l("Problems found"),
        "attempts": _l("Attempts"),
        "acts_done": _l("Scales done"),
        "acts_failed": _l("Scales that could not any more"),
        "scales_listed": _l("Scales on the list"),
        "decisions_undone": _l("Decisions undone"),
        "rows": _l("Rows"),
        "rows_waiting": _l("Rows not written"),
        "rows_applied": _l("Rows written"),
        "rows_overtaken": _l("Rows changed by somebody meanwhile"),
        "rows_undone": _l("Rows undone"),
        "rows_kept": _l("Rows kept because they were touched since"),
    }
)

ERROR: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "worker_died": _l(
            "The program ended three times while doing this. Tell whoever looks after the server."
        ),
        "database_failed": _l("The database failed three times. Try again later."),
        "unknown_kind": _l("This version of the program does not know this task."),
        "program_error": _l("The program made a mistake. Nothing half done was kept."),
    }
)

PROBLEM: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "gap": _l("an entry is missing"),
        "entry_altered": _l("the entry was altered"),
        "entry_malformed": _l("the entry cannot be read"),
        "chain_broken": _l("the chain is broken here"),
        "changed_outside": _l("changed behind the ledger's back"),
        "head_missing": _l("the ledger's head is missing"),
        "head_altered": _l("the ledger's head was altered"),
        "entries_missing": _l("the last entries are missing"),
        "checkpoint_forged": _l("we did not sign this checkpoint"),
        "checkpoint_altered": _l("the checkpoint was altered"),
        "checkpoint_contradicts": _l("the checkpoint contradicts the entries"),
        "checkpoint_of_another_epoch": _l("the checkpoint names another epoch"),
        "epoch_missing": _l("the statement of an epoch is missing"),
        "epoch_forged": _l("we did not sign this epoch"),
        "epoch_altered": _l("the statement of an epoch was altered"),
        "epoch_contradicts": _l("the epoch goes on from another history"),
        "epoch_without_entry": _l("no entry begins this epoch"),
        "row_without_entry": _l("in the register without an entry"),
        "row_altered": _l("the register says something else"),
        "row_missing": _l("missing from the register"),
        "story_altered": _l("the story of the scale was altered"),
    }
)


def say_error(code: str) -> str:
    """Return the sentence for why a task could not be done."""
    if code in ERROR:
        return str(ERROR[code])
    refusal = REFUSALS.get(code)
    return str(refusal.said) if refusal else code
