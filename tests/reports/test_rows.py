"""The rows of a file are the same however they are laid out in it, and what is broken costs no more than itself."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.reports import rows as room
from app.reports.rows import UNREADABLE, rows

TEXT = st.text(alphabet=st.sampled_from('ab{}[]",:\\\n é\ufeff'), max_size=12)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.lists(
    st.builds(lambda id, more: {"id": id, **more}, st.integers(), st.dictionaries(TEXT, VALUE, max_size=3)), max_size=5
)
PAGE: dict[str, Any] = {"users": [{"id": 1, "tickets": [{"id": 2}]}], "meta": {"tickets": ["x"], "s": '"tickets": ['}}
LAYOUTS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "lines": lambda every: "".join(json.dumps(one) + "\n" for one in every),
    "array": json.dumps,
    "array, a line each": lambda every: "[\n" + ",\n".join(map(json.dumps, every)) + "\n]\n",
    "array, indented": lambda every: json.dumps(every, indent=2),
    "page": lambda every: json.dumps({"count": 3, **PAGE, "tickets": every, "end_of_stream": True}),
    "page, indented": lambda every: json.dumps({**PAGE, "conversations": every, **PAGE}, indent=1),
    "pages, a line each": lambda every: "".join(json.dumps({"tickets": [one], **PAGE}) + "\n" for one in every),
    "pages, indented": lambda every: "\n".join(json.dumps({**PAGE, "results": [one]}, indent=1) for one in every),
    "objects, indented": lambda every: "\n".join(json.dumps(one, indent=1) for one in every),
}


def pieces(text: str, longest: int) -> Iterator[str]:
    """As ``readline`` with that many characters gives them."""
    for line in text.removesuffix("\n").split("\n"):
        yield from (f"{line}\n"[n : n + longest] for n in range(0, len(line) + 1, longest))


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(every=OBJECTS, longest=st.sampled_from([7, 64, 10**6]), mark=st.sampled_from(["", "\ufeff", "\n \n"]))
def test_every_layout_gives_the_same_rows(
    monkeypatch: pytest.MonkeyPatch, layout: str, every: list[dict[str, Any]], longest: int, mark: str
) -> None:
    monkeypatch.setattr(room, "PIECE", longest)
    found = [row for _, row in rows(pieces(mark + LAYOUTS[layout](every), longest))]
    assert found == every


def test_halves_of_characters_are_replaced_and_whole_ones_stay() -> None:
    (row,) = (row for _, row in rows(['{"id": "\\ud800", "\\uDFFFx": ["\\ud83d\\ude00", "\\\\ud800"]}\n']))
    assert row == {"id": "\ufffd", "\ufffdx": ["\U0001f600", "\\ud800"]}
    assert "\ud800" not in "".join(map(str, row.values()))


def test_each_row_says_in_which_line_it_begins() -> None:
    text = json.dumps([{"id": 1}, {"id": 2, "a": [1, 2]}, {"id": 3}], indent=1)
    assert [number for number, _ in rows(text.splitlines(keepends=True))] == [2, 5, 12]
    table = 'id,text\n1,"a\nb"\n2,c\n'
    assert [number for number, _ in rows(table.splitlines(keepends=True))] == [2, 4]


def test_a_broken_line_costs_itself_whichever_it_is() -> None:
    good = ['{"id": 1}\n', '{"id": 2}\n', '{"id": 3}\n']
    for place in range(4):
        lines = [*good[:place], '{"id": "x"\n', *good[place:]]
        found = [row for _, row in rows(lines)]
        assert [row.get("id") for row in found if UNREADABLE not in row] == [1, 2, 3]
        assert len(found) == 4


def test_a_file_that_ends_in_the_middle_says_so() -> None:
    text = json.dumps([{"id": 1}, {"id": 2, "text": "long"}], indent=1)[:-12]
    *found, (_, last) = rows(text.splitlines(keepends=True))
    assert ([row for _, row in found], last) == ([{"id": 1}], room.CUT)


def test_what_is_too_large_is_left_out_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LARGEST", 200)
    monkeypatch.setattr(room, "PIECE", 50)
    large, small = {"id": 1, "text": "x" * 500}, {"id": 2}
    for layout in ("lines", "array, indented", "objects, indented"):
        text = LAYOUTS[layout]([large, small])
        found = [row for _, row in rows(pieces(text, 50))]
        assert found == [room.TOO_LARGE, small], layout


@pytest.mark.parametrize("apart", [",", ";", "\t"])
def test_a_table_is_read_whatever_parts_its_columns(apart: str) -> None:
    lines = [
        apart.join(one) + "\n" for one in (("Ticket ID", "Created", "Message"), ("7", "2026-10-01", "Hi"), ("", "", ""))
    ]
    assert [row for _, row in rows(lines)] == [{"id": "7", "created_at": "2026-10-01", "text": "Hi"}]


def test_a_quotation_mark_without_its_other_half_does_not_take_the_rest_into_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "FIELD", 100)
    lines = ["id,text\n", "1,ok\n", '2,"open\n', *["9,more\n"] * 40, "3,ok\n"]
    found = [row for _, row in rows(lines)]
    assert found[0] == {"id": "1", "text": "ok"}
    assert found[-1] == {"id": "3", "text": "ok"}
    assert found.count(room.NO_TABLE) == 1


def test_rows_that_have_fewer_or_more_fields_than_the_header() -> None:
    assert [row for _, row in rows(["id,text\n", "1\n", "2,a,b\n"])] == [{"id": "1"}, {"id": "2", "text": "a"}]
