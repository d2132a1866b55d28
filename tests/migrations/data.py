"""For each revision: rows put in before it, and what must be read after it."""

AFTER: dict[str, tuple[list[str], dict[str, object]]] = {
    # the first one: an empty ledger waits for its first entry
    "5a7865cc061c": ([], {"SELECT size FROM ledger_head": 0, "SELECT count(*) FROM scale": 0}),
}
