"""What a scale lacks, why, and until when."""

from datetime import date

import pytest

from app.domain.gaps import Cover, Gap, Ground, Part, first_end, lacks, read, write

DAY = date(2027, 1, 7)


@pytest.mark.parametrize(
    ("today", "cover"),
    [(date(2027, 1, 7), Cover.STANDS), (date(2027, 1, 8), Cover.RUN_OUT)],
)
def test_grounds_stand_through_their_last_day(today: date, cover: Cover) -> None:
    """And not a day longer."""
    assert Gap(Ground.OLD_TYPE, DAY).cover(today) is cover


def test_what_is_missing_without_grounds_is_told_as_such() -> None:
    """Nobody's silence counts as grounds."""
    found = lacks([Part.REPAIR, Part.SEAL], {Part.SEAL: Gap(Ground.AT_VERIFICATION, DAY)}, DAY)
    assert [(one.part, one.cover) for one in found] == [
        (Part.REPAIR, Cover.NOT_GIVEN),
        (Part.SEAL, Cover.STANDS),
    ]


def test_grounds_are_read_as_they_were_written() -> None:
    """The first of their ends is the day on which somebody has to look again."""
    gaps = {
        Part.PRODUCTION: Gap(Ground.OLD_TYPE, date(2028, 1, 1)),
        Part.SEAL: Gap(Ground.AT_VERIFICATION, DAY),
    }
    assert read(write(gaps)) == gaps
    assert first_end(gaps) == DAY
    assert first_end({}) is None
