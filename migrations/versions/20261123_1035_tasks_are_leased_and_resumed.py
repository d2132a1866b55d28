"""Server tasks are held by a lease, counted, cancelled and resumed; a job's failures are kept.

Why: a task whose worker died is taken over by its own lease, and gives up after three deaths.
Old rows: kept; a task that was running has no lease and is taken over at once.
Safe while the old release runs: yes, every new column has a default.
"""

import sqlalchemy as sa
from alembic import op

revision = "c41d7a90e6b8"
down_revision = "b3e09f5d2c71"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("may_cancel", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("stage", sa.Text(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("once_key", sa.String(length=120), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_task_once_key"), ["once_key"])
        batch_op.create_index("ix_task_created_by_id_id", ["created_by_id", "id"], unique=False)
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.drop_column("failed_at")
        batch_op.drop_column("failures")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_created_by_id_id")
        batch_op.drop_constraint(batch_op.f("uq_task_once_key"), type_="unique")
        batch_op.drop_column("once_key")
        batch_op.drop_column("stage")
        batch_op.drop_column("may_cancel")
        batch_op.drop_column("cancel_asked_at")
        batch_op.drop_column("attempts")
        batch_op.drop_column("lease_until")
