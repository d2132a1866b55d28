"""The demo's verification body: its papers and staff, two sets of weights, labels and seals."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.demo import people
from app.domain.calendar import local_date, valid_until
from app.domain.mark_stock import VoidReason
from app.domain.qualifications import VerificationItem
from app.domain.standards import MarkKind, WeightClass
from app.models import Body, MeasurementStandard, Person, StandardWeight
from app.verify.service import body_records, stock, stock_lots, weight_records
from app.verify.service.body_records import NewStaff, NewStandard, Papers
from app.verify.service.stock_lots import NewLot
from app.verify.service.weight_records import NewCalibration, NewWeight

NAME: Final = "通州区计量检定测试所（演示）"
LABORATORY: Final = "省级计量技术机构（演示）"
G: Final = 1000
KG: Final = 1000 * G
# Number in its set and nominal: to 30 kg in steps of 1 g, and the small ones for changeover.
SET: Final = (
    ("20", 20 * KG),
    ("10", 10 * KG),
    ("5", 5 * KG),
    ("2", 2 * KG),
    ("2*", 2 * KG),
    ("1", 1 * KG),
    ("500g", 500 * G),
    ("200g", 200 * G),
    ("200g*", 200 * G),
    ("100g", 100 * G),
    ("50g", 50 * G),
    ("20g", 20 * G),
    ("20g*", 20 * G),
    ("10g", 10 * G),
    ("5g", 5 * G),
    ("2g", 2 * G),
    ("2g*", 2 * G),
    ("1g", 1 * G),
    ("500mg", 500),
    ("200mg", 200),
    ("200mg*", 200),
    ("100mg", 100),
)
YEAR: Final = 365
HEAVY: Final = tuple(line for line in SET if line[1] >= KG and not line[0].endswith("*"))
STAFF: Final = (
    ("verifier", "苏检字2023-0118"),
    ("checker", "苏检字2019-0042"),
    ("signatory", "苏检字2015-0007"),
)
LOTS: Final = ((MarkKind.LABEL, "苏通F26-"), (MarkKind.LEAD_SEAL, "TZ26-"))


def load(session: Session, team: Mapping[str, Person], *, at: datetime) -> Body:
    """Put the body with all that belongs to it on record."""
    today = local_date(at)
    body = _body(session, team, at)
    by = team["signatory"].uid
    standard = body_records.add_standard(
        session,
        body,
        NewStandard(
            name="电子计价秤检定装置",
            certificate_no="〔2024〕苏量标通证字第018号",
            valid_until=today + timedelta(days=700),
            max_mg=60 * KG,
        ),
        by=by,
        at=at,
    )
    _weights(session, (body, standard), team["checker"].uid, at)
    _marks(session, body, team, at)
    return body


def _body(session: Session, team: Mapping[str, Person], at: datetime) -> Body:
    today, by = local_date(at), team["regulator"].uid
    papers = Papers(
        name=NAME,
        authorisation_no="（苏）法计（2022）06012号",
        authorised_until=today + timedelta(days=640),
        address="通州区金沙街道（演示）",
        phone="0513-00000000",
    )
    body = body_records.create(session, people.COUNTY, papers, by=by, at=at)
    since = today - timedelta(days=400)
    body_records.assign(session, body, people.COUNTY, (since, None), by=by, at=at)
    for login, number in STAFF:
        staff = NewStaff(
            person=team[login],
            item=VerificationItem.PRICE_SCALES,
            certificate_no=number,
            since=since,
            until=today + timedelta(days=45 if login == "checker" else 900),
        )
        body_records.add_staff(session, body, staff, by=by, at=at)
    return body


def _weights(
    session: Session, owner: tuple[Body, MeasurementStandard], by: str, at: datetime
) -> None:
    """Two sets of M1 below one of F2, which hangs on an F1 of 20 kg; one of them has expired."""
    today = local_date(at)

    def add(
        number: str, weight_class: WeightClass, nominal: int, days_ago: int, *above: StandardWeight
    ) -> StandardWeight:
        set_name = {"1": "M1 第一组", "2": "M1 第二组"}.get(number.rpartition("-")[2], "标准组")
        command = NewWeight(
            body=owner[0],
            number=number,
            weight_class=weight_class,
            nominal_mg=nominal,
            set_name=set_name,
            standard=owner[1],
        )
        row = weight_records.register(session, command, by=by, at=at)
        older = (days_ago + YEAR,) if weight_class is not WeightClass.M1 else ()
        for days in (*older, days_ago):
            paper = _paper(number, today - timedelta(days=days), above)
            weight_records.add_certificate(session, row, paper, by=by, at=at)
        return row

    top = add("20-F1", WeightClass.F1, 20 * KG, 250)
    f2 = {
        nominal: add(f"{name}-F2", WeightClass.F2, nominal, 230, *([top] if name == "20" else []))
        for name, nominal in HEAVY
    }
    for which, days_ago in (("1", 200), ("2", 330)):
        for name, nominal in SET:
            late = 50 if (which, name) == ("2", "5") else 0
            above = [f2[nominal]] if nominal in f2 and not late else []
            add(f"{name}-{which}", WeightClass.M1, nominal, days_ago + late, *above)


def _paper(number: str, on: date, above: tuple[StandardWeight, ...]) -> NewCalibration:
    """Return a certificate; in the body's own laboratory where weights stand above it."""
    return NewCalibration(
        certificate_no=f"LF{on:%Y%m}-{number}",
        laboratory=NAME if above else LABORATORY,
        calibrated_on=on,
        valid_until=valid_until(on),
        against=above,
    )


def _marks(session: Session, body: Body, team: Mapping[str, Person], at: datetime) -> None:
    """Labels and lead seals came in; the verifier took a hundred of each and spoilt one."""
    taken, by, verifier = at - timedelta(days=3), team["checker"].uid, team["verifier"]
    for kind, prefix in LOTS:
        lot = stock_lots.receive(
            session,
            NewLot(
                body=body,
                kind=kind,
                first=f"{prefix}00001",
                last=f"{prefix}00500",
                received_on=local_date(at - timedelta(days=60)),
                document_no="通印领2026-09",
            ),
            by=by,
            at=taken,
        )
        run = (f"{prefix}00001", f"{prefix}00100")
        stock_lots.issue(session, lot, verifier, run, by=by, at=taken)
    stock.void(
        session,
        verifier=verifier,
        kind=MarkKind.LABEL,
        number="苏通F26-00001",
        because=VoidReason.DAMAGED,
        by=verifier.uid,
        at=taken,
    )
    stock.close_day(
        session,
        body=body,
        verifier=verifier,
        day=local_date(at - timedelta(days=1)),
        counted={MarkKind.LABEL: 99, MarkKind.LEAD_SEAL: 100},
        by=verifier.uid,
        at=at - timedelta(days=1),
    )
