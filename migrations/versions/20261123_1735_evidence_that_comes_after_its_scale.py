"""A cell hears of evidence that is written after the scale which it stands for.

Why: reports are numbered before they are written, and a flush in the middle of a delivery writes
the scale first. Its cell then found no evidence, and nothing told it when the evidence came: lists
and totals knew of no verdict where there was one, mostly a mismatch.
Old rows: cells that differ from the evidence that stands are renewed here.
Safe while the old release runs: it is only served better.
"""

from alembic import op

revision = "e2c7a9154b60"
down_revision = "d41b86f0a3e9"
branch_labels = None
depends_on = None

CELL = ("scale_id", "path", "uid", "state", "verdict", "legal", "from_on", "until_on", "phase_on", "market_key")
STANDS = "SELECT id FROM scale WHERE standing_evidence_id = NEW.id"
UNHEARD = (
    "SELECT c.scale_id FROM scale_cell c JOIN scale s ON s.id = c.scale_id JOIN evidence e ON e.id = s.standing_evidence_id"
    " WHERE c.verdict <> coalesce(e.verdict, '')"
)


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def renewal(ids: str) -> str:
    """Return the statement that brings the cells of the scales ``ids`` up to date."""
    named, how = ", ".join(CELL), "IS NOT" if is_sqlite() else "IS DISTINCT FROM"
    return (
        f"INSERT INTO scale_cell ({named}) SELECT {named} FROM scale_cell_live WHERE scale_id IN ({ids})"
        f" ON CONFLICT (scale_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in CELL[1:])}"
        f" WHERE {' OR '.join(f'scale_cell.{name} {how} excluded.{name}' for name in CELL[1:])}"
    )


def upgrade() -> None:
    op.execute(renewal(UNHEARD))
    if is_sqlite():
        op.execute(f"CREATE TRIGGER evidence_makes_cell AFTER INSERT ON evidence WHEN EXISTS ({STANDS}) BEGIN {renewal(STANDS)}; END")
        return
    op.execute(
        "CREATE FUNCTION evidence_makes_cell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF EXISTS ({STANDS}) THEN PERFORM renew_cells(ARRAY({STANDS})); END IF; RETURN NULL; END $$"
    )
    op.execute("CREATE TRIGGER evidence_makes_cell AFTER INSERT ON evidence FOR EACH ROW EXECUTE FUNCTION evidence_makes_cell()")


def downgrade() -> None:
    if is_sqlite():
        op.execute("DROP TRIGGER evidence_makes_cell")
        return
    op.execute("DROP TRIGGER evidence_makes_cell ON evidence")
    op.execute("DROP FUNCTION evidence_makes_cell()")
