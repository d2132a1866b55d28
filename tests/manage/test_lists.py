"""A list as one person wants it: own filters, own columns, tables to take away, the e-CQS sheet."""

import csv
import io

from python_calamine import load_workbook
from sqlalchemy import select

from app.accounts.erasing import erase_person
from app.db.session import utcnow
from app.domain.roles import Role
from app.ledger.door import SYSTEM
from app.models import ChosenColumns, Person, SavedFilter, Scale
from app.standing import ecqs
from tests.support import makers
from tests.support.house import House, deploy, verify_all


def table(text: str) -> list[list[str]]:
    """Return the rows of a CSV file."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_filter_is_kept_under_a_name_and_belongs_to_one_person(house: House) -> None:
    """What the list does not know of it is left out; another person has none of it."""
    client = house.page(Role.MANAGER)
    query = "state=ready&legal=valid&after=x&evil=1"
    assert (
        client.post("/manage/filters", data={"name": " 待 发 ", "query": query}).status_code == 303
    )
    page = client.get("/manage/scales?legal=valid&state=ready").text
    assert 'href="/manage/scales?state=ready&amp;legal=valid" aria-current="true">待 发</a>' in page
    assert "待 发" not in house.page(Role.REGULATOR).get("/manage/scales").text
    with house.work.database.reading() as session:
        uid = session.scalars(select(SavedFilter.uid)).one()
    there = f"/manage/filters/{uid}"
    assert house.page(Role.REGULATOR).post(there, data={"name": "x"}).status_code == 404
    assert client.post(there, data={"name": "可发"}).status_code == 303
    assert "可发" in client.get("/manage/filters").text
    assert client.post(f"{there}/remove").status_code == 303
    assert "可发" not in client.get("/manage/scales").text


def test_what_a_person_kept_goes_with_the_name(house: House) -> None:
    """A filter may hold a trader's name: an erased person leaves none behind."""
    client = house.page(Role.REPAIRER)
    client.post("/manage/filters", data={"name": "小明的秤", "query": "q=王小明"})
    client.post("/manage/columns", data={"column": ["serial"]})
    with house.writing() as session:
        assert session.scalars(select(SavedFilter)).one().query
        person = session.scalars(select(Person).where(Person.login == "repairer")).one()
        for grant in person.grants:
            grant.until = grant.since
        erase_person(session, person, by=SYSTEM, at=utcnow())
    with house.work.database.reading() as session:
        assert session.scalars(select(SavedFilter)).all() == []
        assert session.scalars(select(ChosenColumns)).all() == []


def test_filters_are_at_most_twenty_and_have_names_of_their_own(house: House) -> None:
    """Each refusal in words."""
    client = house.page(Role.MANAGER)

    def keep(name: str, query: str = "state=ready") -> int:
        return client.post("/manage/filters", data={"name": name, "query": query}).status_code

    assert [keep(str(n)) for n in range(20)] == [303] * 20
    assert keep("21") == 409
    assert keep("1") == keep("") == keep("x" * 41) == keep("y", "evil=1") == 422


def test_the_columns_of_a_list_are_a_persons_own(house: House) -> None:
    """The number stays; the table taken away has the same ones."""
    client = house.page(Role.MANAGER)
    client.post("/manage/columns", data={"column": ["serial", "filing", "nonsense"]})
    page = client.get("/manage/scales").text.split("<thead>")[1].split("</thead>")[0]
    assert "Serial number" in page
    assert "Legal status" not in page
    rows = table(client.get("/manage/scales/export.csv").text)
    assert rows == [
        ["Market number", "Serial number", "Filing number", "Filed on"],
        ["A-01", "SN-0001", "", ""],
    ]
    assert "Legal status" in house.page(Role.REGULATOR).get("/manage/scales").text


def test_a_table_taken_away_is_what_the_list_shows(house: House) -> None:
    """All pages, the same filters, the region's own rows; a formula is only text."""
    deploy(house)
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        for n in range(45):
            makers.make_scale(session, row.place, row.model, f"X-{n:02}", market_no="=1+1")
        elsewhere = makers.make_place(session, "/33/3301/330102/M7/")
        makers.make_scale(session, elsewhere, row.model, "E-1")
    client = house.page(Role.MANAGER)
    rows = table(client.get("/manage/scales/export.csv").text)
    assert len(rows) == 1 + 46
    assert "王小明" in next(row for row in rows if row[0] == "A-01")
    assert {row[0] for row in rows[1:]} == {"A-01", "'=1+1"}
    assert len(table(client.get("/manage/scales/export.csv?state=in_service").text)) == 2
    book = load_workbook(io.BytesIO(client.get("/manage/scales/export.xlsx").data))
    assert len(book.get_sheet_by_index(0).to_python()) == len(rows)
    assert client.get("/manage/scales/export.exe").status_code == 404


