"""What lists count and find at a million scales: a cell for each scale, totals, an index of pairs.

Why: counting a province live takes a second, and a name of two characters has no trigram.
``scale_cell`` says what counts of each scale, ``scale_total`` how many there are of each kind
in every node of the region tree; triggers keep both true in the transaction of the change,
whoever makes it. The index of pairs of characters belongs to the database: GIN on PostgreSQL,
FTS5 on SQLite, where triggers feed it. Old rows: counted and indexed here, in one go.
Safe while the old release runs: yes (adds only).
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "a94c03e7d512"
down_revision = "e91b4d7c3f58"
branch_labels = None
depends_on = None

SEARCHED = {"place": "{row}.name", "stall": "{row}.number", "trader": "{row}.name", "scale": "{row}.serial_no || char(10) || {row}.market_no"}
READ = {"place": "name", "stall": "number", "trader": "name", "scale": "serial_no, market_no"}
PLACES = "'[" + ",".join(map(str, range(1, 121))) + "]'"
ALWAYS, NEVER = "0001-01-01", "9999-12-31"
KIND = ("state", "verdict", "legal", "from_on", "until_on", "phase_on")
CELL = ("scale_id", "path", "uid", *KIND)
FACTS = {
    "scale": ("path", "state", "stop_order", "opened_on", "standing_evidence_id", "model_id"),
    "verification": ("result", "verified_on", "valid_until"),
    "seal": ("owner", "state"),
    "evidence": ("verdict",),
    "scale_model": ("phase_out_on",),
}
WHOSE = {
    "scale": "{row}.id",
    "verification": "{row}.scale_id",
    "seal": "{row}.scale_id",
    "evidence": "SELECT id FROM scale WHERE standing_evidence_id = {row}.id",
    "scale_model": "SELECT id FROM scale WHERE model_id = {row}.id",
}
LIVE = """
CREATE VIEW scale_cell_live AS
SELECT scale_id, path, uid, state, verdict, legal,
  CASE WHEN legal IN ('valid', 'unknown') AND verified_on > recorded_on THEN verified_on ELSE {always} END AS from_on,
  CASE WHEN legal IN ('valid', 'unknown') THEN valid_until ELSE {never} END AS until_on,
  CASE WHEN legal IN ('valid', 'unknown') AND phase_out_on < valid_until THEN phase_out_on ELSE {never} END AS phase_on
