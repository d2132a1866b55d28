"""API tokens say what they may do: `read`, `write`, or a part of writing.

Why: a program that fills a wall screen must not be able to write.
Old rows: a token made before could do everything, and still can.
Safe while the old release runs: yes, the new column has a default.
"""

import sqlalchemy as sa
from alembic import op

revision = "0e92c7ab54d1"
down_revision = "f6a4c1d87e35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scopes", sa.String(length=120), server_default="read write", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_column("scopes")
