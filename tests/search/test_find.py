"""The index finds what a naive scan finds, on both databases, and nothing of another region."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.ids import new_uid
from app.domain.scope import Scope
from app.models import Place, PlaceKind, Scale, Stall, Trader, Verification
from app.search import Kind, find, hold, kinds, rebuild, scales, the_one
from app.search.index import SOURCES, holding
from tests.support.makers import (
    NOON,
    make_model,
    make_place,
    make_scale,
    make_stall,
    make_trader,
    verification_of,
)

HERE, THERE = "/32/3206/320612/", "/32/3207/320701/"
EVERYWHERE = Scope(("/",))
NUMBERS = count(1)
# Few characters, so that pairs repeat; wildcards, a quote, and one outside the basic plane.
ALPHABET = "王李秀兰市aAbB01-%_'\"* é𠮷"
WORDS = st.text(ALPHABET, min_size=1, max_size=8).map(lambda text: " ".join(text.split()))
ASKED = WORDS.filter(lambda words: len(words) > 1)
SCOPES = st.sampled_from(
    [EVERYWHERE, Scope((HERE,)), Scope((THERE,)), Scope((HERE, THERE)), Scope(("/32/",)), Scope()]
)


def market(session: Session, region: str) -> Place:
    """Return a market of ``region``."""
    path = f"{region}{next(NUMBERS)}/"
    place = Place(uid=new_uid(), path=path, name="市场", kind=PlaceKind.MARKET)
    session.add(place)
    session.flush()
    return place


def put(session: Session, place: Place, words: str) -> None:
    """Write a trader and a stall so called."""
    session.add(Trader(uid=new_uid(), path=place.path, place=place, name=words))
    number = f"{words}{next(NUMBERS):06}"
    session.add(Stall(uid=new_uid(), path=place.path, place=place, number=number))
    session.flush()


def verified(session: Session, scale: Scale, certificate: str, label: str) -> Verification:
    """Return a failed verification of ``scale`` with its papers."""
    papers = {"certificate_no": certificate, "label_no": label}
    row = verification_of(scale, NOON.date(), None, **papers)
    session.add(row)
    session.flush()
    return row


def naive(session: Session, kind: Kind, words: str, scope: Scope) -> set[int]:
    """Return what a scan in Python finds."""
    fold = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
    source = SOURCES[kind]
    return {
        row_id
        for row_id, path, *parts in session.execute(
            select(source.model.id, source.model.path, *source.words)
        )
        if scope.holds(path) and any(words.translate(fold) in p.translate(fold) for p in parts)
    }


def indexed(session: Session, kind: Kind, words: str, scope: Scope) -> set[int]:
    """Return what the index finds."""
    dialect = session.get_bind().dialect.name
    return set(session.scalars(holding(dialect, kind, words, scope))) if scope else set()


@pytest.mark.usefixtures("any_url")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS.filter(bool), min_size=1, max_size=6), st.lists(ASKED, min_size=1), SCOPES)
def test_the_index_finds_what_a_scan_finds(
    session: Session, names: list[str], asked: list[str], scope: Scope
) -> None:
    """Whatever the characters: wildcards and quotes are themselves; renamed and moved rows too."""
    places = [market(session, HERE), market(session, THERE)]
    for number, name in enumerate(names):
        put(session, places[number % 2], name)
    session.scalars(select(Trader).order_by(Trader.id.desc())).first().name = names[0] + "兰"
    moved = session.scalars(select(Stall).order_by(Stall.id.desc())).first()
    moved.place, moved.path = places[0], places[0].path
    session.flush()
    for words in (*asked, *(name[:3] for name in names if len(name) > 1)):
        for kind in (Kind.TRADER, Kind.STALL, Kind.PLACE):
            if len(words) > 1:
                assert indexed(session, kind, words, scope) == naive(session, kind, words, scope)


@pytest.mark.usefixtures("any_url")
def test_a_part_of_either_number_of_a_scale_is_found(session: Session) -> None:
    """Not a part that would span both."""
    place, model = make_place(session), make_model(session)
    scale = make_scale(session, place, model, "SN-77", market_no="A-12")
    here = Scope((HERE,))
    for words in ("n-7", "77", "a-1", "A-12"):
        assert scales(session, words, here) == [scale.id]
        assert indexed(session, Kind.SCALE, words, here) == {scale.id}
    assert scales(session, "77A-", here) == []


@pytest.mark.usefixtures("any_url")
def test_scales_are_found_by_stall_and_trader(session: Session) -> None:
    """And a search that finds too many says so instead of counting on."""
    place, model = make_place(session), make_model(session)
    stall, trader = make_stall(session, place, "东-07"), make_trader(session, place, "陈秀兰")
    scale = make_scale(session, place, model, stall=stall, trader=trader)
    make_scale(session, place, model, "SN-0002")
    here = Scope((HERE,))
    assert scales(session, "秀兰", here) == scales(session, "东-0", here) == [scale.id]
    assert scales(session, "SN", here, most=1) is None
    assert scales(session, "秀兰", Scope((THERE,))) == []


@pytest.mark.usefixtures("any_url")
def test_the_exact_word_comes_first_and_every_kind_is_found(session: Session) -> None:
    """One box: a market, a stall, a trader, a scale."""
    place, model = make_place(session, name="兰花市场"), make_model(session)
    make_stall(session, place, "兰花1")
    make_trader(session, place, "王兰花")
    make_trader(session, place, "兰花")
    make_scale(session, place, model, market_no="兰花-9")
    found = find(session, "兰花", Scope((HERE,)))
    assert [(one.kind, one.words) for one in found] == [
        (Kind.TRADER, "兰花"),
        (Kind.PLACE, "兰花市场"),
        (Kind.STALL, "兰花1"),
        (Kind.TRADER, "王兰花"),
        (Kind.SCALE, "兰花-9"),
    ]
    assert find(session, "兰花", Scope((THERE,))) == find(session, " ", EVERYWHERE) == []


@pytest.mark.usefixtures("any_url")
def test_a_certificate_or_label_leads_to_its_scale(session: Session) -> None:
    """Whole or a part of three signs; another region's is not found, nor where it once was."""
    place, model = make_place(session), make_model(session)
    scale = make_scale(session, place, model)
    row = verified(session, scale, "电衡字2026-0117号", "Q88123")
    here = Scope((HERE,))
    for words, exact in (("电衡字2026-0117号", True), ("0117", False), ("q88123", True)):
        (found,) = find(session, words, here)
        assert (found.kind, found.uid, found.exact) == (Kind.CERTIFICATE, scale.uid, exact)
        assert scales(session, words, here) == [scale.id]
        assert find(session, words, Scope((THERE,))) == []
    assert the_one(session, kinds(session, "Q88123", here)) == scale.uid
    assert the_one(session, kinds(session, "0117", here)) is None
    assert find(session, "Q8", here) == []
    row.certificate_no = "电衡字2027-5号"
    session.flush()
    assert find(session, "0117", here) == []
    session.delete(row)
    session.flush()
    assert find(session, "Q88123", EVERYWHERE) == []


