"""Imports of lists, and each row of a list with what it meant.

Why: a whole batch is looked at before it is applied, and undone as a batch. Old rows: kept.
Safe while the old release runs: yes, it does not know the new tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "f6a4c1d87e35"
down_revision = "e52b8d1f4a90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("head_row", sa.Integer(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("no_code_reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("state IN ('reading', 'ready', 'applying', 'applied', 'undoing', 'undone')", name=op.f("ck_import_session_state_is_known")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_import_session_created_by_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_import_session_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_session")),
        sa.UniqueConstraint("uid", name=op.f("uq_import_session_uid")),
    )
    op.create_index(op.f("ix_import_session_path"), "import_session", ["path"], unique=False)

    op.create_table(
        "import_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("kind IN ('new', 'changed', 'unchanged', 'refused')", name=op.f("ck_import_line_kind_is_known")),
        sa.CheckConstraint("outcome IN ('waiting', 'applied', 'overtaken', 'undone', 'kept')", name=op.f("ck_import_line_outcome_is_known")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_import_line_scale_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["session_id"], ["import_session.id"], name=op.f("fk_import_line_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_line")),
    )
    op.create_index(op.f("ix_import_line_scale_id"), "import_line", ["scale_id"], unique=False)
    op.create_index("ix_import_line_session_id_kind_number", "import_line", ["session_id", "kind", "number"], unique=False)
    op.create_index("ix_import_line_session_id_number", "import_line", ["session_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_import_line_session_id_number", "import_line")
    op.drop_index("ix_import_line_session_id_kind_number", "import_line")
    op.drop_index(op.f("ix_import_line_scale_id"), "import_line")

    op.drop_table("import_line")
    op.drop_index(op.f("ix_import_session_path"), "import_session")

    op.drop_table("import_session")