FROM (
  SELECT s.id AS scale_id, s.path, s.uid, s.state, coalesce(e.verdict, '') AS verdict,
    v.verified_on, v.valid_until, m.phase_out_on, {recorded_on} AS recorded_on,
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


def listed(names: Iterable[str], row: str = "") -> str:
    return ", ".join(f"{row}{name}" for name in names)


def differs(names: Iterable[str], how: str) -> str:
    return " OR ".join(f"OLD.{name} {how} NEW.{name}" for name in names)


def renewal(ids: str, how: str) -> str:
    """Return the statement that brings the cells of the scales ``ids`` up to date."""
    changed = " OR ".join(f"scale_cell.{name} {how} excluded.{name}" for name in CELL[1:])
    return (
        f"INSERT INTO scale_cell ({listed(CELL)}) SELECT {listed(CELL)} FROM scale_cell_live WHERE scale_id {ids}"
        f" ON CONFLICT (scale_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in CELL[1:])} WHERE {changed}"
    )


def kinds() -> list[sa.Column]:
    return [sa.Column(name, sa.Date() if name.endswith("_on") else sa.String(32), nullable=False) for name in KIND]


def tables() -> None:
    path = sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")
    op.create_table(
        "scale_cell",
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", path, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        *kinds(),
        sa.PrimaryKeyConstraint("scale_id", name=op.f("pk_scale_cell")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_scale_cell_scale_id"), ondelete="CASCADE"),
    )
    for column in ("state", "verdict", "legal"):
        op.create_index(f"ix_scale_cell_{column}_path_uid", "scale_cell", [column, "path", "uid"])
    op.create_index("ix_scale_cell_path_uid_until_on", "scale_cell", ["path", "uid", "until_on"])
    op.create_table(
        "scale_total",
        sa.Column("path", path, nullable=False),
        *kinds(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("path", *KIND, name=op.f("pk_scale_total")),
        sqlite_with_rowid=False,
    )


def totals_sqlite() -> None:
    nodes = "json_each({places}) n WHERE substr({row}.path, n.value, 1) = '/'"
    more = (
        f"INSERT INTO scale_total (path, {listed(KIND)}, number) SELECT substr(NEW.path, 1, n.value), {listed(KIND, 'NEW.')}, 1"
        f" FROM {nodes.format(places=PLACES, row='NEW')}"
        f" ON CONFLICT (path, {listed(KIND)}) DO UPDATE SET number = number + 1"
    )
    there = f"path IN (SELECT substr(OLD.path, 1, n.value) FROM {nodes.format(places=PLACES, row='OLD')}) AND ({listed(KIND)}) = ({listed(KIND, 'OLD.')})"
    fewer = f"UPDATE scale_total SET number = number - 1 WHERE {there}; DELETE FROM scale_total WHERE number = 0 AND {there}"
    op.execute(f"CREATE TRIGGER scale_cell_counted AFTER INSERT ON scale_cell BEGIN {more}; END")
    op.execute(f"CREATE TRIGGER scale_cell_recounted AFTER UPDATE ON scale_cell WHEN {differs(('path', *KIND), 'IS NOT')} BEGIN {fewer}; {more}; END")
    op.execute(f"CREATE TRIGGER scale_cell_uncounted AFTER DELETE ON scale_cell BEGIN {fewer}; END")


def totals_postgresql() -> None:
    rows = {
        "counted": ("INSERT", "NEW TABLE AS fresh", f"SELECT path, {listed(KIND)}, 1 AS step FROM fresh"),
        "uncounted": ("DELETE", "OLD TABLE AS stale", f"SELECT path, {listed(KIND)}, -1 AS step FROM stale"),
        "recounted": (
            "UPDATE",
            "OLD TABLE AS stale NEW TABLE AS fresh",
            f"SELECT path, {listed(KIND)}, 1 AS step FROM fresh UNION ALL SELECT path, {listed(KIND)}, -1 FROM stale",
        ),
    }
    for name, (event, tables, changed) in rows.items():
        nodes = (
            f"SELECT substr(c.path, 1, n) AS path, {listed(KIND, 'c.')}, sum(step) AS step FROM ({changed}) c,"
            f" generate_series(1, length(c.path)) n WHERE substr(c.path, n, 1) = '/' GROUP BY 1, {listed(KIND, 'c.')} HAVING sum(step) <> 0"
        )
        gone = (
            ""
            if event == "INSERT"
            else (
                f" DELETE FROM scale_total t USING stale o WHERE t.number = 0 AND ({listed(KIND, 't.')}) = ({listed(KIND, 'o.')}) AND starts_with(o.path, t.path);"
            )
        )
        op.execute(
            f"CREATE FUNCTION scale_cell_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" INSERT INTO scale_total AS t (path, {listed(KIND)}, number) {nodes} ORDER BY 1"
            f" ON CONFLICT (path, {listed(KIND)}) DO UPDATE SET number = t.number + excluded.number;{gone} RETURN NULL; END $$"
        )
        op.execute(f"CREATE TRIGGER scale_cell_{name} AFTER {event} ON scale_cell REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION scale_cell_{name}()")


def renew_sqlite() -> None:
    for table, columns in FACTS.items():
        after = {row: renewal(f"IN ({WHOSE[table].format(row=row)})", "IS NOT") for row in ("NEW", "OLD")}
        op.execute(
            f"CREATE TRIGGER {table}_changes_cell AFTER UPDATE OF {listed(columns)} ON {table} WHEN {differs(columns, 'IS NOT')} BEGIN {after['NEW']}; END"
        )
        if table in ("scale", "verification", "seal"):
            op.execute(f"CREATE TRIGGER {table}_makes_cell AFTER INSERT ON {table} BEGIN {after['NEW']}; END")
        if table in ("verification", "seal"):
            op.execute(f"CREATE TRIGGER {table}_leaves_cell AFTER DELETE ON {table} BEGIN {after['OLD']}; END")


def renew_postgresql() -> None:
    op.execute(f"CREATE FUNCTION renew_cells(ids bigint[]) RETURNS void LANGUAGE sql AS $$ {renewal('= ANY (ids)', 'IS DISTINCT FROM')} $$")

    def function(name: str, ids: str, *, whose: str) -> None:
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM renew_cells(ARRAY({ids})); RETURN NULL; END $$")
        op.execute(f"CREATE TRIGGER {name} {whose} EXECUTE FUNCTION {name}()")

    for table, columns in FACTS.items():
        ids = {row: WHOSE[table].format(row=row).removeprefix("SELECT ") for row in ("NEW", "OLD")}
        when = differs(columns, "IS DISTINCT FROM")
        function(f"{table}_changes_cell", f"SELECT {ids['NEW']}", whose=f"AFTER UPDATE OF {listed(columns)} ON {table} FOR EACH ROW WHEN ({when})")
        if table in ("scale", "verification", "seal"):
            every = "SELECT DISTINCT " + WHOSE[table].format(row="fresh") + " FROM fresh"
            function(f"{table}_makes_cell", every, whose=f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT")
        if table in ("verification", "seal"):
            function(f"{table}_leaves_cell", f"SELECT {ids['OLD']}", whose=f"AFTER DELETE ON {table} FOR EACH ROW")


def tokens(table: str, row: str) -> str:
    """Return the words under which FTS5 keeps a row: its pairs of characters and its regions, in hex, behind its kind's letter."""
    letter = {"place": "m", "stall": "s", "trader": "t", "scale": "w"}[table]
    words = f"lower({SEARCHED[table].format(row=row)})"
    pairs = f"SELECT group_concat('{letter}' || hex(substr({words}, n.value, 2)), ' ') FROM json_each({PLACES}) n WHERE n.value < length({words})"
    regions = (
        f"SELECT group_concat('{letter}p' || hex(substr({row}.path, 1, n.value)), ' ') FROM json_each({PLACES}) n WHERE substr({row}.path, n.value, 1) = '/'"
    )
    return f"coalesce(({pairs}), '') || ' ' || coalesce(({regions}), '')"


def search_sqlite() -> None:
    op.execute("CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='ascii')")
    for number, (table, columns) in enumerate(READ.items()):
        row = f"{{row}}.id * 4 + {number}"
        there = f"INSERT INTO search_index (rowid, tokens) VALUES ({row.format(row='NEW')}, {tokens(table, 'NEW')})"
        gone = f"INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', {row.format(row='OLD')}, {tokens(table, 'OLD')})"
        changed = differs((*columns.split(", "), "path"), "IS NOT")
        op.execute(f"CREATE TRIGGER {table}_is_found AFTER INSERT ON {table} BEGIN {there}; END")
        op.execute(f"CREATE TRIGGER {table}_is_found_anew AFTER UPDATE OF {columns}, path ON {table} WHEN {changed} BEGIN {gone}; {there}; END")
        op.execute(f"CREATE TRIGGER {table}_is_lost AFTER DELETE ON {table} BEGIN {gone}; END")
        op.execute(f"INSERT INTO search_index (rowid, tokens) SELECT {row.format(row=table)}, {tokens(table, table)} FROM {table}")


def search_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION search_tokens(words text, path text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
        " SELECT array_agg(DISTINCT token) FROM ("
        ' SELECT substr(lower(words COLLATE "C"), n, 2) AS token FROM generate_series(1, length(words) - 1) n'
        " UNION ALL SELECT substr(path, 1, n) FROM generate_series(1, length(path)) n WHERE substr(path, n, 1) = '/') found $$"
    )
    for table, words in SEARCHED.items():
        found = words.format(row=table).replace(f"{table}.", "").replace("char(10)", "chr(10)")
        op.execute(f"CREATE INDEX search_{table} ON {table} USING gin (search_tokens({found}, path)) WITH (fastupdate = off)")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    tables()
    day = "'{}'" if sqlite else "DATE '{}'"
    recorded = "substr(v.recorded_at, 1, 10)" if sqlite else "(v.recorded_at AT TIME ZONE 'UTC')::date"
    op.execute(LIVE.format(always=day.format(ALWAYS), never=day.format(NEVER), recorded_on=recorded))
    (totals_sqlite if sqlite else totals_postgresql)()
    op.execute(f"INSERT INTO scale_cell ({listed(CELL)}) SELECT {listed(CELL)} FROM scale_cell_live")
    (renew_sqlite if sqlite else renew_postgresql)()
    (search_sqlite if sqlite else search_postgresql)()


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    triggers = [f"{table}_changes_cell" for table in FACTS] + [f"{table}_makes_cell" for table in ("scale", "verification", "seal")]
    triggers += [f"{table}_leaves_cell" for table in ("verification", "seal")]
    for name in triggers:
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP FUNCTION {name}() CASCADE")
    for table in READ:
        for name in (f"{table}_is_found", f"{table}_is_found_anew", f"{table}_is_lost") if sqlite else ():
            op.execute(f"DROP TRIGGER {name}")
        if not sqlite:
            op.execute(f"DROP INDEX search_{table}")
    op.execute("DROP TABLE search_index" if sqlite else "DROP FUNCTION search_tokens(text, text)")
    if not sqlite:
        op.execute("DROP FUNCTION renew_cells(bigint[])")
    op.execute("DROP VIEW scale_cell_live")
    op.drop_table("scale_total" if sqlite else "scale_cell")
    op.drop_table("scale_cell" if sqlite else "scale_total")
    for name in () if sqlite else ("counted", "uncounted", "recounted"):
        op.execute(f"DROP FUNCTION scale_cell_{name}()")