@pytest.mark.usefixtures("any_url")
def test_a_word_that_means_two_things_exactly_leads_nowhere_by_itself(session: Session) -> None:
    """Two scales of one market number, or a stall that is called like a scale: a person chooses."""
    place, model = make_place(session), make_model(session)
    stall, trader = make_stall(session, place, "A-12"), make_trader(session, place)
    scale = make_scale(session, place, model, "S-1", market_no="A-12", stall=stall, trader=trader)
    assert the_one(session, kinds(session, "A-12", EVERYWHERE)) == scale.uid
    make_scale(session, place, model, "S-0", stall=stall, trader=trader)
    assert the_one(session, kinds(session, "A-12", EVERYWHERE)) is None
    make_scale(session, place, model, "S-2", market_no="B-12")
    make_scale(session, place, model, "S-3", market_no="B-12")
    assert the_one(session, kinds(session, "B-12", EVERYWHERE)) is None


@pytest.mark.usefixtures("any_url")
def test_the_index_made_anew_finds_the_same(session: Session) -> None:
    """And on SQLite nothing is found in between: it was really emptied."""
    place, model = make_place(session), make_model(session)
    scale = make_scale(session, place, model, trader=make_trader(session, place, "陈秀兰"))
    verified(session, scale, "电衡字2026-0117号", "")
    asked = ("秀兰", "0117", "城东", "SN-0")
    before = [find(session, words, EVERYWHERE) for words in asked]
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        assert not any(find(session, words, EVERYWHERE) for words in asked)
    assert len(rebuild(connection)) == 5
    assert [find(session, words, EVERYWHERE) for words in asked] == before
    assert all(before)
    if connection.dialect.name == "sqlite":  # what a row was fed with can be taken out again
        session.delete(scale.trader)
        scale.trader = None
        session.flush()
        assert find(session, "秀兰", EVERYWHERE) == []


@pytest.mark.usefixtures("any_url")
def test_without_the_index_the_same_rows_hold_the_words(session: Session) -> None:
    """The condition that lists use where too many are found."""
    place = make_place(session)
    for name in ("100%", "100x", "a_b", "aXb", "秀兰"):
        make_trader(session, place, name)
    for words, found in (("0%", ["100%"]), ("A_B", ["a_b"]), ("秀兰", ["秀兰"])):
        rows = select(Trader.name).where(hold(session, [Trader.name], words))
        assert list(session.scalars(rows)) == found
