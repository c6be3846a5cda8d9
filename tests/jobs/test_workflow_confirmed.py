"""A cancellation that a customer wishes for in words: asked first, through the same gate; then a person approves it."""

import pytest

from tests.flows.stage import Stage
from tests.flows.store import an_order
from tests.jobs.workflows import Play


@pytest.fixture
def play(stage: Stage) -> Play:
    play = Play(stage, an_order(status="processing", shipped_at=None), mode="resolve")
    play.prove("cancel_order")
    play.writes("Please cancel my order #12345")
    return play


def test_the_customer_is_asked_and_a_no_ends_it(play: Play) -> None:
    assert "Shall I cancel your order #12345" in play.replies[0].text
    play.writes("no, keep it")
    assert "Nothing has been done with your order #12345." in play.replies[1].text
    assert play.shop.log == []
    assert play.ends == ["done"]


def test_after_the_yes_a_person_still_approves(play: Play) -> None:
    play.writes("yes")
    assert play.shop.log == []
    play.press("approve")
    assert [name for _, name, _ in play.shop.log] == ["cancel_order"]
