"""`wutong region`: an installation begins with its tree, from the top."""

import pytest

from tests.cli.conftest import Shell

COUNTY = (("/32/", "江苏省"), ("/32/3206/", "南通市"), ("/32/3206/320612/", "通州区"))


def test_a_fresh_installation_gets_its_tree_and_its_first_manager(wutong: Shell) -> None:
    """Province, city, county; then somebody who acts there; the ledger tells of all of it."""
    for path, name in COUNTY:
        assert wutong("region", "add", path, name).status == 0
    assert "/32/3206/320612/ 通州区 (county)" in wutong("region", "list").out
    added = wutong("user", "add", "zhou", "--role", "manager", "--region", "/32/3206/320612/")
    assert added.status == 0
    assert wutong("ledger", "verify").status == 0


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/32/3206/", "add the one above it first"),
        ("/32/3301/", "is no path"),
        ("/32", "is no path"),
        ("/江苏/", "is no path"),
    ],
)
def test_a_region_without_a_parent_or_of_another_is_refused(
    wutong: Shell, path: str, why: str
) -> None:
    """Wrong usage, in words; nothing is written."""
    ran = wutong("region", "add", path, "某处")
    assert ran.status == 2
    assert why in ran.err
    assert not wutong("region", "list").out


def test_a_region_is_added_once(wutong: Shell) -> None:
    """The second time it is there already, under whatever name."""
    assert wutong("region", "add", "/32/", "江苏省").status == 0
    ran = wutong("region", "add", "/32/", "江苏")
    assert ran.status == 2
    assert "is there already" in ran.err
