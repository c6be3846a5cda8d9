"""A draft in a window of Slack's: cut into fields, and put together again to the letter."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Connection
from connectors.errors import BadPayload
from connectors.slack.settings import install
from connectors.slack.surfaces import EDIT_VIEW, FIELD, LONGEST_DRAFT, parts, sent

AT = datetime(2026, 3, 10, tzinfo=UTC)
SITE = install(Connection("c", "", {"team_id": "T1"}, {}))
WORDS = st.text(st.sampled_from("ab \n\u00e9"), max_size=40).map(lambda word: word * 300)


@given(WORDS)
def test_the_parts_fit_and_are_the_whole(text: str) -> None:
    cut = parts(text)
    assert all(0 < len(words) <= LONGEST_DRAFT for words, _ in cut)
    assert [words for words, _ in cut] == [words.strip() for words, _ in cut]
    assert "".join(words + join for words, join in cut).split() == text.split()


@pytest.mark.parametrize("between", ["\n\n", "\n", " ", ""])
def test_what_stood_between_two_parts_is_kept(between: str) -> None:
    text = "a" * 2900 + between + "b" * 2900
    assert "".join(words + join for words, join in parts(text)) == text


def sending(joins: list[str], *words: str | None) -> dict[str, Any]:
    about = json.dumps({"ref": "C0123ABC:1719211300.000100", "decision": "d1", "joins": joins})
    names = [FIELD, *(f"{FIELD}_{number}" for number in range(1, len(words)))]
    values = {name: {FIELD: {"value": text}} for name, text in zip(names, words, strict=True)}
    view = {"callback_id": EDIT_VIEW, "private_metadata": about, "state": {"values": values}}
    return {"type": "view_submission", "view": view, "user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1"}}


def text_of(body: dict[str, Any]) -> str:
    [event] = sent(body, SITE, AT)
    assert event.click
    return event.click.text


def test_a_part_that_was_emptied_is_left_out() -> None:
    assert text_of(sending(["\n\n", " "], "One.", None, "Three.")) == "One. Three."
    assert text_of(sending(["\n\n"], " ", "Two.")) == "Two."


def test_a_window_of_an_earlier_version_is_read_all_the_same() -> None:
    body = sending([], "Words.")
    body["view"]["private_metadata"] = json.dumps({"ref": "C0123ABC:1719211300.000100", "decision": "d1"})
    assert text_of(body) == "Words."


@pytest.mark.parametrize(
    "body", [sending([], "x" * (LONGEST_DRAFT + 1)), sending([" "], "", None), sending([" "] * 10, *["x"] * 11)]
)
def test_nothing_is_cut_silently(body: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        sent(body, SITE, AT)
