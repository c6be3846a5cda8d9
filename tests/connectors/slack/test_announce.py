"""Announcements to the account's own people: only where nobody external reads, and once for each key."""

import pytest

from app.sandbox.slack.state import NOTES, SHARED
from app.sandbox.world import Fault
from connectors.base import Announces
from connectors.errors import NotFound, Refused, Unavailable
from connectors.slack.connector import Slack
from tests.connectors.slack.stage import SlackStage, open


def texts(stage: SlackStage, channel: str) -> list[str]:
    return [one["text"] for one in stage.host.slack.channels[channel].messages]


def test_it_is_posted_into_a_channel_of_ours() -> None:
    assert issubclass(Slack, Announces)
    with open() as stage:
        stage.connector.announce(NOTES, "Deskhand: bug-report, urgent", key="n1", again=False)
        assert texts(stage, NOTES) == ["Deskhand: bug-report, urgent"]


def test_a_channel_that_customers_read_gets_nothing() -> None:
    with open() as stage:
        before = texts(stage, SHARED)
        with pytest.raises(Refused):
            stage.connector.announce(SHARED, "Deskhand: bug-report, urgent", key="n1", again=False)
        assert texts(stage, SHARED) == before


def test_a_channel_that_is_not_there_is_an_error() -> None:
    with open() as stage, pytest.raises((NotFound, Refused)):
        stage.connector.announce("C404", "Deskhand: bug-report", key="n1", again=False)


def test_an_answer_that_got_lost_doubles_nothing() -> None:
    with open() as stage:
        stage.world.faults.order(Fault("reset_after", path="chat.postMessage"))
        with pytest.raises(Unavailable):
            stage.connector.announce(NOTES, "Deskhand: bug-report, urgent", key="n1", again=False)
        stage.connector.announce(NOTES, "Deskhand: bug-report, urgent", key="n1", again=True)
        stage.connector.announce(NOTES, "Deskhand: another", key="n2", again=True)
        assert texts(stage, NOTES) == ["Deskhand: bug-report, urgent", "Deskhand: another"]
