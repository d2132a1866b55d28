"""Procurement batches, agreements with traders, and why a code is missing and until when.

Why: a scale came with a batch that somebody paid for; a missing code or seal has grounds and an
end; a trader has an agreement with the market. A model says which software was approved.
Old rows: belong to no batch and have no grounds with an end; words of before stay where they
are until somebody gives grounds. Safe while the old release runs: yes (adds only).
"""

import sqlalchemy as sa
from alembic import op

revision = "e4b70d93c2f6"
down_revision = "d3f82a61b7e4"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PATH = sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")
FUNDING = "funding IN ('organiser', 'government', 'bank_or_sponsor', 'trader_deposit', 'lease')"


def keys(table: str, **foreign: str) -> list[sa.schema.SchemaItem]:
    """Return primary and foreign keys under their usual names."""
    found: list[sa.schema.SchemaItem] = [sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]
    for column, other in foreign.items():
        found.append(sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}")))
    return found


def bought() -> None:
    op.create_table(
        "procurement",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("buyer", sa.String(120), nullable=False),
        sa.Column("supplier", sa.String(120), nullable=False),
        sa.Column("document_no", sa.String(80), nullable=False),
        sa.Column("bought_on", sa.Date(), nullable=False),
        sa.Column("funding", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(FUNDING, name=op.f("ck_procurement_funding_is_known")),
        *keys("procurement"),
        sa.UniqueConstraint("uid", name=op.f("uq_procurement_uid")),
        sa.UniqueConstraint("path", "document_no", name=op.f("uq_procurement_path_document_no")),
    )
    op.create_index("ix_procurement_bought_on_uid", "procurement", ["bought_on", "uid"])
    op.create_table(
        "procurement_item",
        sa.Column("id", ID, nullable=False),
        sa.Column("procurement_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_procurement_item_something_was_ordered")),
        sa.CheckConstraint("unit_price_fen >= 0", name=op.f("ck_procurement_item_price_is_no_debt")),
        *keys("procurement_item", procurement_id="procurement", model_id="scale_model"),
        sa.UniqueConstraint("procurement_id", "model_id", name=op.f("uq_procurement_item_procurement_id_model_id")),
    )


def agreed() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("place_id", ID, nullable=False),
        sa.Column("trader_id", ID, nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("commitment_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= signed_on", name=op.f("ck_agreement_days_are_ordered")),
        *keys("agreement", place_id="place", trader_id="trader"),
        sa.UniqueConstraint("uid", name=op.f("uq_agreement_uid")),
        sa.UniqueConstraint("place_id", "number", name=op.f("uq_agreement_place_id_number")),
    )
    op.create_index(op.f("ix_agreement_path"), "agreement", ["path"])
    op.create_index(op.f("ix_agreement_trader_id"), "agreement", ["trader_id"])
    op.create_table(
        "agreement_stall",
        sa.Column("id", ID, nullable=False),
        sa.Column("agreement_id", ID, nullable=False),
        sa.Column("stall_id", ID, nullable=False),
        *keys("agreement_stall", agreement_id="agreement", stall_id="stall"),
        sa.UniqueConstraint("agreement_id", "stall_id", name=op.f("uq_agreement_stall_agreement_id_stall_id")),
    )
    op.create_index(op.f("ix_agreement_stall_stall_id"), "agreement_stall", ["stall_id"])


def upgrade() -> None:
    bought()
    agreed()
    # Column by column, without copying: a copied table of SQLite loses its triggers.
    op.execute(
        f"ALTER TABLE scale ADD COLUMN procurement_id {ID.compile(op.get_bind().dialect)} CONSTRAINT fk_scale_procurement_id REFERENCES procurement (id)"
    )
    op.create_index(op.f("ix_scale_procurement_id"), "scale", ["procurement_id"])
    op.add_column("scale", sa.Column("gaps", sa.Text(), server_default="{}", nullable=False))
    op.add_column("scale", sa.Column("gaps_until", sa.Date(), nullable=True))
    op.create_index(op.f("ix_scale_gaps_until"), "scale", ["gaps_until"])
    op.add_column("scale_model", sa.Column("software_ids", sa.Text(), server_default="[]", nullable=False))
    op.add_column("import_session", sa.Column("ground", sa.String(32), server_default="", nullable=False))
    op.add_column("import_session", sa.Column("ground_until", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_session", "ground_until")
    op.drop_column("import_session", "ground")
    op.drop_column("scale_model", "software_ids")
    op.drop_index(op.f("ix_scale_gaps_until"), "scale")
    op.drop_column("scale", "gaps_until")
    op.drop_column("scale", "gaps")
    op.drop_index(op.f("ix_scale_procurement_id"), "scale")
    op.drop_column("scale", "procurement_id")
    for table in ("agreement_stall", "agreement", "procurement_item", "procurement"):
        op.drop_table(table)
