"""Lists go by market number; the last day of a kind of type is looked up, not written into cells.

Why: people of a market think in its numbers, where A-2 comes before A-10, so each scale has a
key to sort by and every index of the list holds it. And a rule about old types concerned every
cell: renewing 100,000 of them held SQLite's one lock for seconds. Now a cell holds a day that
stands for the kind of type (year 9999), and readers compare it with the rules.
Old rows: keys and cells are worked out here, in one go.
Safe while the old release runs: scales that it registers sort first until they are numbered,
and it does not see the end of a kind of type in lists; the page of a scale does.
"""

import re
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "d41b86f0a3e9"
down_revision = "b7d20e94c1f8"
branch_labels = None
depends_on = None

ALWAYS, NEVER = "0001-01-01", "9999-12-31"
STANDS_IN = {("old", "false"): "9999-01-01", ("old", "true"): "9999-01-02", ("jjf2184", "false"): "9999-01-03", ("jjf2184", "true"): "9999-01-04"}
PLACES = "'[" + ",".join(map(str, range(1, 121))) + "]'"
KIND = ("state", "verdict", "legal", "from_on", "until_on", "phase_on")
OLD_CELL = ("scale_id", "path", "uid", *KIND)
CELL = (*OLD_CELL, "market_key")
OLD_SCALE = ("path", "state", "stop_order", "opened_on", "standing_evidence_id", "model_id")
FACTS = {
    "scale": OLD_SCALE,
    "verification": ("result", "verified_on", "valid_until"),
    "seal": ("owner", "state"),
    "evidence": ("verdict",),
    "scale_model": ("phase_out_on", "generation", "networked"),
}
WHOSE = {
    "scale": "{row}.id",
    "verification": "{row}.scale_id",
    "seal": "{row}.scale_id",
    "evidence": "SELECT id FROM scale WHERE standing_evidence_id = {row}.id",
    "scale_model": "SELECT id FROM scale WHERE model_id = {row}.id",
}
MADE, LEFT = ("scale", "verification", "seal"), ("verification", "seal")
OF_RULE = (
    "SELECT s.id FROM scale s JOIN scale_model m ON m.id = s.model_id"
    " WHERE m.generation = {row}.generation AND m.networked = {row}.networked AND m.phase_out_on IS NULL"
)
RULES = {"made": ("INSERT", "NEW"), "changed": ("UPDATE OF last_day", "NEW"), "gone": ("DELETE", "OLD")}
RULE = "coalesce(m.phase_out_on, (SELECT r.last_day FROM transition_rule r WHERE r.generation = m.generation AND r.networked = m.networked))"
OLD_PHASE = "CASE WHEN legal IN ('valid', 'unknown') AND phase_out_on < valid_until THEN phase_out_on ELSE {never} END"
PHASE = (
    "CASE WHEN legal NOT IN ('valid', 'unknown') THEN {never} WHEN phase_out_on IS NULL THEN {stands_in}"
    " WHEN phase_out_on < valid_until THEN phase_out_on ELSE {never} END"
)
LIVE = """
CREATE VIEW scale_cell_live AS
SELECT scale_id, path, uid, state, verdict, legal,
  CASE WHEN legal IN ('valid', 'unknown') AND verified_on > recorded_on THEN verified_on ELSE {always} END AS from_on,
  CASE WHEN legal IN ('valid', 'unknown') THEN valid_until ELSE {never} END AS until_on,
  {phase} AS phase_on{also}
FROM (
  SELECT s.id AS scale_id, s.path, s.uid, s.state, coalesce(e.verdict, '') AS verdict, m.generation, m.networked,
    v.verified_on, v.valid_until, {last_day} AS phase_out_on, {recorded_on} AS recorded_on{of_scale},
    CASE WHEN s.stop_order <> '' THEN 'stop_order'
      WHEN v.result = 'fail' THEN 'failed'
      WHEN v.id IS NULL THEN 'unverified'
      WHEN s.opened_on >= v.verified_on THEN 'repaired_not_reverified'
      WHEN EXISTS (SELECT 1 FROM seal b WHERE b.scale_id = s.id AND b.owner = 'verification' AND b.state IN ('broken', 'missing')) THEN 'seal_broken'
      WHEN EXISTS (SELECT 1 FROM seal i WHERE i.scale_id = s.id AND i.owner = 'verification' AND i.state = 'intact') THEN 'valid'
      ELSE 'unknown' END AS legal
  FROM scale s
  JOIN scale_model m ON m.id = s.model_id
  LEFT JOIN verification v ON v.id = (SELECT n.id FROM verification n WHERE n.scale_id = s.id ORDER BY n.verified_on DESC, n.id DESC LIMIT 1)
  LEFT JOIN evidence e ON e.id = s.standing_evidence_id
) facts
"""


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def market_key(market_no: str) -> str:
    """Return what sorts numbers as people read them; as app.domain.market_numbers says it."""
    if not market_no:
        return "\U0010ffff"
    return re.sub("0*([0-9]+)", lambda run: f"{len(run[1]):02}{run[1]}", market_no.lower())