def test_the_sheet_for_e_cqs_has_its_fields_and_filing_is_recorded(house: House) -> None:
    """A scale whose model says no range is left out with what it lacks."""
    verify_all(house)
    with house.writing() as session:
        row = session.scalars(select(Scale).where(Scale.uid == house.scale)).one()
        makers.make_region(session)
        bare = makers.make_model(session, "无量程")
        bare.ranges.clear()
        makers.make_scale(session, row.place, bare, "L-1", market_no="L-1")
    client = house.page(Role.MANAGER)
    there = client.post("/manage/bulk", data={"action": "filed", "all": "1"}).location
    page = client.get(there).text
    assert "测量范围 is missing" in page
    assert "L-1" in page.split("Left out")[-1]
    given = {"送检方式": "送检", "器具名称": ""}
    rows = table(client.get(f"{there}/table.csv", query_string=given).text)
    assert rows[0] == [
        *("器具名称", "器具项别", "器具种别", "型号规格", "测量范围", "准确度等级", "出厂编号"),
        *("生产厂家", "器具产地", "安装/使用地点", "使用地点行政区划", "器具数量", "器具用途"),
        "送检方式",
    ]
    assert len(rows) == 2
    told = dict(zip(*rows, strict=True))
    assert (told["测量范围"], told["准确度等级"], told["器具数量"]) == ("(0.1～15) kg", "Ⅲ", "1")
    assert told["使用地点行政区划"] == "通州区"
    assert (told["送检方式"], told["器具名称"]) == ("送检", "电子计价秤")
    assert "王小明" not in str(rows)
    assert client.post(f"{there}/start", data={"number": "", "on": "2026-11-01"}).status_code == 422
    filing = {"number": "备2026-07", "on": "2026-11-01"}
    assert client.post(f"{there}/start", data=filing).status_code == 303
    assert (house.row().filing_no, str(house.row().filed_on)) == ("备2026-07", "2026-11-01")
    story = client.get(f"/manage/scales/{house.scale}").text
    assert "备2026-07" in story


def test_labels_are_printed_for_the_scales_that_were_chosen(house: House) -> None:
    """One without a tag of ours is told; another person's choice prints nothing."""
    client = house.page(Role.MANAGER)
    issued = client.post(f"/tags/scales/{house.scale}")
    assert issued.status_code == 303
    with house.writing() as session:
        row = session.scalars(select(Scale)).one()
        bare = makers.make_scale(session, row.place, row.model, "N-1").uid
    form = {"action": "labels", "uid": [house.scale, bare]}
    there = client.post("/manage/bulk", data=form).location
    assert "It has no tag of ours yet" in client.get(there).text
    papers = there.replace("/manage/bulk", "/tags/chosen")
    assert papers in client.get(there).text
    assert 'num">1</span>' in client.get(papers).text
    printed = client.get(f"{papers}/labels?layout=zpl-60x40")
    assert printed.data.count(b"^XA") == 1
    assert 'num">0</span>' in house.page(Role.REGULATOR).get(papers).text


def test_a_program_files_as_well(house: House) -> None:
    """A later filing takes the place of the one before; a day to come is refused."""
    there = f"/api/v1/scales/{house.scale}"
    client, head = (
        house.app.test_client(),
        {"Authorization": f"Bearer {house.tokens[Role.MANAGER]}"},
    )
    for body, status in (
        ({"number": "1", "on": "2026-01-05"}, 200),
        ({"number": "2", "on": "2999-01-05"}, 422),
    ):
        tag = client.get(there, headers=head).headers["ETag"]
        found = client.put(f"{there}/filing", json=body, headers={**head, "If-Match": tag})
        assert found.status_code == status
    assert house.row().filing_no == "1"


def test_regions_are_named_down_to_the_county() -> None:
    """The 所 is no part of the administrative division."""
    names = {"/32/": "江苏省", "/32/3206/": "南通市", "/32/3206/320612/": "通州区"}
    path = "/32/3206/320612/320612001/M01/"
    assert ecqs.district(path, {**names, "/32/3206/320612/320612001/": "金沙所"}) == (
        "江苏省南通市通州区"
    )
    assert ecqs.district("/33/", names) == ""
