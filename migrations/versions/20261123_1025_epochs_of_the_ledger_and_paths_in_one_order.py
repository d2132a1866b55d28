"""Epochs of the ledger; region paths compare by their characters whatever the locale.

Why: a restore opens an epoch that says where history was cut back. Ranges of paths and pages
behind a cursor need one order on every PostgreSQL: with a locale's rules the slash counts for
nothing and a range misses rows. Old rows: kept; there are no epochs before the first restore.
Safe while the old release runs: yes, once the indexes of the paths are rebuilt.
"""

import sqlalchemy as sa
from alembic import op

revision = "b3e09f5d2c71"
down_revision = "5a7865cc061c"
branch_labels = None
depends_on = None

PATHS = ("code", "evidence", "finding", "lead", "place", "region", "role_grant", "scale", "stall", "station", "task", "trader", "verification")


def order_paths(collation: str | None) -> None:
    for table in PATHS:
        op.alter_column(table, "path", type_=sa.String(120, collation=collation), existing_type=sa.String(120), existing_nullable=False)


def upgrade() -> None:
    op.create_table(
        "epoch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("envelope", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
        sa.UniqueConstraint("number", name=op.f("uq_epoch_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_epoch_uid")),
    )
    if op.get_bind().dialect.name == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'epoch is append-only'); END"
        op.execute(f"CREATE TRIGGER epoch_no_update BEFORE UPDATE ON epoch {refuse}")
        op.execute(f"CREATE TRIGGER epoch_no_delete BEFORE DELETE ON epoch {refuse}")
        op.execute(f"CREATE TRIGGER epoch_no_replace BEFORE INSERT ON epoch WHEN EXISTS (SELECT 1 FROM epoch WHERE number = NEW.number) {refuse}")
    else:
        op.execute("CREATE TRIGGER epoch_rows BEFORE UPDATE OR DELETE ON epoch FOR EACH ROW EXECUTE FUNCTION append_only()")
        op.execute("CREATE TRIGGER epoch_truncate BEFORE TRUNCATE ON epoch FOR EACH STATEMENT EXECUTE FUNCTION append_only()")
        order_paths("C")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        order_paths(None)
    op.drop_table("epoch")
