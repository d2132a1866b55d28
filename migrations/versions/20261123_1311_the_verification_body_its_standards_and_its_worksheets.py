"""The verification body: its standards, weights and marks; worksheets and what comes of them.

Why: a result has to rest on weights that were good, people who may, and a record that was signed.
Old rows: results recorded before stay without a worksheet. Safe while the old release runs: yes
(new tables only).
"""

import sqlalchemy as sa
from alembic import op

revision = "d3f82a61b7e4"
down_revision = "c7d15b92e3a8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "body",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("authorisation_no", sa.String(length=80), nullable=False),
        sa.Column("authorised_until", sa.Date(), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("uid", name=op.f("uq_body_uid")),
    )
    op.create_table(
        "body_region",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_body_region_days_are_ordered")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_body_region_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_region")),
    )
    op.create_index("ix_body_region_body_id", "body_region", ["body_id"])

    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'running', 'closed')", name=op.f("ck_campaign_state_is_known")),
        sa.CheckConstraint("until >= since", name=op.f("ck_campaign_days_are_ordered")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_campaign_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("uid", name=op.f("uq_campaign_uid")),
    )
    op.create_index("ix_campaign_body_id", "campaign", ["body_id"])

    op.create_table(
        "mark_lot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("first_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind IN ('label', 'lead_seal')", name=op.f("ck_mark_lot_kind_is_known")),
        sa.CheckConstraint("0 <= first_no AND first_no <= last_no", name=op.f("ck_mark_lot_numbers_are_ordered")),
        sa.CheckConstraint("digits BETWEEN 1 AND 15", name=op.f("ck_mark_lot_digits_fit")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_mark_lot_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_lot")),
        sa.UniqueConstraint("body_id", "kind", "prefix", "first_no", name=op.f("uq_mark_lot_body_id_kind_prefix_first_no")),
        sa.UniqueConstraint("uid", name=op.f("uq_mark_lot_uid")),
    )
    op.create_index("ix_mark_lot_body_id", "mark_lot", ["body_id"])

    op.create_table(
        "measurement_standard",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("certificate_no", sa.String(length=80), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("max_mg", sa.BigInteger(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_measurement_standard_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement_standard")),
        sa.UniqueConstraint("uid", name=op.f("uq_measurement_standard_uid")),
    )
    op.create_index("ix_measurement_standard_body_id", "measurement_standard", ["body_id"])

    op.create_table(
        "qualification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("certificate_no", sa.String(length=80), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_qualification_body_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_qualification_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
        sa.UniqueConstraint("uid", name=op.f("uq_qualification_uid")),
    )
    op.create_index("ix_qualification_body_id", "qualification", ["body_id"])
    op.create_index("ix_qualification_person_id", "qualification", ["person_id"])

    op.create_table(
        "signature_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.String(), nullable=False),
        sa.CheckConstraint("step IN ('verified', 'checked', 'approved')", name=op.f("ck_signature_batch_step_is_known")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_signature_batch_body_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signature_batch_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_signature_batch_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_batch")),
        sa.UniqueConstraint("uid", name=op.f("uq_signature_batch_uid")),
    )
    op.create_index("ix_signature_batch_body_id", "signature_batch", ["body_id"])
    op.create_index("ix_signature_batch_place_id", "signature_batch", ["place_id"])

    op.create_table(
        "stock_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_stock_day_body_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stock_day_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_day")),
        sa.UniqueConstraint("body_id", "person_id", "day", name=op.f("uq_stock_day_body_id_person_id_day")),
        sa.UniqueConstraint("uid", name=op.f("uq_stock_day_uid")),
    )
    op.create_table(
        "campaign_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("crew", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("spot", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_day_campaign_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_campaign_day_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_day")),
        sa.UniqueConstraint("campaign_id", "place_id", "held_on", name=op.f("uq_campaign_day_campaign_id_place_id_held_on")),
        sa.UniqueConstraint("uid", name=op.f("uq_campaign_day_uid")),
    )
    op.create_index("ix_campaign_day_campaign_id", "campaign_day", ["campaign_id"])
    op.create_index("ix_campaign_day_place_id", "campaign_day", ["place_id"])

    op.create_table(
        "mark_issue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("first_no <= last_no", name=op.f("ck_mark_issue_numbers_are_ordered")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_mark_issue_issued_by_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["mark_lot.id"], name=op.f("fk_mark_issue_lot_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mark_issue_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_issue")),
        sa.UniqueConstraint("lot_id", "first_no", name=op.f("uq_mark_issue_lot_id_first_no")),
        sa.UniqueConstraint("uid", name=op.f("uq_mark_issue_uid")),
    )
    op.create_index("ix_mark_issue_lot_id", "mark_issue", ["lot_id"])
    op.create_index("ix_mark_issue_person_id", "mark_issue", ["person_id"])

    op.create_table(
        "standard_weight",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("standard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("set_name", sa.String(length=80), nullable=False),
        sa.Column("weight_class", sa.String(32), nullable=False),
        sa.Column("nominal_mg", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("last_good_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('in_use', 'withdrawn', 'retired')", name=op.f("ck_standard_weight_state_is_known")),
        sa.CheckConstraint("weight_class IN ('E1', 'E2', 'F1', 'F2', 'M1', 'M1-2', 'M2', 'M2-3', 'M3')", name=op.f("ck_standard_weight_weight_class_is_known")),
        sa.CheckConstraint("nominal_mg > 0", name=op.f("ck_standard_weight_nominal_is_positive")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_standard_weight_body_id")),
        sa.ForeignKeyConstraint(["standard_id"], ["measurement_standard.id"], name=op.f("fk_standard_weight_standard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_weight")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_standard_weight_body_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_standard_weight_uid")),
    )
    op.create_index("ix_standard_weight_body_id", "standard_weight", ["body_id"])
    op.create_index("ix_standard_weight_standard_id", "standard_weight", ["standard_id"])

    op.create_table(
        "calibration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("weight_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("certificate_no", sa.String(length=80), nullable=False),
        sa.Column("laboratory", sa.String(length=120), nullable=False),
        sa.Column("calibrated_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("error_ug", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("uncertainty_ug", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_until >= calibrated_on", name=op.f("ck_calibration_days_are_ordered")),
        sa.ForeignKeyConstraint(["weight_id"], ["standard_weight.id"], name=op.f("fk_calibration_weight_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration")),
        sa.UniqueConstraint("uid", name=op.f("uq_calibration_uid")),
    )
    op.create_index("ix_calibration_weight_id", "calibration", ["weight_id"])

    op.create_table(
        "campaign_scale",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appointment_no", sa.String(length=80), nullable=False),
        sa.CheckConstraint("outcome IN ('listed', 'done', 'no_show', 'excused')", name=op.f("ck_campaign_scale_outcome_is_known")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_scale_campaign_id")),
        sa.ForeignKeyConstraint(["day_id"], ["campaign_day.id"], name=op.f("fk_campaign_scale_day_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_campaign_scale_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_scale")),
        sa.UniqueConstraint("campaign_id", "scale_id", name=op.f("uq_campaign_scale_campaign_id_scale_id")),
    )
    op.create_index("ix_campaign_scale_day_id", "campaign_scale", ["day_id"])
    op.create_index("ix_campaign_scale_scale_id", "campaign_scale", ["scale_id"])

    op.create_table(
        "in_service_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("force", sa.String(32), nullable=False),
        sa.Column("task_no", sa.String(length=80), nullable=False),
        sa.Column("officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("second_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rules", sa.String(length=40), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("force <> 'evidence' OR (second_id IS NOT NULL AND task_no <> '')", name=op.f("ck_in_service_check_evidence_takes_two_and_a_task")),
        sa.CheckConstraint("force IN ('routine', 'evidence')", name=op.f("ck_in_service_check_force_is_known")),
        sa.CheckConstraint("verdict IN ('pass', 'fail')", name=op.f("ck_in_service_check_verdict_is_known")),
        sa.CheckConstraint("second_id IS NULL OR second_id <> officer_id", name=op.f("ck_in_service_check_two_are_two")),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name=op.f("fk_in_service_check_officer_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_in_service_check_scale_id")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_in_service_check_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_in_service_check")),
        sa.UniqueConstraint("uid", name=op.f("uq_in_service_check_uid")),
    )
    op.create_index("ix_in_service_check_path", "in_service_check", ["path"])
    op.create_index("ix_in_service_check_scale_id", "in_service_check", ["scale_id"])

    op.create_table(
        "mark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("because", sa.String(length=40), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("worksheet_uid", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state <> 'used' OR scale_id IS NOT NULL", name=op.f("ck_mark_used_on_a_scale")),
        sa.CheckConstraint("state IN ('used', 'voided', 'returned')", name=op.f("ck_mark_state_is_known")),
        sa.ForeignKeyConstraint(["issue_id"], ["mark_issue.id"], name=op.f("fk_mark_issue_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mark_person_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_mark_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
        sa.UniqueConstraint("issue_id", "number", name=op.f("uq_mark_issue_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_mark_uid")),
    )
    op.create_index("ix_mark_scale_id", "mark", ["scale_id"])

    op.create_table(
        "recall",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_good_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed', 'cleared')", name=op.f("ck_recall_state_is_known")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_recall_body_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_recall_opened_by_id")),
        sa.ForeignKeyConstraint(["weight_id"], ["standard_weight.id"], name=op.f("fk_recall_weight_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sa.UniqueConstraint("uid", name=op.f("uq_recall_uid")),
    )
    op.create_index("ix_recall_body_id", "recall", ["body_id"])
    op.create_index("ix_recall_weight_id", "recall", ["weight_id"])

    op.create_table(
        "worksheet_draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_worksheet_draft_person_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_worksheet_draft_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worksheet_draft")),
        sa.UniqueConstraint("uid", name=op.f("uq_worksheet_draft_uid")),
    )
    op.create_index("ix_worksheet_draft_path", "worksheet_draft", ["path"])
    op.create_index("ix_worksheet_draft_person_id", "worksheet_draft", ["person_id"])
    op.create_index("ix_worksheet_draft_scale_id", "worksheet_draft", ["scale_id"])

    op.create_table(
        "appeal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contested_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("outcome_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'decided', 'withdrawn', 'refused')", name=op.f("ck_appeal_state_is_known")),
        sa.ForeignKeyConstraint(["contested_id"], ["verification.id"], name=op.f("fk_appeal_contested_id")),
        sa.ForeignKeyConstraint(["outcome_id"], ["verification.id"], name=op.f("fk_appeal_outcome_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_appeal_scale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("uid", name=op.f("uq_appeal_uid")),
    )
    op.create_index("ix_appeal_scale_id", "appeal", ["scale_id"])

    op.create_table(
        "calibration_use",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("calibration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("against_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["against_id"], ["standard_weight.id"], name=op.f("fk_calibration_use_against_id")),
        sa.ForeignKeyConstraint(["calibration_id"], ["calibration.id"], name=op.f("fk_calibration_use_calibration_id")),
        sa.ForeignKeyConstraint(["weight_id"], ["standard_weight.id"], name=op.f("fk_calibration_use_weight_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_use")),
        sa.UniqueConstraint("calibration_id", "against_id", name=op.f("uq_calibration_use_calibration_id_against_id")),
    )
    op.create_index("ix_calibration_use_against_id", "calibration_use", ["against_id"])
    op.create_index("ix_calibration_use_weight_id", "calibration_use", ["weight_id"])

    op.create_table(
        "platform_upload",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference_no", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_platform_upload_person_id")),
        sa.ForeignKeyConstraint(["verification_id"], ["verification.id"], name=op.f("fk_platform_upload_verification_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_upload")),
        sa.UniqueConstraint("verification_id", name=op.f("uq_platform_upload_verification_id")),
    )
    op.create_table(
        "recall_scale",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision IN ('pending', 'keep', 'retest', 'suspend')", name=op.f("ck_recall_scale_decision_is_known")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_recall_scale_decided_by_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_scale_recall_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_recall_scale_scale_id")),
        sa.ForeignKeyConstraint(["verification_id"], ["verification.id"], name=op.f("fk_recall_scale_verification_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_scale")),
        sa.UniqueConstraint("recall_id", "scale_id", name=op.f("uq_recall_scale_recall_id_scale_id")),
    )
    op.create_index("ix_recall_scale_recall_id_risk_id", "recall_scale", ["recall_id", "risk", "id"])
    op.create_index("ix_recall_scale_scale_id", "recall_scale", ["scale_id"])

    op.create_table(
        "worksheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scale_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("standard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("rules", sa.String(length=40), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("rules_sha256", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("reviews", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("verifier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verified_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("returned_because", sa.String(length=40), nullable=False),
        sa.Column("verification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('initial', 'subsequent', 'in_service')", name=op.f("ck_worksheet_kind_is_known")),
        sa.CheckConstraint("state IN ('submitted', 'returned', 'checked', 'approved', 'void')", name=op.f("ck_worksheet_state_is_known")),
        sa.CheckConstraint("verdict IN ('pass', 'fail')", name=op.f("ck_worksheet_verdict_is_known")),
        sa.CheckConstraint("finished_at >= started_at", name=op.f("ck_worksheet_times_are_ordered")),
        sa.ForeignKeyConstraint(["approved_in_id"], ["signature_batch.id"], name=op.f("fk_worksheet_approved_in_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_worksheet_body_id")),
        sa.ForeignKeyConstraint(["checked_in_id"], ["signature_batch.id"], name=op.f("fk_worksheet_checked_in_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_worksheet_place_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.id"], name=op.f("fk_worksheet_scale_id")),
        sa.ForeignKeyConstraint(["standard_id"], ["measurement_standard.id"], name=op.f("fk_worksheet_standard_id")),
        sa.ForeignKeyConstraint(["verification_id"], ["verification.id"], name=op.f("fk_worksheet_verification_id")),
        sa.ForeignKeyConstraint(["verified_in_id"], ["signature_batch.id"], name=op.f("fk_worksheet_verified_in_id")),
        sa.ForeignKeyConstraint(["verifier_id"], ["person.id"], name=op.f("fk_worksheet_verifier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worksheet")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_worksheet_body_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_worksheet_uid")),
        sa.UniqueConstraint("verification_id", name=op.f("uq_worksheet_verification_id")),
    )
    op.create_index("ix_worksheet_place_id_state", "worksheet", ["place_id", "state"])
    op.create_index("ix_worksheet_scale_id", "worksheet", ["scale_id"])

    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("body_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worksheet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("envelope", sa.String(), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("dcc_sha256", sa.String(length=64), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('certificate', 'rejection_notice')", name=op.f("ck_certificate_kind_is_known")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_certificate_body_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_certificate_issued_by_id")),
        sa.ForeignKeyConstraint(["worksheet_id"], ["worksheet.id"], name=op.f("fk_certificate_worksheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_certificate_body_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_certificate_uid")),
    )
    op.create_index("ix_certificate_worksheet_id", "certificate", ["worksheet_id"])

    op.create_table(
        "weight_use",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worksheet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("calibration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["calibration_id"], ["calibration.id"], name=op.f("fk_weight_use_calibration_id")),
        sa.ForeignKeyConstraint(["weight_id"], ["standard_weight.id"], name=op.f("fk_weight_use_weight_id")),
        sa.ForeignKeyConstraint(["worksheet_id"], ["worksheet.id"], name=op.f("fk_weight_use_worksheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_use")),
        sa.UniqueConstraint("worksheet_id", "weight_id", name=op.f("uq_weight_use_worksheet_id_weight_id")),
    )
    op.create_index("ix_weight_use_weight_id_used_on", "weight_use", ["weight_id", "used_on"])


def downgrade() -> None:
    for table in (
        "weight_use",
        "certificate",
        "worksheet",
        "recall_scale",
        "platform_upload",
        "calibration_use",
        "appeal",
        "worksheet_draft",
        "recall",
        "mark",
        "in_service_check",
        "campaign_scale",
        "calibration",
        "standard_weight",
        "mark_issue",
        "campaign_day",
        "stock_day",
        "signature_batch",
        "qualification",
        "measurement_standard",
        "mark_lot",
        "campaign",
        "body_region",
        "body",
    ):
        op.drop_table(table)
