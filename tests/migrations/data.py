"""For each revision: rows put in before it, and what must be read after it."""

AFTER: dict[str, tuple[list[str], dict[str, object]]] = {
    # the first one: an empty ledger waits for its first entry
    "5a7865cc061c": ([], {"SELECT size FROM ledger_head": 0, "SELECT count(*) FROM scale": 0}),
    # epochs and ordered paths: a region keeps its path
    "b3e09f5d2c71": (
        ["INSERT INTO region (uid, path, name, kind) VALUES ('1', '/32/', '江苏', 'province')"],
        {"SELECT path FROM region": "/32/", "SELECT count(*) FROM epoch": 0},
    ),
}
