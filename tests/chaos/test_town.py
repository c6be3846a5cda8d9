"""What a played helpdesk shows is read as it was: what crossed a call on its way stands where we had looked, and is named."""

from collections.abc import Iterator

import pytest
import requests

from app.sandbox.server import Served, application
from app.sandbox.world import World
from tests.chaos.town import IntercomDesk

WHO = "c1@c1.example"


class Messenger:
    """A played Intercom, written to by a customer, and read and written by the API."""

    def __init__(self, desk: IntercomDesk, session: requests.Session, base: str) -> None:
        self.host, self.desk = desk.host, desk
        self.number = self.host.customer_writes(WHO, "Question 10001")
        self._session, self._place = session, f"{base}/quiet/conversations/{self.number}"

    def asks(self, number: int) -> None:
        self.host.customer_writes(WHO, f"Question {number}", ticket=self.number)

    def looks(self) -> None:
        assert self._session.get(self._place, timeout=60).status_code == 200

    def notes(self, text: str) -> None:
        body = {"type": "admin", "admin_id": self.host.admin_id, "message_type": "note", "body": text}
        assert self._session.post(f"{self._place}/reply", json=body, timeout=60).status_code == 200

    def lines(self) -> list[tuple[str, int, bool]]:
        [found] = self.desk.transcripts()
        return [(line.kind, line.number, line.crossed) for line in found.lines]


@pytest.fixture
def messenger() -> Iterator[Messenger]:
    world = World()
    desk = IntercomDesk(world, "quiet", "acme", earned=False)
    with Served(application(world, [desk.host])) as base, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {desk.host.token}"
        yield Messenger(desk, session, base)
    desk.host.notifier.deliveries.close()


def test_what_we_could_not_see_when_we_looked_last_is_named(messenger: Messenger) -> None:
    messenger.looks()
    messenger.asks(10002)
    messenger.notes("About 10001")
    messenger.looks()
    messenger.notes("About 10002")
    asked, noted = ("asked", 10001, False), ("noted", 10001, True)
    assert messenger.lines() == [asked, noted, ("asked", 10002, False), ("noted", 10002, False)]


def test_what_we_could_have_seen_stands_where_it_is(messenger: Messenger) -> None:
    messenger.asks(10002)
    messenger.looks()
    messenger.notes("About 10001")
    assert messenger.lines() == [("asked", 10001, False), ("asked", 10002, False), ("noted", 10001, False)]
