"""When an import lost the names, telephone numbers and the file that it came with.

Why: they are kept as long as an undo is to be expected, not for ever.
Old rows: nothing is forgotten yet; the duty of the next day does it.
Safe while the old release runs: yes (a column that it does not read).
"""

import sqlalchemy as sa
from alembic import op

revision = "8c1f5d3ea672"
down_revision = "f2a81c7e40b9"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_session", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("import_session", "forgotten_at")
