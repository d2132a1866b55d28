"""The tables. Importing this package loads them all into ``Base.metadata``."""

from app.models.attestation import (
    Evidence,
    EvidenceStatus,
    Finding,
    Lead,
    Nonce,
    NonceBook,
    Reference,
    Station,
    StationScale,
)
from app.models.catalogue import AccuracyClass, Maker, ModelRange, ScaleModel, TypeGeneration
from app.models.derived import ScaleCell, ScaleTotal
from app.models.importing import ImportLine, ImportSession
from app.models.ledger import Checkpoint, Epoch, LedgerEntry, LedgerHead
from app.models.lists import BulkAct, BulkLine, BulkOutcome, ChosenColumns, SavedFilter
from app.models.people import (
    ApiToken,
    Credential,
    Device,
    DevicePerson,
    Grant,
    IdempotencyKey,
    Person,
    RecoveryCode,
    ResetRequest,
    SignIn,
    SignInAttempt,
    StepUp,
)
from app.models.places import Place, PlaceKind, Region, RegionKind, Stall, Trader
from app.models.scale import Code, CodeKind, Remark, Scale, ScaleEvent, Seal
from app.models.verification import Verification
from app.models.work import JobRun, Leader, Task

__all__ = [
    "AccuracyClass",
    "ApiToken",
    "BulkAct",
    "BulkLine",
    "BulkOutcome",
    "Checkpoint",
    "ChosenColumns",
    "Code",
    "CodeKind",
    "Credential",
    "Device",
    "DevicePerson",
    "Epoch",
    "Evidence",
    "EvidenceStatus",
    "Finding",
    "Grant",
    "IdempotencyKey",
    "ImportLine",
    "ImportSession",
    "JobRun",
    "Lead",
    "Leader",
    "LedgerEntry",
    "LedgerHead",
    "Maker",
    "ModelRange",
    "Nonce",
    "NonceBook",
    "Person",
    "Place",
    "PlaceKind",
    "RecoveryCode",
    "Reference",
    "Region",
    "RegionKind",
    "Remark",
    "ResetRequest",
    "SavedFilter",
    "Scale",
    "ScaleCell",
    "ScaleEvent",
    "ScaleModel",
    "ScaleTotal",
    "Seal",
    "SignIn",
    "SignInAttempt",
    "Stall",
    "Station",
    "StationScale",
    "StepUp",
    "Task",
    "Trader",
    "TypeGeneration",
    "Verification",
]
