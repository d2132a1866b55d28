"""A lead may come of a failed in-service check; who did not come on a day is remembered.

Why: an inspector's failed check had no way to the authority, a lead needed a finding; and the
second list of a campaign took its lines, and so the number of no-shows, from the first day.
Old rows: leads keep their findings, checks belong to no lead, nobody is known to have missed.
Safe while the old release runs: yes, until the first lead without a finding is opened.
"""

import sqlalchemy as sa
from alembic import op

revision = "b7d20e94c1f8"
down_revision = "8c1f5d3ea672"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("lead") as batch:
        batch.alter_column("finding_id", existing_type=ID, nullable=True)
    op.execute(
        f"ALTER TABLE in_service_check ADD COLUMN lead_id {ID.compile(op.get_bind().dialect)} CONSTRAINT fk_in_service_check_lead_id REFERENCES lead (id)"
    )
    op.create_index(op.f("ix_in_service_check_lead_id"), "in_service_check", ["lead_id"])
    op.create_table(
        "campaign_miss",
        sa.Column("id", ID, nullable=False),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("day_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["campaign_scale.id"], name=op.f("fk_campaign_miss_line_id")),
        sa.ForeignKeyConstraint(["day_id"], ["campaign_day.id"], name=op.f("fk_campaign_miss_day_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_miss")),
        sa.UniqueConstraint("line_id", "day_id", name=op.f("uq_campaign_miss_line_id_day_id")),
    )
    op.create_index(op.f("ix_campaign_miss_day_id"), "campaign_miss", ["day_id"])


def downgrade() -> None:
    op.drop_table("campaign_miss")
    op.drop_index(op.f("ix_in_service_check_lead_id"), "in_service_check")
    op.drop_column("in_service_check", "lead_id")
    op.execute("DELETE FROM lead WHERE finding_id IS NULL")
    with op.batch_alter_table("lead") as batch:
        batch.alter_column("finding_id", existing_type=ID, nullable=False)
