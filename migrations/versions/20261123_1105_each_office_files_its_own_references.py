"""The same image may be on file once for each custodians' office.

Why: what one city approved says nothing to another one, which files and approves it itself.
Old rows: kept as they are; the constraint becomes weaker.
Safe while the old release runs: yes.
"""

from alembic import op

revision = "e91b4d7c3f58"
down_revision = "0e92c7ab54d1"
branch_labels = None
depends_on = None

IMAGE = ("model_id", "software_id", "sha256")
OLD = "uq_reference_model_id_software_id_sha256"
NEW = "uq_reference_path_model_id_software_id_sha256"


def upgrade() -> None:
    with op.batch_alter_table("reference", schema=None) as batch_op:
        batch_op.drop_constraint(OLD, type_="unique")
        batch_op.create_unique_constraint(NEW, ["path", *IMAGE])


def downgrade() -> None:
    with op.batch_alter_table("reference", schema=None) as batch_op:
        batch_op.drop_constraint(NEW, type_="unique")
        batch_op.create_unique_constraint(OLD, [*IMAGE])
