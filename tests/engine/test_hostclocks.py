"""The helpdesk's own SLA in a note's words."""

from datetime import UTC, datetime

import pytest

from app.engine import hostclocks
from connectors.types import HostClock, Note
from tests.builders import a_ticket
from tests.engine.desk import Desk, made

END = datetime(2026, 3, 2, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        (HostClock("first_reply_time", "active", END), "first reply time runs, 2026-03-02 16:00 UTC"),
        (HostClock("next_reply_time", "missed", END), "next reply time was missed, 2026-03-02 16:00 UTC"),
        (HostClock("next_reply_time", "met", END), "next reply time was kept"),
        (HostClock("", "active", policy="Gold"), "Gold runs"),
        (HostClock("", "paused"), "the ticket's is paused"),
    ],
)
def test_each_clock_is_told_in_words(clock: HostClock, said: str) -> None:
    assert hostclocks.line(a_ticket(clocks=(clock,))) == f"**The helpdesk's own SLA:** {said}."


def test_a_helpdesk_without_any_is_not_spoken_of() -> None:
    assert hostclocks.line(a_ticket()) == ""


def test_both_stand_in_the_note() -> None:
    clock = HostClock("first_reply_time", "active", END)
    (note,) = made(Desk(ticket=a_ticket(clocks=(clock,))).decide(), Note)
    assert "**The helpdesk's own SLA:** first reply time runs, 2026-03-02 16:00 UTC." in note.text
