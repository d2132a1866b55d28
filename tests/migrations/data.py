"""For each revision: rows put in before it, and what must be read after it."""

AFTER: dict[str, tuple[list[str], dict[str, object]]] = {
    # the first one: an empty ledger waits for its first entry
    "5a7865cc061c": ([], {"SELECT size FROM ledger_head": 0, "SELECT count(*) FROM scale": 0}),
    # epochs and ordered paths: a region keeps its path
    "b3e09f5d2c71": (
        ["INSERT INTO region (uid, path, name, kind) VALUES ('1', '/32/', '江苏', 'province')"],
        {"SELECT path FROM region": "/32/", "SELECT count(*) FROM epoch": 0},
    ),
    # leases of tasks: one that ran before is taken over
    "c41d7a90e6b8": (
        [
            (
                "INSERT INTO task (uid, path, executor, kind, state, created_at, claimed_by,"
                " payload, progress, result) VALUES ('0198c0de-0000-7000-8000-000000000002', '/',"
                " 'server', 'rejudge_model', 'running', '2026-11-23 04:00:00', 'gone', '{}', '{}',"
                " '{}')"
            )
        ],
        {
            "SELECT attempts FROM task": 0,
            "SELECT stage FROM task": "{}",
            "SELECT count(*) FROM task WHERE may_cancel AND lease_until IS NULL": 1,
        },
    ),
}
