"""Papers: the right words, the same bytes again, and a record that anybody can verify."""

import json
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.record import record as command
from app.crypto import dsse
from app.domain.lifecycle import State
from app.domain.worksheets import CertificateKind, SignatureStep
from app.ledger.door import SYSTEM, act
from app.ledger.verify import problems
from app.models import Certificate, Worksheet
from app.verify import dcc
from app.verify.dcc import DCC, SI
from app.verify.service import papers, signing
from app.verify.service.papers import NotApprovedError, Office, RevokedError
from app.verify.service.printed import error_row, mass
from app.web.papers import PaperError
from tests.conftest import NOON
from tests.support.makers import make_place, make_scale, make_stall
from tests.support.worksheets import Institute, finished_worksheet, make_institute, office

BAD = {("weighing_up", 10_000_000): 15_000}
LATER = NOON + timedelta(hours=2)
PAGES = 2


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    """Return what papers are made with."""
    return office(tmp_path)


def approved(
    session: Session, desk: Office, institute: Institute | None = None, **changes: object
) -> Worksheet:
    """Return an approved worksheet of a fresh scale."""
    institute = institute or make_institute(session)
    place = make_place(session)
    stall = make_stall(session, place)
    scale = make_scale(session, place, state=State.AWAITING_VERIFICATION, stall=stall)
    row = finished_worksheet(session, institute, scale, **changes)
    sign_all(session, desk, institute, row)
    return row


def sign_all(session: Session, desk: Office, institute: Institute, row: Worksheet) -> None:
    """Let the three sign."""
    people = (institute.verifier, institute.checker, institute.signatory)
    for step, by in zip(SignatureStep, people, strict=True):
        signing.sign(session, [row.uid], step, desk, by=by, at=LATER)


def issued(session: Session, desk: Office, **changes: object) -> Certificate:
    """Return the certificate of a scale that passed."""
    row = approved(session, desk, **changes)
    return papers.issue(session, row, desk, by=row.verifier, at=LATER)


def notice(session: Session, desk: Office) -> Certificate:
    """Return the notice of a scale that failed."""
    approved(session, desk, bad=BAD)
    return session.scalars(select(Certificate)).one()


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def pictures(pdf: bytes) -> list[Image.Image]:
    """Return the pages as a printer shows them."""
    return [page.render(scale=150 / 72).to_pil() for page in pypdfium2.PdfDocument(pdf)]


def test_a_certificate_says_all_that_it_must(session: Session, desk: Office) -> None:
    """Names, body and its authorisation, standard, place, climate, errors, validity, pages."""
    paper = issued(session, desk)
    text = text_of(papers.pdf_of(paper, desk.blobs)).replace(" ", "").replace("　", "")
    for words in (
        *("检定证书", "JD-2026-000001", "城东农贸市场", "A-01摊位", "SN-0001", "JJG539-2016"),
        *("合格，准予作Ⅲ级使用", "有效期至", "2027年11月22日", "T0001", "Q0001"),
        *("检定员", "核验员", "批准人", "verifier-of-body", "signatory-of-body"),
        *(
            "检定专用章",
            "（苏）法计（2024）06123号",
            "〔2024〕苏量标通证字第021号",
            "2028年3月31日",
        ),
        *("20.5℃", "56.0%", "2026-000001", "±2.5g", "±7.5g", "表格编号WT-JD-01"),
        *("第1页共2页", "第2页共2页"),
    ):
        assert words.replace(" ", "") in text, words
    assert "合格证" not in text  # nothing that could pass for the mark itself


def test_a_whole_initial_verification_fits_two_pages(session: Session, desk: Office) -> None:
    """Each test, seven weights and what was looked at: no last page with a closing line alone."""
    record = papers.record_of(issued(session, desk))
    said, seen = record["printed"], record["worksheet"]
    rose = {"test": "discrimination", "load_mg": 7_500_000, "error_mg": 0, "mpe_mg": 0}
    rises = error_row({**rose, "verdict": "pass"}, seen)
    assert rises == ["鉴别阈", "7.5 kg", "/", "/", "合格"]  # 1.4 d has no error beside a limit
    full = {**said, "errors": (said["errors"] * 9)[:16], "weights": (said["weights"] * 7)[:7]}
    assert len(pypdfium2.PdfDocument(papers.set_paper(full))) == PAGES
    over = {**said, "errors": (said["errors"] * 9)[:40]}
    assert len(pypdfium2.PdfDocument(papers.set_paper(over))) > PAGES


