"""The audit trail as a file: JSON lines that can be verified elsewhere, or a sheet that no spreadsheet runs."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.db.history import Act

COLUMNS = (
    "sequence",
    "id",
    "at",
    "who",
    "authority",
    "what",
    "subject",
    "ticket",
    "person",
    "why",
    "detail",
    "digest",
)
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell may begin with that a spreadsheet takes for a formula, or for the start of one."""


def values(act: Act) -> Mapping[str, Any]:
    """One act as a plain object, with its place in the chain."""
    return {
        "sequence": act.sequence,
        "id": act.id,
        "account": act.account_id,
        "at": act.at.isoformat(timespec="microseconds"),
        "who": act.who,
        "authority": act.authority,
        "what": act.what,
        "subject": act.subject,
        "ticket": act.ticket_id,
        "person": act.person,
        "why": act.why,
        "detail": dict(act.detail),
        "digest": act.digest,
    }


def json_lines(acts: Iterable[Act]) -> Iterator[str]:
    """One object a line, written as it comes."""
    for act in acts:
        yield json.dumps(values(act), ensure_ascii=False, separators=(",", ":")) + "\n"


def sheet(acts: Iterable[Act]) -> Iterator[str]:
    """Comma-separated, a head and a line each, written as it comes."""
    yield _row(COLUMNS)
    for act in acts:
        told = {**values(act), "detail": json.dumps(dict(act.detail), ensure_ascii=False)}
        yield _row([harmless(told[name]) for name in COLUMNS])


def harmless(value: object) -> str:
    """A cell's text; with an apostrophe before what a spreadsheet would run."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(RUNS) else text


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
