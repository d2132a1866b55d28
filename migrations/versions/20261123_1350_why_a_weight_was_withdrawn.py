"""Why and when a weight was withdrawn; marks given back may be taken again as they were.

Why: a recall asks since when a weight is in doubt and for what reason; and a run of labels that
came back whole starts at the same number when somebody else takes it.
Old rows: weights have no reason and no day; issues stay as they are.
Safe while the old release runs: yes (adds, and lets one rule go that the service keeps).
"""

import sqlalchemy as sa
from alembic import op

revision = "f2a81c7e40b9"
down_revision = "c9e64f1a7d20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("standard_weight", sa.Column("withdrawn_because", sa.String(length=40), server_default="", nullable=False))
    op.add_column("standard_weight", sa.Column("withdrawn_on", sa.Date(), nullable=True))
    with op.batch_alter_table("mark_issue") as batch:
        batch.drop_constraint("uq_mark_issue_lot_id_first_no", type_="unique")


def downgrade() -> None:
    # A run that was taken again: the issue that was given back goes, with its marks.
    op.execute(
        "DELETE FROM mark WHERE issue_id IN (SELECT a.id FROM mark_issue a JOIN mark_issue b"
        " ON b.lot_id = a.lot_id AND b.first_no = a.first_no AND b.id > a.id)"
    )
    op.execute(
        "DELETE FROM mark_issue WHERE id IN (SELECT a.id FROM mark_issue a JOIN mark_issue b"
        " ON b.lot_id = a.lot_id AND b.first_no = a.first_no AND b.id > a.id)"
    )
    with op.batch_alter_table("mark_issue") as batch:
        batch.create_unique_constraint("uq_mark_issue_lot_id_first_no", ["lot_id", "first_no"])
    op.drop_column("standard_weight", "withdrawn_on")
    op.drop_column("standard_weight", "withdrawn_because")
