"""What there is to remember of a run, and who may be remembered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.engine.configuration.steps import Step, Workflow
from app.engine.memory import FRESH, Memory, told
from app.engine.workflows.matters import gathered, proven, waiting
from app.engine.workflows.types import Ask, Ended, Identity, Level, Progress, Prove, Wait
from tests.builders import NOON

FLOW = Workflow("update-address", "", (Step("change", "changeAddress"),))
MATTER = Memory(NOON, "t1", "https://desk.example/1", "order-status", language="de")


def run(**changes: object) -> Progress:
    return replace(Progress(FLOW), **changes)  # type: ignore[arg-type]


def test_an_order_counts_once_it_was_shown_to_its_owner() -> None:
    assert gathered(run(outputs={"a": {"number": "12345"}}), MATTER).number == ""
    shown = {"a": {"number": "12345"}, "b": {"order": {"status": "in-transit"}}}
    assert gathered(run(outputs=shown), MATTER).number == "12345"


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (run(waiting=Ask(("address",), "Where to?")), "update-address waits for an answer: address"),
        (run(waiting=Prove(Level.CODE)), "update-address waits for a code"),
        (run(waiting=Wait(event="x")), "update-address goes on by itself"),
        (run(waiting=Ask(("address",), "Where to?"), ended=Ended.DONE), ""),
        (run(), ""),
    ],
)
def test_what_is_open_is_said(progress: Progress, words: str) -> None:
    assert waiting(progress) == words


@pytest.mark.parametrize(
    ("identity", "so"),
    [
        (Identity(), False),
        (Identity(user="p1"), False),
        (Identity("ana@example.com", "p1"), False),
        (Identity("ana@example.com", "p1", Level.HOST), True),
        (Identity("", "p1", Level.CODE), False),
    ],
)
def test_only_who_is_proven_is_remembered(identity: Identity, so: bool) -> None:
    assert proven(identity) is so


def test_it_stands_in_for_a_week_and_never_for_what_is_to_come() -> None:
    assert MATTER.lately(NOON + FRESH) is MATTER
    assert MATTER.lately(NOON + FRESH + timedelta(seconds=1)) is None
    assert MATTER.lately(NOON - timedelta(seconds=1)) is None


def test_it_is_one_line() -> None:
    line = told(replace(MATTER, number="12345", waiting="update-address waits for a code"))
    where = "[another ticket](https://desk.example/1)"
    assert line == f"order-status, order 12345, on {NOON:%Y-%m-%d} in {where}; update-address waits for a code."