def test_a_failure_always_gets_its_notice_with_the_way_forward(
    session: Session, desk: Office
) -> None:
    """What failed, that it may not be used, and what can be done about it."""
    paper = notice(session, desk)
    assert (paper.kind, paper.number) == (CertificateKind.REJECTION_NOTICE, "TZ-2026-000001")
    text = text_of(papers.pdf_of(paper, desk.blobs)).replace("\r\n", "")
    for words in (
        *("检定结果通知书", "不合格项目", "称量", "+15 g", "表格编号 WT-JD-02"),
        "调修后重新申请检定；对计量准确度有争议的，可申请仲裁检定。",
    ):
        assert words in text, words
    assert "有效期至" not in text.split("检定员")[0]


def test_the_code_on_every_paper_leads_to_its_page(session: Session, desk: Office) -> None:
    """Read back from the picture by an independent decoder, at the same place on both."""
    institute = make_institute(session)
    scale = approved(session, desk, institute).scale
    again = finished_worksheet(session, institute, scale, NOON + timedelta(minutes=9), bad=BAD)
    sign_all(session, desk, institute, again)
    first = session.scalars(select(Worksheet).order_by(Worksheet.id)).first()
    assert first is not None
    papers.issue(session, first, desk, by=institute.verifier, at=LATER)
    corners = []
    for paper in session.scalars(select(Certificate)):
        (code,) = zxingcpp.read_barcodes(pictures(papers.pdf_of(paper, desk.blobs))[0])
        assert code.text == f"https://wutong.example-city.cn/c/{paper.uid}"
        corners.append((code.position.top_left.x, code.position.top_left.y))
    assert max(abs(a - b) for a, b in zip(*corners, strict=True)) < 6


def test_a_long_paper_runs_on_with_its_head_on_every_page(session: Session, desk: Office) -> None:
    """Forty readings before adjustment too."""
    before = [
        {"test": "weighing_up", "load_mg": n * 100_000, "indication_mg": n * 100_500, "at": 0}
        for n in range(1, 90)
    ]
    pdf = papers.pdf_of(issued(session, desk, before_adjustment=before), desk.blobs)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) >= 4
    last = document[len(document) - 1].get_textpage().get_text_range()
    assert "以下空白" in last
    assert "JD-2026-000001" in last
    assert f"共 {len(document)} 页" in last


def test_the_same_record_gives_the_same_bytes(session: Session, desk: Office) -> None:
    """A lost file is made again, and its digest is that of the first."""
    paper = issued(session, desk)
    first = papers.pdf_of(paper, desk.blobs), papers.dcc_of(paper, desk.blobs)
    for digest in (paper.pdf_sha256, paper.dcc_sha256):
        desk.blobs.path(str(digest)).unlink()
    assert (papers.pdf_of(paper, desk.blobs), papers.dcc_of(paper, desk.blobs)) == first
    assert desk.blobs.has(str(paper.pdf_sha256))


def test_a_sign_without_a_glyph_is_an_error_and_a_rare_one_is_printed(
    session: Session, desk: Office
) -> None:
    """龘 and 𠮷 stand in names; a box on a certificate would stand there for ever."""
    row = approved(session, desk)
    with act(session, row.place, "rename", by=SYSTEM, at=LATER):
        row.place.name = "龘𠮷市场"
    said = papers.record_of(papers.issue(session, row, desk, by=row.verifier, at=LATER))["printed"]
    assert "龘𠮷市场" in text_of(papers.set_paper(said))
    with pytest.raises(PaperError):
        papers.set_paper({**said, "conclusion": "\U000f0000"})


def test_words_from_outside_stay_words(session: Session, desk: Office) -> None:
    """A maker's name is data, never source."""
    said = papers.record_of(issued(session, desk))["printed"]
    evil = '#panic("injected") $x$ \\ "'
    assert "panic" in text_of(papers.set_paper({**said, "place": evil}))


