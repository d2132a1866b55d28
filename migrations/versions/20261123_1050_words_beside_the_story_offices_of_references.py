"""Free words stand beside the story, where they can be erased; a reference has an office.

Why: the story is hashed, so a name typed into a remark could not be taken out of it. Two
custodians of one office approve a reference, and it judges the scales inside their region.
Old rows: kept as they are, words of old steps too; an old reference judges everywhere, as before.
Safe while the old release runs: yes, what is new has defaults.
"""

import sqlalchemy as sa
from alembic import op

revision = "d7f2c60b19a4"
down_revision = "c41d7a90e6b8"
branch_labels = None
depends_on = None

PATH = sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "remark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=36), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(text IS NULL) = (secret IS NULL)", name=op.f("ck_remark_erased_with_its_key")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_remark_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
        sa.UniqueConstraint("uid", name=op.f("uq_remark_uid")),
    )
    op.create_index(op.f("ix_remark_scale_id"), "remark", ["scale_id"])
    op.create_index(op.f("ix_remark_about"), "remark", ["about"])
    with op.batch_alter_table("reference", schema=None) as batch_op:
        batch_op.add_column(sa.Column("path", PATH, server_default="/", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("reference", schema=None) as batch_op:
        batch_op.drop_column("path")
    op.drop_table("remark")
