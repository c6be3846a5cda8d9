"""The table of what each connector can write says what the code says."""

from pathlib import Path
from typing import get_args

from connectors.registry import HELPDESKS
from connectors.types import Change

READ_ME = Path(__file__).parents[2] / "connectors/README.md"


def table() -> str:
    """A row for each change, a column for each vendor."""
    vendors = sorted(HELPDESKS)
    rows = [["change", *vendors], ["---"] * (len(vendors) + 1)]
    for change in sorted(get_args(Change), key=lambda kind: kind.__name__):
        rows.append([change.__name__, *("yes" if change in HELPDESKS[vendor].supports else "" for vendor in vendors)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def test_the_table_of_changes_is_what_the_connectors_support() -> None:
    assert table() in READ_ME.read_text(), f"put this into connectors/README.md:\n{table()}"