def test_only_what_is_approved_has_papers(session: Session, desk: Office) -> None:
    """A worksheet that was merely checked is no verification."""
    institute = make_institute(session)
    row = finished_worksheet(session, institute, make_scale(session))
    with pytest.raises(NotApprovedError):
        papers.issue(session, row, desk, by=institute.verifier, at=LATER)


def test_asked_twice_it_is_the_same_paper_unless_it_is_to_be_replaced(
    session: Session, desk: Office
) -> None:
    """The one before stays known as replaced."""
    paper = issued(session, desk)
    by = paper.issued_by
    assert papers.issue(session, paper.worksheet, desk, by=by, at=LATER) is paper
    new = papers.issue(session, paper.worksheet, desk, by=by, at=LATER, anew=True)
    assert (new.number, paper.revoked_at) == ("JD-2026-000002", LATER)
    assert paper.worksheet.verification is not None
    assert paper.worksheet.verification.certificate_no == new.number
    with pytest.raises(RevokedError):
        papers.revoke(session, paper, by=by, at=LATER)
    assert list(problems(session, desk.key.public_key())) == []


def test_a_failure_cancels_the_certificate_that_stood(session: Session, desk: Office) -> None:
    """A failed check within the year cancels the old mark (印证管理办法 7)."""
    institute = make_institute(session)
    row = approved(session, desk, institute)
    paper = papers.issue(session, row, desk, by=institute.verifier, at=LATER)
    again = finished_worksheet(session, institute, row.scale, NOON + timedelta(minutes=9), bad=BAD)
    sign_all(session, desk, institute, again)
    assert paper.revoked_at is not None
    kinds = {one.kind: one.revoked_at for one in session.scalars(select(Certificate))}
    assert kinds[CertificateKind.REJECTION_NOTICE] is None


# The record, offline.


def verified(folder: Path, record: str, key: bytes, *more: str) -> tuple[int, str]:
    """Run `wutong record verify` on ``record``; return exit status and words."""
    (folder / "record.json").write_text(record)
    (folder / "key").write_text(key.hex())
    args = ["verify", str(folder / "record.json"), "--key", str(folder / "key"), *more]
    found = CliRunner().invoke(command, args)
    return found.exit_code, found.output


def public(desk: Office) -> bytes:
    """Return the public key."""
    return desk.key.public_key().public_bytes_raw()


def test_a_genuine_record_verifies_without_a_database(
    session: Session, desk: Office, tmp_path: Path
) -> None:
    """With the public key alone; the PDF beside it is compared."""
    paper = issued(session, desk)
    (tmp_path / "record.pdf").write_bytes(papers.pdf_of(paper, desk.blobs))
    status, said = verified(tmp_path, paper.envelope, public(desk))
    assert status == 0
    assert "genuine" in said
    assert "JD-2026-000001" in said
    assert "record.pdf is the PDF that was issued" in said


def test_another_pdf_is_found_out(session: Session, desk: Office, tmp_path: Path) -> None:
    """One byte is enough."""
    paper = issued(session, desk)
    (tmp_path / "record.pdf").write_bytes(papers.pdf_of(paper, desk.blobs) + b" ")
    status, said = verified(tmp_path, paper.envelope, public(desk))
    assert (status, "the PDF is not the one that was issued" in said) == (1, True)


def forged(desk: Office, paper: Certificate, **changes: object) -> str:
    """Return the record changed and signed anew by whoever has the key."""
    record = papers.record_of(paper)
    return json.dumps(dsse.sign(desk.key, dsse.RECORD, {**record, **changes}))


def test_a_changed_record_does_not_verify(session: Session, desk: Office, tmp_path: Path) -> None:
    """Payload, key, worksheet, a signature left out: each is told."""
    paper = issued(session, desk)
    record = papers.record_of(paper)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert verified(tmp_path, paper.envelope, other)[0] == 1
    worksheet = {**record["worksheet"], "document": {**record["worksheet"]["document"], "v": 2}}
    cases = {
        "not the one whose digest was signed": forged(desk, paper, worksheet=worksheet),
        "not all there": forged(desk, paper, signatures=record["signatures"][:2]),
        "not of three persons": forged(desk, paper, signatures=[record["signatures"][0]] * 3),
        "signatory did not sign": forged(
            desk, paper, worksheet={**record["worksheet"], "verdict": "fail"}
        ),
    }
    for words, envelope in cases.items():
        status, said = verified(tmp_path, envelope, public(desk))
        assert (status, words in said) == (1, True), words


