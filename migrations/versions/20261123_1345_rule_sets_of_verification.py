"""Rule sets of verification that an administrator installed.

Why: a regulation's numbers change by a letter of the authority, not by a release of ours.
Old rows: none; the rule sets of the program hold until one is installed.
Safe while the old release runs: yes (a new table only).
"""

import sqlalchemy as sa
from alembic import op

revision = "c9e64f1a7d20"
down_revision = "b7d05e2a9c41"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rule_set",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("identifier", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("installed_by_id", BIG, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("edition > 0", name=op.f("ck_rule_set_edition_counts")),
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= installed_at", name=op.f("ck_rule_set_times_are_ordered")),
        sa.ForeignKeyConstraint(["installed_by_id"], ["person.id"], name=op.f("fk_rule_set_installed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("identifier", "edition", name=op.f("uq_rule_set_identifier_edition")),
        sa.UniqueConstraint("uid", name=op.f("uq_rule_set_uid")),
    )


def downgrade() -> None:
    op.drop_table("rule_set")
