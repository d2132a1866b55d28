"""Goods of stalls by class, counters of scales, and until when a type may serve, as data.

Why: the law's table of goods decides which scale suits a stall; counters that rose with no
repair or verification are heard of; and the end of old types is a date in the register, by
generation and network function, that an administrator confirms. A model's own date wins.
Old rows: stalls have no class of goods, scales no counters, no date is set for any type: no
answer about any scale changes. Prices of what replaces old scales: none.
Safe while the old release runs: yes (adds; the view of cells answers the same).
"""

import sqlalchemy as sa
from alembic import op

revision = "b58e20d9a6f4"
down_revision = "e4b70d93c2f6"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KIND = ("state", "verdict", "legal", "from_on", "until_on", "phase_on")
CELL = ("scale_id", "path", "uid", *KIND)
TYPE = ("phase_out_on", "generation", "networked")
RULE = "coalesce(m.phase_out_on, (SELECT r.last_day FROM transition_rule r WHERE r.generation = m.generation AND r.networked = m.networked))"
OF_MODEL = "SELECT id FROM scale WHERE model_id = NEW.id"
OF_RULE = (
    "SELECT s.id FROM scale s JOIN scale_model m ON m.id = s.model_id"
    " WHERE m.generation = {row}.generation AND m.networked = {row}.networked AND m.phase_out_on IS NULL"
)
EVENTS = {"made": ("INSERT", "NEW"), "changed": ("UPDATE OF last_day", "NEW"), "gone": ("DELETE", "OLD")}
LIVE = """
CREATE VIEW scale_cell_live AS
SELECT scale_id, path, uid, state, verdict, legal,
  CASE WHEN legal IN ('valid', 'unknown') AND verified_on > recorded_on THEN verified_on ELSE {always} END AS from_on,
  CASE WHEN legal IN ('valid', 'unknown') THEN valid_until ELSE {never} END AS until_on,
  CASE WHEN legal IN ('valid', 'unknown') AND phase_out_on < valid_until THEN phase_out_on ELSE {never} END AS phase_on
FROM (
  SELECT s.id AS scale_id, s.path, s.uid, s.state, coalesce(e.verdict, '') AS verdict,
    v.verified_on, v.valid_until, {last_day} AS phase_out_on, {recorded_on} AS recorded_on,
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


def view(last_day: str) -> None:
    """Put the view of cells anew, with ``last_day`` for the last day of a scale's type."""
    day = "'{}'" if is_sqlite() else "DATE '{}'"
    recorded = "substr(v.recorded_at, 1, 10)" if is_sqlite() else "(v.recorded_at AT TIME ZONE 'UTC')::date"
    op.execute("DROP VIEW scale_cell_live")
    op.execute(LIVE.format(always=day.format("0001-01-01"), never=day.format("9999-12-31"), recorded_on=recorded, last_day=last_day))


def renewal(ids: str) -> str:
    changed = " OR ".join(f"scale_cell.{name} IS NOT excluded.{name}" for name in CELL[1:])
    return (
        f"INSERT INTO scale_cell ({', '.join(CELL)}) SELECT {', '.join(CELL)} FROM scale_cell_live WHERE scale_id IN ({ids})"
        f" ON CONFLICT (scale_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in CELL[1:])} WHERE {changed}"
    )


def of_models(columns: tuple[str, ...]) -> None:
    """Let a change of ``columns`` of a model renew the cells of its scales."""
    name, how = "scale_model_changes_cell", "IS NOT" if is_sqlite() else "IS DISTINCT FROM"
    when = " OR ".join(f"OLD.{column} {how} NEW.{column}" for column in columns)
    op.execute(f"DROP TRIGGER {name}" if is_sqlite() else f"DROP TRIGGER {name} ON scale_model")
    event = f"CREATE TRIGGER {name} AFTER UPDATE OF {', '.join(columns)} ON scale_model"
    if is_sqlite():
        op.execute(f"{event} WHEN {when} BEGIN {renewal(OF_MODEL)}; END")
    else:
        op.execute(f"{event} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()")


def of_rules() -> None:
    """Let a rule that comes, changes or goes renew the cells of the scales it is about."""
    for what, (event, row) in EVENTS.items():
        name, ids = f"transition_rule_{what}", OF_RULE.format(row=row)
        if is_sqlite():
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON transition_rule BEGIN {renewal(ids)}; END")
        else:
            op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM renew_cells(ARRAY({ids})); RETURN NULL; END $$")
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON transition_rule FOR EACH ROW EXECUTE FUNCTION {name}()")


def tables() -> None:
    path = sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")
    op.create_table(
        "transition_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("networked", sa.Boolean(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("generation IN ('old', 'jjf2184')", name=op.f("ck_transition_rule_generation_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition_rule")),
        sa.UniqueConstraint("uid", name=op.f("uq_transition_rule_uid")),
        sa.UniqueConstraint("generation", "networked", name=op.f("uq_transition_rule_generation_networked")),
    )
    op.create_table(
        "replacement_price",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("path", path, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("price_fen > 0", name=op.f("ck_replacement_price_price_is_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replacement_price")),
        sa.ForeignKeyConstraint(["model_id"], ["scale_model.id"], name=op.f("fk_replacement_price_model_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_replacement_price_uid")),
        sa.UniqueConstraint("path", "model_id", name=op.f("uq_replacement_price_path_model_id")),
    )


def upgrade() -> None:
    op.add_column("stall", sa.Column("goods_classes", sa.String(80), server_default="", nullable=False))
    op.add_column("scale", sa.Column("calibration_counter", sa.Integer(), nullable=True))
    op.add_column("scale", sa.Column("parameter_counter", sa.Integer(), nullable=True))
    op.add_column("scale", sa.Column("counters_rose_on", sa.Date(), nullable=True))
    tables()
    view(RULE)
    of_models(TYPE)
    of_rules()


def downgrade() -> None:
    for what in EVENTS:
        name = f"transition_rule_{what}"
        op.execute(f"DROP TRIGGER {name}" if is_sqlite() else f"DROP FUNCTION {name}() CASCADE")
    of_models(TYPE[:1])
    view("m.phase_out_on")
    op.drop_table("replacement_price")
    op.drop_table("transition_rule")
    for column in ("counters_rose_on", "parameter_counter", "calibration_counter"):
        op.drop_column("scale", column)
    op.drop_column("stall", "goods_classes")