@pytest.mark.parametrize("content", ["", "{}", "[" * 100_000, '{"payload": "AA=="}'])
def test_what_is_no_record_ends_in_words(tmp_path: Path, content: str) -> None:
    """Exit 3: nothing can be said."""
    assert verified(tmp_path, content, b"\1" * 32)[0] == 3


# The machine-readable one.


def names(parent: ET.Element) -> list[str]:
    """Return the children of ``parent`` by name, without their namespace."""
    return [child.tag.rpartition("}")[2] for child in parent]


def test_the_dcc_has_the_order_of_its_schema(session: Session, desk: Office) -> None:
    """PTB's DCC 3.3.0, as far as it is used; well-formed, UTF-8."""
    root = ET.fromstring(papers.dcc_of(issued(session, desk), desk.blobs))  # noqa: S314 - our own
    assert root.tag == f"{{{DCC}}}digitalCalibrationCertificate"
    assert root.get("schemaVersion") == "3.3.0"
    assert names(root) == ["administrativeData", "measurementResults"]
    top = root[0]
    assert names(top) == [
        *("dccSoftware", "coreData", "items", "calibrationLaboratory"),
        *("respPersons", "customer", "statements"),
    ]
    core = top.find(f"{{{DCC}}}coreData")
    assert core is not None
    assert names(core) == [
        *("countryCodeISO3166_1", "usedLangCodeISO639_1", "mandatoryLangCodeISO639_1"),
        *("uniqueIdentifier", "identifications", "beginPerformanceDate"),
        *("endPerformanceDate", "performanceLocation", "issueDate"),
    ]
    result = root[1][0]
    assert names(result) == [
        *("name", "usedMethods", "measuringEquipments", "influenceConditions", "results"),
    ]
    assert len(root.findall(f".//{{{DCC}}}respPerson")) == 3
    assert root.findtext(f".//{{{DCC}}}conformity") == "pass"


def test_a_dcc_without_readings_still_has_a_result(session: Session, desk: Office) -> None:
    """The schema wants one: what was looked at."""
    record = papers.record_of(notice(session, desk))
    record["worksheet"]["items"] = []
    root = ET.fromstring(dcc.document(record))  # noqa: S314 - our own
    (results,) = root.iter(f"{{{DCC}}}results")
    assert names(results) == ["result"]
    assert "铅封：符合" in [one.text for one in results.iter(f"{{{DCC}}}content")]


def test_the_dcc_gives_errors_in_kilograms_exactly(session: Session, desk: Office) -> None:
    """Decimal text, never a float."""
    root = ET.fromstring(papers.dcc_of(notice(session, desk), desk.blobs))  # noqa: S314 - our own
    lists = [one.text for one in root.iter(f"{{{SI}}}valueXMLList")]
    assert "0.1 2.5 5 10 15" in lists
    assert "0 0 0 0.015 0" in lists
    assert "0.0025 0.0025 0.005 0.005 0.0075" in lists
    assert root.findtext(f".//{{{DCC}}}conformity") == "fail"


@pytest.mark.parametrize(
    ("mg", "said"),
    [
        (0, "0 g"),
        (2_500, "2.5 g"),
        (-7_500, "−7.5 g"),
        (999_999, "999.999 g"),
        (1_250_000, "1.25 kg"),
    ],
)
def test_a_mass_is_written_without_rounding(mg: int, said: str) -> None:
    """Grams below a kilogram."""
    assert mass(mg) == said


def test_a_scale_tells_of_its_papers(session: Session, desk: Office) -> None:
    """Issued and cancelled are steps of its story; its verification names the number."""
    paper = issued(session, desk)
    verification = paper.worksheet.verification
    assert verification is not None
    assert (verification.certificate_no, verification.valid_until) == (
        "JD-2026-000001",
        date(2027, 11, 22),
    )
