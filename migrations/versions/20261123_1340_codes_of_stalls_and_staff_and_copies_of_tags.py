"""Codes of stalls, persons and weights, what staff saw of tags, and tags that seem to hang twice.

Why: a stall's card and a staff card are found by the same scanner; a copied tag is noticed from
what staff scan. Old rows: kept; a code of before belongs to its scale or is blank.
Safe while the old release runs: yes; it takes a stall's card for a blank tag until it stops.
"""

import sqlalchemy as sa
from alembic import op

revision = "b7d05e2a9c41"
down_revision = "b58e20d9a6f4"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Owner: its table, and that nobody else owns the code too.
OWNERS = {
    "stall": ("stall", "stall_id IS NULL OR scale_id IS NULL"),
    "person": ("person", "person_id IS NULL OR (scale_id IS NULL AND stall_id IS NULL)"),
    "weight": ("standard_weight", "weight_id IS NULL OR (scale_id IS NULL AND stall_id IS NULL AND person_id IS NULL)"),
}


def path() -> sa.String:
    return sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("code", schema=None) as batch_op:
        for owner, (table, alone) in OWNERS.items():
            batch_op.add_column(sa.Column(f"{owner}_id", BIG, nullable=True))
            batch_op.create_foreign_key(op.f(f"fk_code_{owner}_id"), table, [f"{owner}_id"], ["id"])
            batch_op.create_check_constraint(op.f(f"ck_code_a_{owner}_is_its_only_owner"), alone)
    for owner in OWNERS:
        op.create_index(op.f(f"ix_code_{owner}_id"), "code", [f"{owner}_id"], unique=False)

    op.create_table(
        "sighting",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", path(), nullable=False),
        sa.Column("code_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("carrier", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("carrier IN ('camera', 'nfc')", name=op.f("ck_sighting_carrier_is_known")),
        sa.ForeignKeyConstraint(["code_id"], ["code.id"], name=op.f("fk_sighting_code_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sighting_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint("uid", name=op.f("uq_sighting_uid")),
    )
    op.create_index(op.f("ix_sighting_path"), "sighting", ["path"], unique=False)
    op.create_index(op.f("ix_sighting_person_id"), "sighting", ["person_id"], unique=False)
    op.create_index(op.f("ix_sighting_at"), "sighting", ["at"], unique=False)
    op.create_index("ix_sighting_code_id_at", "sighting", ["code_id", "at"], unique=False)

    op.create_table(
        "copy_notice",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", path(), nullable=False),
        sa.Column("scale_id", BIG, nullable=False),
        sa.Column("code_id", BIG, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("before_path", sa.String(length=120), nullable=False),
        sa.Column("before_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("before_by", sa.String(length=60), nullable=False),
        sa.Column("seen_path", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by", sa.String(length=60), nullable=False),
        sa.Column("plate", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason IN ('two_places', 'plate_differs')", name=op.f("ck_copy_notice_reason_is_known")),
        sa.CheckConstraint("outcome IN ('voided', 'explained')", name=op.f("ck_copy_notice_outcome_is_known")),
        sa.CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name=op.f("ck_copy_notice_closed_with_an_outcome")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_copy_notice_scale_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["code_id"], ["code.id"], name=op.f("fk_copy_notice_code_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_notice")),
        sa.UniqueConstraint("uid", name=op.f("uq_copy_notice_uid")),
    )
    for column in ("path", "scale_id", "code_id"):
        op.create_index(op.f(f"ix_copy_notice_{column}"), "copy_notice", [column], unique=False)


def downgrade() -> None:
    op.drop_table("copy_notice")
    op.drop_table("sighting")
    for owner in OWNERS:
        op.execute(sa.text(f"DELETE FROM code WHERE {owner}_id IS NOT NULL"))
        op.drop_index(op.f(f"ix_code_{owner}_id"), table_name="code")
    with op.batch_alter_table("code", schema=None) as batch_op:
        for owner in reversed(OWNERS):
            batch_op.drop_constraint(op.f(f"ck_code_a_{owner}_is_its_only_owner"), type_="check")
            batch_op.drop_constraint(op.f(f"fk_code_{owner}_id"), type_="foreignkey")
            batch_op.drop_column(f"{owner}_id")
