"""What the models do not describe is there: a migration that copies a table must put it back."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

CELLS = {
    *("scale_changes_cell", "scale_makes_cell", "verification_changes_cell"),
    *("verification_makes_cell", "verification_leaves_cell", "seal_changes_cell"),
    *("seal_makes_cell", "seal_leaves_cell", "evidence_changes_cell", "scale_model_changes_cell"),
    *("scale_cell_counted", "scale_cell_recounted", "scale_cell_uncounted"),
}
FOUND = {
    f"{table}_{what}"
    for table in ("place", "stall", "trader", "scale", "verification")
    for what in ("is_found", "is_found_anew", "is_lost")
}
NAMED = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')",
    "postgresql": "SELECT tgname FROM pg_trigger UNION SELECT indexname FROM pg_indexes"
    " UNION SELECT viewname FROM pg_views",
}


@pytest.mark.usefixtures("any_url")
def test_cells_totals_and_search_have_all_their_triggers(session: Session) -> None:
    """On SQLite a table that is copied loses its triggers in silence; here it is heard."""
    dialect = session.get_bind().dialect.name
    there = set(session.scalars(text(NAMED[dialect])))
    tables = ("place", "stall", "trader", "scale", "verification")
    indexes = {f"search_{table}" for table in tables}
    wanted = CELLS | (FOUND if dialect == "sqlite" else indexes) | {"scale_cell_live"}
    assert wanted - there == set()
