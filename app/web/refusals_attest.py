"""Refusals of stations, evidence and references."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from app.web.refusal import ASK, BACK, CORRECT, PROGRAM, Refusal

ATTEST: Final[Mapping[str, Refusal]] = MappingProxyType(
    {
        "enrolment_refused": Refusal(
            403,
            _l("This code does not enrol a station."),
            _l("Check it, or have the manager make a new one: a code serves once, for 24 hours."),
        ),
        "already_enrolled": Refusal(
            409, _l("This station has enrolled."), _l("For a new key, make a new station.")
        ),
        "station_revoked": Refusal(409, _l("This station was taken out of use."), BACK),
        "port_taken": Refusal(
            409, _l("Another scale is on this port."), _l("Take it off first, or choose another.")
        ),
        "assigned_elsewhere": Refusal(
            409, _l("The scale is on another station."), _l("Take it off there first.")
        ),
        "out_of_reach": Refusal(409, _l("Station and scale are in different regions."), BACK),
        "foreign_station": Refusal(403, _l("The report is another station's."), PROGRAM),
        "unknown_scale": Refusal(404, _l("There is no such scale in this region."), PROGRAM),
        "evidence_conflict": Refusal(
            409, _l("Another report was taken in under this id. The first one stays."), PROGRAM
        ),
        "sequence_conflict": Refusal(
            409, _l("Another report has this number. The first one stays."), PROGRAM
        ),
        "evidence_invalid": Refusal(
            422, _l("The report is signed, but it is not one we can read."), PROGRAM
        ),
        "too_many_items": Refusal(422, _l("A batch holds at most 100 reports."), PROGRAM),
        "task_fixed": Refusal(409, _l("What this task does has to be done.")),
        "task_gone": Refusal(410, _l("This task was cancelled, is finished or is too old."), BACK),
        "blob_unwanted": Refusal(404, _l("Nobody asked for this image."), PROGRAM),
        "length_mismatch": Refusal(
            422, _l("The image is not as long as its report says."), PROGRAM
        ),
        "report_failed": Refusal(
            503,
            _l("This report could not be taken in. The others were."),
            _l("Tell the administrator."),
        ),
        "intake_full": Refusal(
            503, _l("Many stations report at once."), _l("Try again in a moment.")
        ),
        "blob_too_large": Refusal(413, _l("The image is too large."), PROGRAM),
        "blob_unsound": Refusal(
            409,
            _l("The bytes of this image are missing or were altered."),
            _l("Tell the administrator."),
        ),
        "bad_profile": Refusal(
            409, _l("The profile of this model cannot be used."), _l("Correct the model's profile.")
        ),
        "no_station": Refusal(
            409,
            _l("This scale is on no station; take it to a bench."),
            _l("Or assign it to a station on that station's page."),
        ),
        "model_not_readable": Refusal(
            409,
            _l("Nobody has said how a scale of this model is read."),
            _l("Add protocol and memory to the model's profile."),
        ),
        "evidence_hold": Refusal(
            409,
            _l("The scale is held as evidence. Nothing about it may be changed."),
            _l("The authority that ordered the hold lifts it."),
        ),
        "model_has_no_profile": Refusal(
            409,
            _l("The model's profile does not say where the program lies."),
            _l("Add the program memory to the model's profile."),
        ),
        # The route refuses other roles with 403; this is the service's own second look.
        "not_custodian": Refusal(409, _l("Only a firmware custodian may do this."), ASK),
        "two_persons": Refusal(
            409, _l("You submitted this image."), _l("A second custodian approves it.")
        ),
        "reference_exists": Refusal(
            409, _l("This image is on file for this model and version."), BACK
        ),
        "another_office": Refusal(
            409,
            _l("This image was filed by the custodians of another office."),
            _l("A second custodian of that office decides on it."),
        ),
        "reference_decided": Refusal(409, _l("This reference was decided on before."), BACK),
        "expiry_past": Refusal(422, _l("The last day lies in the past."), CORRECT),
        "bad_image": Refusal(422, _l("The file is no program image."), CORRECT),
        "image_empty": Refusal(422, _l("There is no program in the file."), CORRECT),
        "image_too_large": Refusal(
            413, _l("The program is larger than any scale's memory."), CORRECT
        ),
        "image_bad_record": Refusal(422, _l("A record of the file is damaged."), CORRECT),
        "image_wrong_checksum": Refusal(
            422, _l("A record's own checksum says that it was damaged."), CORRECT
        ),
        "image_overlap": Refusal(422, _l("Two records claim the same address."), CORRECT),
        "image_truncated": Refusal(422, _l("The file stops before its end."), CORRECT),
        "image_does_not_fit": Refusal(
            422, _l("The image lies outside the memory of this model."), CORRECT
        ),
    }
)