def listed(names: Iterable[str], row: str = "") -> str:
    return ", ".join(f"{row}{name}" for name in names)


def differs(names: Iterable[str], row: tuple[str, str] = ("OLD", "NEW")) -> str:
    how = "IS NOT" if is_sqlite() else "IS DISTINCT FROM"
    return " OR ".join(f"{row[0]}.{name} {how} {row[1]}.{name}" for name in names)


def view(phase: str, last_day: str, *, numbered: bool) -> None:
    day = "'{}'" if is_sqlite() else "DATE '{}'"
    recorded = "substr(v.recorded_at, 1, 10)" if is_sqlite() else "(v.recorded_at AT TIME ZONE 'UTC')::date"
    kinds = " ".join(f"WHEN generation = '{kind}' AND networked = {net} THEN {day.format(on)}" for (kind, net), on in STANDS_IN.items())
    never = day.format(NEVER)
    op.execute("DROP VIEW scale_cell_live")
    op.execute(
        LIVE.format(
            always=day.format(ALWAYS),
            never=never,
            phase=phase.format(never=never, stands_in=f"CASE {kinds} END"),
            last_day=last_day,
            recorded_on=recorded,
            also=", market_key" if numbered else "",
            of_scale=", s.market_key" if numbered else "",
        )
    )


def renewal(ids: str, cell: tuple[str, ...]) -> str:
    """Return the statement that brings the cells of the scales ``ids`` up to date."""
    return (
        f"INSERT INTO scale_cell ({listed(cell)}) SELECT {listed(cell)} FROM scale_cell_live WHERE scale_id {ids}"
        f" ON CONFLICT (scale_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in cell[1:])}"
        f" WHERE {differs(cell[1:], ('scale_cell', 'excluded'))}"
    )


def renewing(cell: tuple[str, ...], of_scale: tuple[str, ...]) -> None:
    """Let changes of facts renew the columns ``cell``; ``of_scale`` are the facts of a scale itself."""
    facts = {**FACTS, "scale": of_scale}
    if not is_sqlite():
        op.execute(f"CREATE OR REPLACE FUNCTION renew_cells(ids bigint[]) RETURNS void LANGUAGE sql AS $$ {renewal('= ANY (ids)', cell)} $$")
        op.execute("DROP TRIGGER scale_changes_cell ON scale")
        op.execute(
            f"CREATE TRIGGER scale_changes_cell AFTER UPDATE OF {listed(of_scale)} ON scale FOR EACH ROW"
            f" WHEN ({differs(of_scale)}) EXECUTE FUNCTION scale_changes_cell()"
        )
        return
    for table, columns in facts.items():
        after = {row: renewal(f"IN ({WHOSE[table].format(row=row)})", cell) for row in ("NEW", "OLD")}
        op.execute(f"DROP TRIGGER {table}_changes_cell")
        op.execute(f"CREATE TRIGGER {table}_changes_cell AFTER UPDATE OF {listed(columns)} ON {table} WHEN {differs(columns)} BEGIN {after['NEW']}; END")
        if table in MADE:
            op.execute(f"DROP TRIGGER {table}_makes_cell")
            op.execute(f"CREATE TRIGGER {table}_makes_cell AFTER INSERT ON {table} BEGIN {after['NEW']}; END")
        if table in LEFT:
            op.execute(f"DROP TRIGGER {table}_leaves_cell")
            op.execute(f"CREATE TRIGGER {table}_leaves_cell AFTER DELETE ON {table} BEGIN {after['OLD']}; END")


