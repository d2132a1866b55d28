"""Certificates are found, filters kept, scales filed, and one act is done on many scales.

Why: an inspector holds a certificate, not a scale; a person's own filters and columns are
that person's; the filing number (备案) is a fact of the scale; an act on many scales keeps
its list, so that what was shown is what is done, and each scale's answer can be read.
Certificates and labels are cut into threes: pairs of digits find too much at a million.
Old rows: scales are not filed; verifications are indexed here, in one go.
Safe while the old release runs: yes (adds only).
"""

import sqlalchemy as sa
from alembic import op

revision = "c7d15b92e3a8"
down_revision = "a94c03e7d512"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = "{row}.certificate_no || char(10) || {row}.label_no"
PLACES = "'[" + ",".join(map(str, range(1, 124))) + "]'"


def keys(table: str, **foreign: str) -> list[sa.schema.SchemaItem]:
    """Return primary and foreign keys under their usual names."""
    found: list[sa.schema.SchemaItem] = [sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]
    for column, other in foreign.items():
        found.append(sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}")))
    return found


def tables() -> None:
    path = sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")
    op.create_table(
        "saved_filter",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        *keys("saved_filter", person_id="person"),
        sa.UniqueConstraint("uid", name=op.f("uq_saved_filter_uid")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_filter_person_id_name")),
    )
    op.create_table(
        "chosen_columns",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        *keys("chosen_columns", person_id="person"),
        sa.UniqueConstraint("person_id", name=op.f("uq_chosen_columns_person_id")),
    )
    op.create_table(
        "bulk_act",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("path", path, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=True),
        *keys("bulk_act", created_by_id="person", task_id="task"),
        sa.UniqueConstraint("uid", name=op.f("uq_bulk_act_uid")),
    )
    op.create_index("ix_bulk_act_created_by_id_id", "bulk_act", ["created_by_id", "id"])
    op.create_table(
        "bulk_line",
        sa.Column("id", ID, nullable=False),
        sa.Column("bulk_id", ID, nullable=False),
        sa.Column("scale_id", ID, nullable=False),
        sa.Column("seen", ID, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('waiting', 'refused', 'done', 'failed')", name=op.f("ck_bulk_line_outcome_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_line")),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk_act.id"], name=op.f("fk_bulk_line_bulk_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_bulk_line_scale_id"), ondelete="CASCADE"),
    )
    op.create_index("ix_bulk_line_bulk_id_outcome_id", "bulk_line", ["bulk_id", "outcome", "id"])
    op.create_index(op.f("ix_bulk_line_scale_id"), "bulk_line", ["scale_id"])


def tokens(row: str) -> str:
    """Return the words under which FTS5 keeps a certificate: threes and regions, in hex."""
    words = f"lower({WORDS.format(row=row)})"
    threes = f"SELECT group_concat('c' || hex(substr({words}, n.value, 3)), ' ') FROM json_each({PLACES}) n WHERE n.value < length({words}) - 1"
    regions = f"SELECT group_concat('cp' || hex(substr({row}.path, 1, n.value)), ' ') FROM json_each({PLACES}) n WHERE substr({row}.path, n.value, 1) = '/'"
    return f"coalesce(({threes}), '') || ' ' || coalesce(({regions}), '')"


def search_sqlite() -> None:
    there = f"INSERT INTO search_index (rowid, tokens) VALUES (-NEW.id, {tokens('NEW')})"
    gone = f"INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', -OLD.id, {tokens('OLD')})"
    columns = ("certificate_no", "label_no", "path")
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
    op.execute(f"CREATE TRIGGER verification_is_found AFTER INSERT ON verification BEGIN {there}; END")
    op.execute(f"CREATE TRIGGER verification_is_found_anew AFTER UPDATE OF {', '.join(columns)} ON verification WHEN {changed} BEGIN {gone}; {there}; END")
    op.execute(f"CREATE TRIGGER verification_is_lost AFTER DELETE ON verification BEGIN {gone}; END")
    op.execute(f"INSERT INTO search_index (rowid, tokens) SELECT -id, {tokens('verification')} FROM verification ORDER BY id DESC")


def search_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION search_tokens(words text, path text, size integer) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
        " SELECT array_agg(DISTINCT token) FROM ("
        ' SELECT substr(lower(words COLLATE "C"), n, size) AS token FROM generate_series(1, length(words) - size + 1) n'
        " UNION ALL SELECT substr(path, 1, n) FROM generate_series(1, length(path)) n WHERE substr(path, n, 1) = '/') found $$"
    )
    words = "certificate_no || chr(10) || label_no"
    op.execute(f"CREATE INDEX search_verification ON verification USING gin (search_tokens({words}, path, 3)) WITH (fastupdate = off)")


def upgrade() -> None:
    tables()
    op.add_column("scale", sa.Column("filing_no", sa.String(60), server_default="", nullable=False))
    op.add_column("scale", sa.Column("filed_on", sa.Date(), nullable=True))
    (search_sqlite if op.get_bind().dialect.name == "sqlite" else search_postgresql)()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"INSERT INTO search_index (search_index, rowid, tokens) SELECT 'delete', -id, {tokens('verification')} FROM verification")
        for name in ("is_found", "is_found_anew", "is_lost"):
            op.execute(f"DROP TRIGGER verification_{name}")
    else:
        op.execute("DROP INDEX search_verification")
        op.execute("DROP FUNCTION search_tokens(text, text, integer)")
    op.drop_column("scale", "filed_on")
    op.drop_column("scale", "filing_no")
    for table in ("bulk_line", "bulk_act", "chosen_columns", "saved_filter"):
        op.drop_table(table)
