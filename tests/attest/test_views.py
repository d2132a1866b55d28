"""The pages of this slice, as the people they are for open them."""

import io
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.attest import looked
from app.db.session import utcnow
from app.domain.roles import Role
from app.domain.tasks import TaskState
from app.jobs import duties
from app.models import Person, Place, Reference, Station, Task
from app.web.identity import COOKIE
from tests.attest.lab import CALIBRATED, CHEATING, HONEST, Lab, hex_file
from tests.support import makers
from tests.support.proof import fresh_code
from tests.support.world import sign_in

Browser = Callable[[Role], "Visitor"]


class Visitor:
    """A signed-in person's browser; pages come in English."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> str:
        """Return a page that is there."""
        answer = self.client.get(f"{path}{'&' if '?' in path else '?'}lang=en")
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, **fields: Any) -> TestResponse:  # noqa: ANN401
        """Send a form."""
        return self.client.post(path, data=fields, query_string={"lang": "en"})


@pytest.fixture
def browser(lab: Lab) -> Browser:
    """Return how to open a browser for a role in the county."""
    lab.app.config["WTF_CSRF_METHODS"] = set()  # forgery has tests of its own

    def open_for(role: Role, login: str = "") -> Visitor:
        with lab.work.database.transaction() as session:
            named = select(Person).where(Person.login == login)
            person = session.scalar(named) or makers.make_person(session, f"a-{role}", [role])
            token = sign_in(session, person, utcnow())
        client = lab.app.test_client()
        client.set_cookie(COOKIE, token)
        return Visitor(client)

    return open_for


def test_a_station_is_made_and_its_code_shown_once(lab: Lab, browser: Browser) -> None:
    """The code stands in the answer to the form and nowhere after."""
    manager = browser(Role.MANAGER)
    place = lab.all(Place)[0].uid
    assert "Choose a place" in manager.get("/attest/stations/new")
    answer = manager.post("/attest/stations", place=place, name="市场办公室检测台")
    assert "scale-agent enrol --code" in answer.text
    code = answer.text.split("enrol --code ")[1].split("<")[0]
    station = next(row for row in lab.all(Station) if row.name == "市场办公室检测台")
    page = manager.get(f"/attest/stations/{station.uid}")
    assert code not in page
    assert "not enrolled yet" in page
    assert "市场办公室检测台" in manager.get("/attest/stations")


def test_an_incomplete_form_keeps_what_was_typed(browser: Browser) -> None:
    """With the error at its field."""
    answer = browser(Role.MANAGER).post("/attest/stations", place="", name="检测台二")
    assert answer.status_code == 422
    assert "检测台二" in answer.text
    assert "Please fill this in." in answer.text


def test_scales_go_on_ports_and_off(lab: Lab, browser: Browser) -> None:
    """A taken port is said at its field."""
    manager, other = browser(Role.MANAGER), lab.other_scale()
    path = f"/attest/stations/{lab.station.uid}"
    taken = manager.post(f"{path}/scales", scale=other, port="bench-1")
    assert taken.status_code == 422
    assert "Another scale is on this port." in taken.text
    assert manager.post(f"{path}/scales", scale=other, port="bench-2").status_code == 303
    assert "bench-2" in manager.get(path)
    assert manager.post(f"{path}/scales/{other}/remove").status_code == 303
    assert "bench-2" not in manager.get(path)
    bad = manager.post(f"{path}/scales", scale=other, port="bench 2 <b>")
    assert bad.status_code == 422


def test_a_station_is_shut_out(lab: Lab, browser: Browser) -> None:
    """And says so."""
    manager, path = browser(Role.MANAGER), f"/attest/stations/{lab.station.uid}"
    assert manager.post(f"{path}/revoke").status_code == 303
    page = manager.get(path)
    assert "shut out" in page.lower()
    assert manager.post(f"{path}/code").status_code == 409


def test_an_inspector_watches_and_changes_no_station(lab: Lab, browser: Browser) -> None:
    """The page is the same, without the forms."""
    page = browser(Role.INSPECTOR).get(f"/attest/stations/{lab.station.uid}")
    assert "bench-1" in page
    assert "<form" not in page.partition("<main")[2]


def test_a_reading_is_asked_for_watched_and_shown(lab: Lab, browser: Browser) -> None:
    """Waiting, running with pass, bytes and time left, then the result."""
    manager = browser(Role.MANAGER)
    answer = manager.post(f"/attest/scales/{lab.scale}/reading")
    path = answer.headers["Location"]
    assert 'hx-trigger="every 1s"' in manager.get(path)
    assert "Waiting for the station." in manager.get(f"{path}/progress")
    uid = path.rsplit("/", 1)[1]
    lab.call("GET", "/stations/me/tasks")
    told = {"state": "running", "pass": 2, "passes": 2, "bytes": 4096, "total": 32768}
    lab.call("POST", f"/stations/me/tasks/{uid}/progress", {**told, "remaining_s": 5})
    running = manager.get(f"{path}/progress")
    assert "Pass 2 of 2" in running
    assert "4,096 of 32,768 bytes, 5 s left" in running
    nonce = lab.row(Task, uid).payload["nonce"]
    lab.deliver(lab.station.report(lab.scale, CALIBRATED, task=uid, eat_nonce=nonce))
    waiting = manager.get(f"{path}/progress")
    assert "The image is on its way to the server." in waiting
    assert "hx-get" in waiting
    lab.send_image(CALIBRATED)
    done = manager.get(f"{path}/progress")
    assert "answers as registered" in done
    assert "hx-get" not in done


def test_a_reading_is_called_off(lab: Lab, browser: Browser) -> None:
    """By those who may ask for one; others only watch."""
    uid = lab.ask_reading()
    path = f"/attest/tasks/{uid}"
    assert "Call off" not in browser(Role.AUDITOR).get(path)
    manager = browser(Role.MANAGER)
    assert manager.post(f"{path}/cancel").status_code == 303
    assert lab.row(Task, uid).state is TaskState.CANCELLED
    assert "hx-get" not in manager.get(f"{path}/progress")
    assert manager.post(f"{path}/cancel").status_code == 410


def test_a_scale_on_no_station_is_sent_to_a_bench(lab: Lab, browser: Browser) -> None:
    """In the words of the trade."""
    answer = browser(Role.MANAGER).client.post(
        f"/attest/scales/{lab.other_scale()}/reading", query_string={"lang": "zh"}
    )
    assert answer.status_code == 409
    assert "未接入检测台，请送检测台" in answer.text


def test_the_page_of_a_match_claims_what_it_may(lab: Lab, browser: Browser) -> None:
    """The rung, why not a higher one, the digests in groups; never that a scale is honest."""
    found = lab.read(HONEST)
    page = browser(Role.INSPECTOR).get(f"/attest/evidence/{found.uid}")
    assert "answers as registered" in page
    assert "the answer came from code in flash" in page
    assert f"{found.sha256[:4]} {found.sha256[4:8]}" in page
    assert "No byte that is compared differs." in page
    assert "This reading stands for the scale." in page
    assert "not cheat" not in page


def test_the_page_of_a_difference_shows_where(lab: Lab, browser: Browser) -> None:
    """Pages at once, address ranges with their kind once the image came."""
    report = lab.station.report(lab.scale, CHEATING, eat_nonce=lab.nonce())
    lab.deliver(report)
    path = f"/attest/evidence/{report['uid']}"
    inspector = browser(Role.INSPECTOR)
    assert "this page; the bytes are on their way" in inspector.get(path)
    lab.send_image(CHEATING)
    page = inspector.get(path)
    assert "flash-differing" in page
    assert "0x2000" in page
    assert "See the finding" in page


@pytest.mark.parametrize("agent", ["unreadable", "no_answer", "malformed", "inconsistent"])
def test_the_page_of_what_was_not_read_says_why(lab: Lab, browser: Browser, agent: str) -> None:
    """Without a map of what nobody saw."""
    found = lab.read(None, verdict=agent, facts={"reason": "read_protected", "passes": 1})
    page = browser(Role.REGULATOR).get(f"/attest/evidence/{found.uid}")
    assert "read protection is on" in page
    assert "flash-map" not in page


def test_the_envelope_verifies_without_us(lab: Lab, browser: Browser) -> None:
    """What is downloaded is what was received."""
    envelope = lab.station.envelope(lab.station.report(lab.scale, HONEST))
    lab.call("POST", "/evidence", envelope)
    uid = lab.all_evidence()[-1].uid
    answer = browser(Role.AUDITOR).client.get(f"/attest/evidence/{uid}/envelope.json")
    assert answer.get_json() == envelope
    assert "attachment" in answer.headers["Content-Disposition"]


class TestReferences:
    """From the file to the second approval."""

    def fields(self, lab: Lab, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the form as it is filled in."""
        file = (io.BytesIO(hex_file("1.0-cheat")), "price-scale.hex")
        return {
            "model": lab.model,
            "software_id": "2.0",
            "origin": "type_sample",
            "note": "sample 7",
            "base": "",
            "expires_on": "2028-11-23",
            "file": file,
            **changes,
        }

    def test_a_file_is_looked_at_then_submitted_then_approved(
        self, lab: Lab, browser: Browser
    ) -> None:
        """By two custodians."""
        first = browser(Role.CUSTODIAN, "custodian1")
        assert "Read the file" in first.get("/attest/references/new")
        looked = first.post("/attest/references/look", **self.fields(lab))
        assert looked.status_code == 200, looked.text
        assert "Intel HEX" in looked.text
        kept = looked.text.split('name="file" value="')[1].split('"')[0]
        sent = first.post(
            "/attest/references", **self.fields(lab, file=kept, file_name="price-scale.hex")
        )
        assert sent.status_code == 303, sent.text
        path = sent.headers["Location"]
        page = first.get(path)
        assert "A second custodian approves it." in page
        assert first.post(f"{path}/approve").status_code == 409
        second = browser(Role.CUSTODIAN, "custodian2")
        code = fresh_code(lab.work, "custodian2")
        assert second.post(f"{path}/approve", note="compared", code=code).status_code == 303
        assert lab.row(Reference, path.rsplit("/", 1)[1]).decision_note == "compared"
        assert "2.0" in second.get("/attest/references?status=approved")

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"file": (io.BytesIO(b""), "x.hex")}, "No file was chosen, or it is empty."),
            ({"base": "here", "file": None}, "An address, such as 0x08000000 or 0."),
            ({"note": "", "file": None}, "Please fill this in."),
            ({"origin": "rumour", "file": None}, "Choose one of these."),
            ({"expires_on": "soon", "file": None}, "A date, such as 2028-11-23."),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(
        self, lab: Lab, browser: Browser, changes: dict[str, Any], said: str
    ) -> None:
        """And nothing is on file."""
        fields = {key: value for key, value in self.fields(lab, **changes).items() if value}
        answer = browser(Role.CUSTODIAN).post("/attest/references/look", **fields)
        assert answer.status_code == 422
        assert said in answer.text

    def test_a_file_beyond_any_program_is_refused_early(self, browser: Browser) -> None:
        """64 MB: by the announced length, before any of it is read."""
        answer = browser(Role.CUSTODIAN).client.post(
            "/attest/references/look",
            data=bytes(64 * 1024 * 1024),
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code == 413

    def test_a_custodian_withdraws_and_rejects(self, lab: Lab, browser: Browser) -> None:
        """What is approved is withdrawn, what is submitted is turned down."""
        custodian = browser(Role.CUSTODIAN, "custodian1")
        uid = next(row.uid for row in lab.all(Reference) if row.software_id == "1.1")
        path = f"/attest/references/{uid}"
        assert custodian.post(f"{path}/reject").status_code == 409
        code = fresh_code(lab.work, "custodian1")
        withdrawn = custodian.post(f"{path}/withdraw", note="recall 3", code=code)
        assert withdrawn.status_code == 303
        assert "recall 3" in custodian.get(path)

    def test_others_read_what_scales_are_compared_with(self, lab: Lab, browser: Browser) -> None:
        """With the readings of their own region."""
        lab.read(HONEST)
        uid = next(row.uid for row in lab.all(Reference) if row.software_id == "1.0")
        page = browser(Role.INSPECTOR).get(f"/attest/references/{uid}")
        assert "answers as registered" in page
        assert "<form" not in page.partition("<main")[2]


def test_what_was_looked_at_and_not_submitted_is_kept_for_a_day(lab: Lab) -> None:
    """Then the jobs throw it away; what is on file stays."""
    blobs, at = lab.work.blobs, utcnow()
    old, new = (looked.shelf(blobs).put(text) for text in (b"old", b"new"))
    stamp = (at - timedelta(days=1, seconds=1)).timestamp()
    os.utime(looked.shelf(blobs).path(old), (stamp, stamp))
    before = len(list(blobs.folder.glob("*/*")))
    duties.prune(lab.work, at)
    assert looked.content(blobs, old) is None
    assert looked.content(blobs, new) == b"new"
    assert len(list(blobs.folder.glob("*/*"))) == before


class TestWhatIsGone:
    """A file that was looked at too long ago."""

    def test_it_is_asked_for_again(self, lab: Lab, browser: Browser) -> None:
        """In words at the field, with everything else as it was typed."""
        fields = TestReferences().fields(lab, file="0" * 64)
        answer = browser(Role.CUSTODIAN).post("/attest/references", **fields)
        assert answer.status_code == 422
        assert "Choose the file again." in answer.text


def test_a_scale_with_a_finding_leads_to_it_first(lab: Lab, browser: Browser) -> None:
    """Asking for a verification is possible and leads nowhere yet: it comes last, and says so."""
    lab.read(CHEATING)
    page = browser(Role.MANAGER).get(f"/manage/scales/{lab.scale}")
    acts = page.split('class="acts"')[1].split("</nav>")[0]
    assert acts.index("See the finding") < acts.index("Ask for verification")
    assert "leads no further for now" in acts
    assert "until the finding is concluded" in acts
