"""The fleet, its people, what stations report, and the ledger over all of it.

Why: the first release. Old rows: there are none. Safe while the old release runs: yes.
The ledger's tables refuse change in the database itself: no update, no delete, and no
insert over an entry that is there (SQLite's INSERT OR REPLACE fires no delete trigger).
"""

import sqlalchemy as sa
from alembic import op

revision = "5a7865cc061c"
down_revision = None
branch_labels = None
depends_on = None

GUARDED = {"ledger_entry": "seq", "checkpoint": "size"}


def guard_sqlite() -> None:
    for table, key in GUARDED.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) {refuse}")
    op.execute(
        "CREATE TRIGGER ledger_head_only_grows BEFORE UPDATE ON ledger_head"
        " WHEN NEW.size <> OLD.size + 1"
        " BEGIN SELECT RAISE(ABORT, 'the ledger grows one entry at a time'); END"
    )
    op.execute("CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head BEGIN SELECT RAISE(ABORT, 'ledger_head is append-only'); END")


def guard_postgresql() -> None:
    op.execute("CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$")
    op.execute(
        "CREATE FUNCTION grows_by_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.size <> OLD.size + 1 THEN"
        " RAISE EXCEPTION 'the ledger grows one entry at a time'; END IF;"
        " RETURN NEW; END $$"
    )
    for table in GUARDED:
        op.execute(f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION append_only()")
    for table in (*GUARDED, "ledger_head"):
        op.execute(f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION append_only()")
    op.execute("CREATE TRIGGER ledger_head_rows BEFORE DELETE ON ledger_head FOR EACH ROW EXECUTE FUNCTION append_only()")
    op.execute("CREATE TRIGGER ledger_head_only_grows BEFORE UPDATE ON ledger_head FOR EACH ROW EXECUTE FUNCTION grows_by_one()")


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("envelope", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("size", name=op.f("uq_checkpoint_size")),
        sa.UniqueConstraint("uid", name=op.f("uq_checkpoint_uid")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("caller", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("caller", "key", name=op.f("uq_idempotency_key_caller_key")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("job", "period", name=op.f("uq_job_run_job_period")),
    )
    op.create_table(
        "leader",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=60), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader")),
        sa.UniqueConstraint("name", name=op.f("uq_leader_name")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entry")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entry_subject_seq", ["subject", "seq"], unique=False)

    op.create_table(
        "ledger_head",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.Column("peaks", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "maker",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maker")),
        sa.UniqueConstraint("name", name=op.f("uq_maker_name")),
        sa.UniqueConstraint("uid", name=op.f("uq_maker_uid")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("totp_secret", sa.String(length=200), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
        sa.UniqueConstraint("uid", name=op.f("uq_person_uid")),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("organiser", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("fair_scale_spot", sa.String(length=120), nullable=False),
        sa.CheckConstraint("kind IN ('market', 'shop', 'supermarket', 'mobile_pitch')", name=op.f("ck_place_kind_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("path", name=op.f("uq_place_path")),
        sa.UniqueConstraint("uid", name=op.f("uq_place_uid")),
    )
    op.create_table(
        "region",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.CheckConstraint("kind IN ('province', 'city', 'county', 'office')", name=op.f("ck_region_kind_is_known")),
        sa.CheckConstraint("path LIKE '/%/'", name=op.f("ck_region_path_has_slashes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("path", name=op.f("uq_region_path")),
        sa.UniqueConstraint("uid", name=op.f("uq_region_uid")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("login_digest", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_login_digest_at", ["login_digest", "at"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_api_token_token_digest")),
        sa.UniqueConstraint("uid", name=op.f("uq_api_token_uid")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('manager', 'inspector', 'verifier', 'checker', 'signatory', 'repairer', 'regulator', 'custodian', 'auditor', 'admin')",
            name=op.f("ck_role_grant_role_is_known"),
        ),
        sa.CheckConstraint("until IS NULL OR since <= until", name=op.f("ck_role_grant_days_are_ordered")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint("uid", name=op.f("uq_role_grant_uid")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grant_person_id"), ["person_id"], unique=False)

    op.create_table(
        "scale_model",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("type_approval_no", sa.String(length=40), nullable=False),
        sa.Column("accuracy", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("networked", sa.Boolean(), nullable=False),
        sa.Column("required_level", sa.Integer(), nullable=False),
        sa.Column("evidence_days", sa.Integer(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("phase_out_on", sa.Date(), nullable=True),
        sa.Column("recalled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("accuracy IN ('III', 'IIII')", name=op.f("ck_scale_model_accuracy_is_known")),
        sa.CheckConstraint("generation IN ('old', 'jjf2184')", name=op.f("ck_scale_model_generation_is_known")),
        sa.CheckConstraint("evidence_days > 0", name=op.f("ck_scale_model_evidence_lapses")),
        sa.CheckConstraint("required_level BETWEEN 0 AND 5", name=op.f("ck_scale_model_required_level_exists")),
        sa.ForeignKeyConstraint(["maker_id"], ["maker.id"], name=op.f("fk_scale_model_maker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scale_model")),
        sa.UniqueConstraint("maker_id", "name", "type_approval_no", name=op.f("uq_scale_model_maker_id_name_type_approval_no")),
        sa.UniqueConstraint("uid", name=op.f("uq_scale_model_uid")),
    )
    with op.batch_alter_table("scale_model", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scale_model_maker_id"), ["maker_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_token_digest")),
        sa.UniqueConstraint("uid", name=op.f("uq_sign_in_uid")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_person_id"), ["person_id"], unique=False)

    op.create_table(
        "stall",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("goods", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_stall_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stall")),
        sa.UniqueConstraint("place_id", "number", name=op.f("uq_stall_place_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_stall_uid")),
    )
    with op.batch_alter_table("stall", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stall_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_stall_place_id"), ["place_id"], unique=False)

    op.create_table(
        "station",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("algorithm", sa.String(length=20), nullable=False),
        sa.Column("keyid", sa.String(length=16), nullable=True),
        sa.Column("public_key", sa.String(length=64), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("agent", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_station_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("keyid", name=op.f("uq_station_keyid")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_station_token_digest")),
        sa.UniqueConstraint("uid", name=op.f("uq_station_uid")),
    )
    with op.batch_alter_table("station", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_station_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_station_place_id"), ["place_id"], unique=False)

    op.create_table(
        "trader",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_trader_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trader")),
        sa.UniqueConstraint("uid", name=op.f("uq_trader_uid")),
    )
    with op.batch_alter_table("trader", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trader_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_trader_place_id"), ["place_id"], unique=False)

    op.create_table(
        "model_range",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("min_mg", sa.BigInteger(), nullable=False),
        sa.Column("max_mg", sa.BigInteger(), nullable=False),
        sa.Column("e_mg", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("0 < min_mg AND min_mg < max_mg", name=op.f("ck_model_range_capacity_is_ordered")),
        sa.CheckConstraint("e_mg > 0", name=op.f("ck_model_range_e_is_positive")),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name=op.f("ck_model_range_at_most_three")),
        sa.ForeignKeyConstraint(["model_id"], ["scale_model.id"], name=op.f("fk_model_range_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_range")),
        sa.UniqueConstraint("model_id", "position", name=op.f("uq_model_range_model_id_position")),
    )
    op.create_table(
        "nonce",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.String(length=128), nullable=False),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book", sa.String(32), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("book IN ('task', 'book')", name=op.f("ck_nonce_book_is_known")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_nonce_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nonce")),
        sa.UniqueConstraint("value", name=op.f("uq_nonce_value")),
    )
    with op.batch_alter_table("nonce", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nonce_station_id"), ["station_id"], unique=False)

    op.create_table(
        "reference",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("software_id", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("address", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("length", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("parameters_sha256", sa.String(length=64), nullable=True),
        sa.Column("crc32", sa.String(length=8), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("origin_note", sa.String(length=400), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_format", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("submitted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(length=400), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("envelope", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status IN ('submitted', 'rejected')) OR approved_by_id IS NOT NULL", name=op.f("ck_reference_approved_by_someone")),
        sa.CheckConstraint("origin IN ('type_sample', 'maker_letter', 'alike_scales')", name=op.f("ck_reference_origin_is_known")),
        sa.CheckConstraint("status IN ('submitted', 'approved', 'rejected', 'withdrawn')", name=op.f("ck_reference_status_is_known")),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> submitted_by_id", name=op.f("ck_reference_two_persons")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_reference_approved_by_id")),
        sa.ForeignKeyConstraint(["model_id"], ["scale_model.id"], name=op.f("fk_reference_model_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["person.id"], name=op.f("fk_reference_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference")),
        sa.UniqueConstraint("model_id", "software_id", "sha256", name=op.f("uq_reference_model_id_software_id_sha256")),
        sa.UniqueConstraint("uid", name=op.f("uq_reference_uid")),
    )
    with op.batch_alter_table("reference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reference_model_id"), ["model_id"], unique=False)

    op.create_table(
        "scale",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("serial_no", sa.String(length=40), nullable=False),
        sa.Column("market_no", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("software_id", sa.String(length=80), nullable=False),
        sa.Column("production_code", sa.String(length=60), nullable=False),
        sa.Column("repair_code", sa.String(length=60), nullable=False),
        sa.Column("verification_code", sa.String(length=60), nullable=False),
        sa.Column("no_code_reason", sa.String(length=200), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("photo", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("left_state", sa.String(32), nullable=True),
        sa.Column("stall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("trader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("trader_since", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("hold_document", sa.String(length=80), nullable=False),
        sa.Column("stop_order", sa.String(length=80), nullable=False),
        sa.Column("suspended_for", sa.String(32), nullable=True),
        sa.Column("baseline_ueid", sa.String(length=64), nullable=False),
        sa.Column("baseline_parameters", sa.String(length=64), nullable=True),
        sa.Column("standing_evidence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "left_state IN ('registered', 'awaiting_verification', 'ready', 'in_service', 'suspended', 'in_repair', 'stored', 'retired')",
            name=op.f("ck_scale_left_state_is_known"),
        ),
        sa.CheckConstraint("role IN ('trade', 'fair', 'day_loan', 'spare')", name=op.f("ck_scale_role_is_known")),
        sa.CheckConstraint(
            "state <> 'in_service' OR role = 'fair' OR (stall_id IS NOT NULL AND trader_id IS NOT NULL)", name=op.f("ck_scale_in_service_has_a_place")
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'awaiting_verification', 'ready', 'in_service', 'suspended', 'in_repair', 'stored', 'retired')",
            name=op.f("ck_scale_state_is_known"),
        ),
        sa.CheckConstraint(
            "suspended_for IN ('expiry', 'failed', 'finding', 'stop_order', 'recall', 'decision')", name=op.f("ck_scale_suspended_for_is_known")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["scale_model.id"], name=op.f("fk_scale_model_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_scale_place_id")),
        sa.ForeignKeyConstraint(["stall_id"], ["stall.id"], name=op.f("fk_scale_stall_id")),
        sa.ForeignKeyConstraint(["trader_id"], ["trader.id"], name=op.f("fk_scale_trader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scale")),
        sa.UniqueConstraint("model_id", "serial_no", name=op.f("uq_scale_model_id_serial_no")),
        sa.UniqueConstraint("uid", name=op.f("uq_scale_uid")),
    )
    with op.batch_alter_table("scale", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scale_model_id"), ["model_id"], unique=False)
        batch_op.create_index("ix_scale_path_uid", ["path", "uid"], unique=False)
        batch_op.create_index(batch_op.f("ix_scale_place_id"), ["place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scale_stall_id"), ["stall_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scale_standing_evidence_id"), ["standing_evidence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scale_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_scale_trader_id"), ["trader_id"], unique=False)

    op.create_table(
        "code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.String(length=200), nullable=False),
        sa.CheckConstraint("kind IN ('tag', 'city', 'maker')", name=op.f("ck_code_kind_is_known")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_code_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
        sa.UniqueConstraint("number", name=op.f("uq_code_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_code_uid")),
        sa.UniqueConstraint("value", name=op.f("uq_code_value")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_code_scale_id"), ["scale_id"], unique=False)

    op.create_table(
        "scale_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ledger_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_state", sa.String(32), nullable=False),
        sa.Column("to_state", sa.String(32), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_scale_event_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scale_event")),
        sa.UniqueConstraint("uid", name=op.f("uq_scale_event_uid")),
    )
    with op.batch_alter_table("scale_event", schema=None) as batch_op:
        batch_op.create_index("ix_scale_event_scale_id_id", ["scale_id", "id"], unique=False)

    op.create_table(
        "seal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("position", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("broken_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('lead', 'sticker', 'electronic')", name=op.f("ck_seal_kind_is_known")),
        sa.CheckConstraint("owner IN ('maker', 'verification', 'repair')", name=op.f("ck_seal_owner_is_known")),
        sa.CheckConstraint("state IN ('intact', 'broken', 'missing', 'replaced')", name=op.f("ck_seal_state_is_known")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_seal_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("uid", name=op.f("uq_seal_uid")),
    )
    with op.batch_alter_table("seal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_scale_id"), ["scale_id"], unique=False)

    op.create_table(
        "station_scale",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("port", sa.String(length=60), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_station_scale_scale_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_station_scale_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_scale")),
    )
    with op.batch_alter_table("station_scale", schema=None) as batch_op:
        batch_op.create_index("ix_station_scale_scale_id_station_id", ["scale_id", "station_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_station_scale_station_id"), ["station_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("executor", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=60), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.CheckConstraint("executor IN ('server', 'station', 'person')", name=op.f("ck_task_executor_is_known")),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')", name=op.f("ck_task_state_is_known")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_task_created_by_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_task_scale_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_task_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("uid", name=op.f("uq_task_uid")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_executor_state_id", ["executor", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_scale_id"), ["scale_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_station_id"), ["station_id"], unique=False)

    op.create_table(
        "verification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("regulation", sa.String(length=40), nullable=False),
        sa.Column("body", sa.String(length=120), nullable=False),
        sa.Column("verifier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("certificate_no", sa.String(length=80), nullable=False),
        sa.Column("label_no", sa.String(length=40), nullable=False),
        sa.Column("failed_items", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(result = 'pass') = (valid_until IS NOT NULL)", name=op.f("ck_verification_only_a_pass_is_valid")),
        sa.CheckConstraint("kind IN ('initial', 'subsequent', 'in_service')", name=op.f("ck_verification_kind_is_known")),
        sa.CheckConstraint("result IN ('pass', 'fail')", name=op.f("ck_verification_result_is_known")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= verified_on", name=op.f("ck_verification_days_are_ordered")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_verification_scale_id")),
        sa.ForeignKeyConstraint(["verifier_id"], ["person.id"], name=op.f("fk_verification_verifier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
        sa.UniqueConstraint("uid", name=op.f("uq_verification_uid")),
    )
    with op.batch_alter_table("verification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verification_path"), ["path"], unique=False)
        batch_op.create_index("ix_verification_scale_id_verified_on", ["scale_id", "verified_on"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(length=20), nullable=False),
        sa.Column("agent_verdict", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("code_sha256", sa.String(length=64), nullable=True),
        sa.Column("parameters_sha256", sa.String(length=64), nullable=True),
        sa.Column("crc32", sa.String(length=8), nullable=False),
        sa.Column("length", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clock_offset_s", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("assigned", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("reference_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("similarity", sa.Integer(), nullable=True),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'judged') = (verdict IS NOT NULL)", name=op.f("ck_evidence_judged_has_verdict")),
        sa.CheckConstraint("status IN ('awaiting_bytes', 'judged')", name=op.f("ck_evidence_status_is_known")),
        sa.CheckConstraint(
            "verdict IN ('match', 'mismatch', 'unknown_version', 'inconsistent', 'unreadable', 'no_answer', 'malformed', 'slow')",
            name=op.f("ck_evidence_verdict_is_known"),
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 5", name=op.f("ck_evidence_level_exists")),
        sa.ForeignKeyConstraint(["reference_id"], ["reference.id"], name=op.f("fk_evidence_reference_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_evidence_scale_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_evidence_station_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_evidence_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("station_id", "seq", name=op.f("uq_evidence_station_id_seq")),
        sa.UniqueConstraint("uid", name=op.f("uq_evidence_uid")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_path"), ["path"], unique=False)
        batch_op.create_index("ix_evidence_scale_id_received_at", ["scale_id", "received_at"], unique=False)
        batch_op.create_index("ix_evidence_sha256", ["sha256"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("evidence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("resolution", sa.String(length=400), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'dismissed', 'closed')", name=op.f("ck_finding_state_is_known")),
        sa.CheckConstraint(
            "verdict IN ('match', 'mismatch', 'unknown_version', 'inconsistent', 'unreadable', 'no_answer', 'malformed', 'slow')",
            name=op.f("ck_finding_verdict_is_known"),
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_finding_evidence_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["person.id"], name=op.f("fk_finding_resolved_by_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_finding_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("uid", name=op.f("uq_finding_uid")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_path_uid", ["path", "uid"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_scale_id"), ["scale_id"], unique=False)

    op.create_table(
        "lead",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("finding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'handed_over', 'closed')", name=op.f("ck_lead_state_is_known")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_lead_finding_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_lead_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_lead_finding_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_lead_uid")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index("ix_lead_path_uid", ["path", "uid"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_scale_id"), ["scale_id"], unique=False)

    op.execute("INSERT INTO ledger_head (id, size, leaf, peaks) VALUES (1, 0, '', '[]')")
    if op.get_bind().dialect.name == "sqlite":
        guard_sqlite()
    else:
        guard_postgresql()


def downgrade() -> None:
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_scale_id"))
        batch_op.drop_index("ix_lead_path_uid")

    op.drop_table("lead")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_scale_id"))
        batch_op.drop_index("ix_finding_path_uid")

    op.drop_table("finding")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_sha256")
        batch_op.drop_index("ix_evidence_scale_id_received_at")
        batch_op.drop_index(batch_op.f("ix_evidence_path"))

    op.drop_table("evidence")
    with op.batch_alter_table("verification", schema=None) as batch_op:
        batch_op.drop_index("ix_verification_scale_id_verified_on")
        batch_op.drop_index(batch_op.f("ix_verification_path"))

    op.drop_table("verification")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_station_id"))
        batch_op.drop_index(batch_op.f("ix_task_scale_id"))
        batch_op.drop_index(batch_op.f("ix_task_path"))
        batch_op.drop_index("ix_task_executor_state_id")

    op.drop_table("task")
    with op.batch_alter_table("station_scale", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_station_scale_station_id"))
        batch_op.drop_index("ix_station_scale_scale_id_station_id")

    op.drop_table("station_scale")
    with op.batch_alter_table("seal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seal_scale_id"))

    op.drop_table("seal")
    with op.batch_alter_table("scale_event", schema=None) as batch_op:
        batch_op.drop_index("ix_scale_event_scale_id_id")

    op.drop_table("scale_event")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_scale_id"))
        batch_op.drop_index(batch_op.f("ix_code_path"))

    op.drop_table("code")
    with op.batch_alter_table("scale", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scale_trader_id"))
        batch_op.drop_index(batch_op.f("ix_scale_state"))
        batch_op.drop_index(batch_op.f("ix_scale_standing_evidence_id"))
        batch_op.drop_index(batch_op.f("ix_scale_stall_id"))
        batch_op.drop_index(batch_op.f("ix_scale_place_id"))
        batch_op.drop_index("ix_scale_path_uid")
        batch_op.drop_index(batch_op.f("ix_scale_model_id"))

    op.drop_table("scale")
    with op.batch_alter_table("reference", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reference_model_id"))

    op.drop_table("reference")
    with op.batch_alter_table("nonce", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nonce_station_id"))

    op.drop_table("nonce")
    op.drop_table("model_range")
    with op.batch_alter_table("trader", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trader_place_id"))
        batch_op.drop_index(batch_op.f("ix_trader_path"))

    op.drop_table("trader")
    with op.batch_alter_table("station", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_station_place_id"))
        batch_op.drop_index(batch_op.f("ix_station_path"))

    op.drop_table("station")
    with op.batch_alter_table("stall", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stall_place_id"))
        batch_op.drop_index(batch_op.f("ix_stall_path"))

    op.drop_table("stall")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("scale_model", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scale_model_maker_id"))

    op.drop_table("scale_model")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_person_id"))
        batch_op.drop_index(batch_op.f("ix_role_grant_path"))

    op.drop_table("role_grant")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_person_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_login_digest_at")

    op.drop_table("sign_in_attempt")
    op.drop_table("region")
    op.drop_table("place")
    op.drop_table("person")
    op.drop_table("maker")
    op.drop_table("ledger_head")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_entry_subject_seq")

    op.drop_table("ledger_entry")
    op.drop_table("leader")
    op.drop_table("job_run")
    op.drop_table("idempotency_key")
    op.drop_table("checkpoint")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION append_only()")
        op.execute("DROP FUNCTION grows_by_one()")
