"""Every number of the rule sets beside the literal one, with its clause and whether it is sure.

Written by hand from the sources, not read from the data: a change of a number or of a mark has
to be made in both places.
"""

import pytest

from app.domain.rules.builtin import built_in
from app.domain.rules.choosing import named
from app.domain.rules.reader import Figure

RULES = built_in()
Expected = tuple[int | str, str, bool]
TABLE_3, TABLE_6 = "R 76-1:2006 3.2 表3", "R 76-1:2006 3.5.1 表6"
NO_TEXT = "未见原文"

# Place in the document: value, words its source has, confirmed.
OF_R76: dict[str, Expected] = {
    "classes.III.min_e": (20, TABLE_3, True),
    "classes.III.intervals[0].e_from_mg": (100, TABLE_3, True),
    "classes.III.intervals[0].e_to_mg": (2_000, TABLE_3, True),
    "classes.III.intervals[0].n_min": (100, TABLE_3, True),
    "classes.III.intervals[0].n_max": (10_000, TABLE_3, True),
    "classes.III.intervals[1].e_from_mg": (5_000, TABLE_3, True),
    "classes.III.intervals[1].n_min": (500, TABLE_3, True),
    "classes.III.intervals[1].n_max": (10_000, TABLE_3, True),
    "classes.III.mpe[0].to_e": (500, TABLE_6, True),
    "classes.III.mpe[0].half_e": (1, TABLE_6, True),
    "classes.III.mpe[1].to_e": (2_000, TABLE_6, True),
    "classes.III.mpe[1].half_e": (2, TABLE_6, True),
    "classes.III.mpe[2].to_e": (10_000, TABLE_6, True),
    "classes.III.mpe[2].half_e": (3, TABLE_6, True),
    "classes.IIII.min_e": (10, TABLE_3, True),
    "classes.IIII.intervals[0].e_from_mg": (5_000, TABLE_3, True),
    "classes.IIII.intervals[0].n_min": (100, TABLE_3, True),
    "classes.IIII.intervals[0].n_max": (1_000, TABLE_3, True),
    "classes.IIII.mpe[0].to_e": (50, TABLE_6, True),
    "classes.IIII.mpe[0].half_e": (1, TABLE_6, True),
    "classes.IIII.mpe[1].to_e": (200, TABLE_6, True),
    "classes.IIII.mpe[1].half_e": (2, TABLE_6, True),
    "classes.IIII.mpe[2].to_e": (1_000, TABLE_6, True),
    "classes.IIII.mpe[2].half_e": (3, TABLE_6, True),
    "limits.in_service_factor": (2, "3.5.2", True),
    "limits.zero_quarter_e": (1, "4.5.2", True),
    "limits.tare_quarter_e": (1, "4.6.3", True),
    "limits.zero_tracking_e": (10, "A.4.4.3", True),
    "limits.eccentricity_divisor": (3, "3.6.2", True),
    "limits.eccentricity_least_percent": (90, "自拟", False),
    "limits.repeatability_least_percent": (50, "各来源不一致", False),
    "limits.discrimination_tenths_d": (14, "3.8.2.2", True),
    "limits.discrimination_rise_d": (1, "3.8.2.2", True),
    "limits.price_e": (1, "4.14.2", False),
    "limits.weights_divisor": (3, "3.7.1", True),
    "tests[0].loads": (1, "4.5.2", True),
    "tests[0].readings": (1, "4.5.2", True),
    "tests[1].loads": (1, "4.6.3", True),
    "tests[1].readings": (1, "4.6.3", True),
    "tests[2].loads": (1, "3.6.2", True),
    "tests[2].readings": (4, "各四分之一", True),
    "tests[3].loads": (5, "转述", False),
    "tests[3].readings": (1, "A.4.4.1", True),
    "tests[4].loads": (1, NO_TEXT, False),
    "tests[4].readings": (1, "A.4.4.1", True),
    "tests[5].loads": (1, "各来源不一致", False),
    "tests[5].readings": (3, "各来源不一致", False),
    "tests[6].loads": (1, NO_TEXT, False),
    "tests[6].readings": (1, "3.8.2.2", True),
    "tests[7].loads": (1, NO_TEXT, False),
    "tests[7].readings": (1, "4.14", False),
}
NOT_AT_HAND = "JJG 1204-2025 原文未核对"
# What was read of JJG 1204-2025 is its clause list: its numbers are R 76's until confirmed.
OF_1204 = {
    place: (value, NOT_AT_HAND if sure else source, False)
    for place, (value, source, sure) in OF_R76.items()
}
A_TONNE = (1_000_000_000, "未规定上限", False)
EXPECTED: dict[str, dict[str, Expected]] = {
    "JJG 539-2016": OF_R76
    | {
        "in_force_from": ("2017-05-30", "2016-11-30 发布，2017-05-30 实施", True),
        "in_force_until": ("2027-01-07", "JJG 1204-2025 自 2027-01-08 实施", True),
        "transition[0].until": ("2027-01-07", "据新闻摘要", False),
        "transition[1].until": ("2030-01-08", "据新闻摘要", False),
        "limits.validity_months": (12, "不超过1年", True),
        "limits.max_mg": A_TONNE,
    },
    "JJG 1204-2025": OF_1204
    | {
        "in_force_from": ("2027-01-08", "2025-01-08 发布，2027-01-08 实施", True),
        "limits.validity_months": (12, NOT_AT_HAND, False),
        "limits.max_mg": (100_000_000, "Max 不大于 100 kg", True),
    },
    "OIML R 76": OF_R76
    | {
        "in_force_from": ("2006-01-01", "发布日未核对", False),
        "limits.validity_months": (12, "各国法律", False),
        "limits.max_mg": A_TONNE,
    },
}
NUMBERS = [(name, place) for name, table in EXPECTED.items() for place in table]


def figures(identifier: str) -> dict[str, Figure]:
    """Return the figures of a rule set by their places."""
    return {each.place: each for each in named(RULES, identifier).figures}


@pytest.mark.parametrize(("identifier", "place"), NUMBERS)
def test_each_number_is_that_of_its_source(identifier: str, place: str) -> None:
    """The value, the clause, and the mark where it is not confirmed."""
    value, source, confirmed = EXPECTED[identifier][place]
    found = figures(identifier)[place]
    assert found.value == value
    assert source in found.source
    assert found.confirmed is confirmed


@pytest.mark.parametrize("identifier", EXPECTED)
def test_no_number_is_without_a_test(identifier: str) -> None:
    """A new one wants its line above."""
    assert figures(identifier).keys() == EXPECTED[identifier].keys()