def renew_all(cell: tuple[str, ...]) -> None:
    """Bring every cell up to date; on SQLite its totals at once, not row by row."""
    every = renewal("IS NOT NULL", cell)
    if not is_sqlite():
        op.execute(every)
        return
    counting = op.get_bind().scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'scale_cell_recounted'"))
    op.execute("DROP TRIGGER scale_cell_recounted")
    op.execute(every)
    op.execute("DELETE FROM scale_total")
    op.execute(
        f"INSERT INTO scale_total (path, {listed(KIND)}, number) SELECT substr(k.path, 1, n.value), {listed(KIND)}, sum(k.number)"
        f" FROM (SELECT path, {listed(KIND)}, count(*) AS number FROM scale_cell GROUP BY path, {listed(KIND)}) k, json_each({PLACES}) n"
        f" WHERE substr(k.path, n.value, 1) = '/' GROUP BY 1, {listed(KIND)}"
    )
    op.get_bind().exec_driver_sql(counting)


def upgrade() -> None:
    kept = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
    for table in ("scale", "scale_cell"):
        op.add_column(table, sa.Column("market_key", kept, server_default="", nullable=False))
    bind = op.get_bind()
    keys = [{"number": number, "key": market_key(number)} for (number,) in bind.execute(sa.text("SELECT DISTINCT market_no FROM scale"))]
    if keys:
        bind.execute(sa.text("CREATE INDEX numbers_of_markets ON scale (market_no)"))
        bind.execute(sa.text("UPDATE scale SET market_key = :key WHERE market_no = :number"), keys)
        bind.execute(sa.text("DROP INDEX numbers_of_markets"))
    for what in RULES:
        op.execute(f"DROP TRIGGER transition_rule_{what}" if is_sqlite() else f"DROP FUNCTION transition_rule_{what}() CASCADE")
    view(PHASE, "m.phase_out_on", numbered=True)
    renewing(CELL, (*OLD_SCALE, "market_key"))
    renew_all(CELL)
    op.drop_index("ix_scale_path_uid", "scale")
    op.create_index("ix_scale_path_market_key_uid", "scale", ["path", "market_key", "uid"])
    for column in ("state", "verdict", "legal"):
        op.drop_index(f"ix_scale_cell_{column}_path_uid", "scale_cell")
        op.create_index(f"ix_scale_cell_{column}_path_market_key_uid", "scale_cell", [column, "path", "market_key", "uid"])
    op.drop_index("ix_scale_cell_path_uid_until_on", "scale_cell")
    op.create_index("ix_scale_cell_path_market_key_uid_until_on", "scale_cell", ["path", "market_key", "uid", "until_on"])


def downgrade() -> None:
    op.drop_index("ix_scale_cell_path_market_key_uid_until_on", "scale_cell")
    op.create_index("ix_scale_cell_path_uid_until_on", "scale_cell", ["path", "uid", "until_on"])
    for column in ("state", "verdict", "legal"):
        op.drop_index(f"ix_scale_cell_{column}_path_market_key_uid", "scale_cell")
        op.create_index(f"ix_scale_cell_{column}_path_uid", "scale_cell", [column, "path", "uid"])
    op.drop_index("ix_scale_path_market_key_uid", "scale")
    op.create_index("ix_scale_path_uid", "scale", ["path", "uid"])
    view(OLD_PHASE, RULE, numbered=False)
    renewing(OLD_CELL, OLD_SCALE)
    renew_all(OLD_CELL)
    for what, (event, row) in RULES.items():
        name, ids = f"transition_rule_{what}", OF_RULE.format(row=row)
        if is_sqlite():
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON transition_rule BEGIN {renewal(f'IN ({ids})', OLD_CELL)}; END")
        else:
            op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM renew_cells(ARRAY({ids})); RETURN NULL; END $$")
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON transition_rule FOR EACH ROW EXECUTE FUNCTION {name}()")
    for table in ("scale_cell", "scale"):
        op.drop_column(table, "market_key")
