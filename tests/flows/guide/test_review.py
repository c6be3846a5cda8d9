"""What compliance reviews leaves by nobody else's word: from a customer's message to the bank's case and the reply, in every helpdesk."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.db import effects, history, judgements, visits
from app.db.trail import What
from app.db.visits import Visit
from app.sandbox.agents import links
from app.web.pages.session import proof
from connectors.types import Level, Reply
from tests.flows.guide.hosts import AGENT, DESKS, SlackDesk
from tests.flows.guide.house import HOME, House, opened


@pytest.fixture
def open_house(tmp_path: Path, _tables: Path) -> Iterator[Callable[[str], House]]:
    with ExitStack() as stack:

        def open_one(host: str) -> House:
            shutil.copy(_tables, tmp_path / "play.db")
            return stack.enter_context(opened(host, "bank", tmp_path / "play.db", tmp_path))

        yield open_one


class Person:
    """Somebody of the team who presses what there is to press: under the note in Slack, elsewhere in our sidebar and behind the link."""

    def __init__(self, house: House, name: str, level: Level) -> None:
        self.house, self.level = house, level
        with house.services.database.session() as session:
            visit = Visit(house.account.id, name, level, name.title())
            self.key = visits.begin(session, visit, house.services.database.now(session))

    def press(self, action: str) -> None:
        house = self.house
        if isinstance(house.desk, SlackDesk):
            house.desk.host.slack.person(AGENT, HOME).is_admin = self.level is Level.ADMIN
            house.desk.press(house.ticket, action)
        else:
            with house.services.database.reading() as session:
                decision = judgements.latest(session, house.id)
            form = {"action": action, "value": decision.id if decision else "", "csrf": proof(self.key)}
            browser = house.web.test_client()
            browser.set_cookie("deskhand", self.key)
            assert browser.post(f"/app/sidebar/{house.id}/press", data=form).status_code == 200
        house.settle()

    def follow(self, *, forged: bool = False) -> int:
        """Press on the page behind the note's link, with this person's session; gives what the page answers."""
        link = urlsplit(links(self.house.desk.view(self.house.ticket))[-1])
        browser = self.house.web.test_client()
        browser.set_cookie("deskhand", self.key)
        assert browser.get(link.path).status_code == 200
        form = {"answer": "approve"} if forged else {"answer": "approve", "csrf": proof(self.key)}
        status = browser.post(link.path, data=form).status_code
        self.house.settle()
        return status


def replies(house: House) -> int:
    """How many replies were ever planned for the ticket."""
    with house.services.database.reading() as session:
        every = effects.of_ticket(session, house.id)
    return sum(isinstance(change, Reply) for one in every for change in one.plan.changes)


def acts(house: House, what: What) -> list[tuple[str, str]]:
    """Who did that, and how far the review was."""
    now = house.world.clock.now()
    wanted = history.Wanted(house.account.id, now - timedelta(days=1), now + timedelta(days=1), tickets=(house.id,))
    with house.services.database.reading() as session:
        return [
            (one.who, one.detail.get("review", "")) for one in history.page(session, wanted, 100) if one.what == what
        ]


def disputed(house: House) -> None:
    charge = house.behind.bank.holders[0].transactions[0]
    house.prove("transaction-dispute", "open_case")
    house.customer(
        f"I dispute an incorrect charge: transaction {charge['transaction']}, $45.67 on {charge['at'][:10]}. I never bought there."
    )


@pytest.mark.slow
@pytest.mark.parametrize("host", DESKS)
def test_only_who_releases_for_compliance_lets_anything_leave(host: str, open_house: Callable[[str], House]) -> None:
    house = open_house(host)
    disputed(house)
    cases = house.behind.bank.cases
    assert (house.said, replies(house), cases) == ([], 0, []), "nothing leaves, whatever was proven"
    assert (
        "Compliance reviews transaction-dispute: nothing leaves before a lead or an admin has released it" in house.note
    )
    agent, boss = Person(house, "ann", Level.AGENT), Person(house, "lea", Level.ADMIN)
    agent.press("approve")
    assert (cases, acts(house, What.APPROVED)) == ([], []), "an agent is not compliance"
    if host != "slack":
        assert agent.follow() == 403
        assert boss.follow(forged=True) == 403, "a session is no word of its own"
        assert boss.follow() == 200
    else:
        boss.press("approve")
    assert [case["team"] for case in cases] == ["disputes-team"]
    ((by, review),) = acts(house, What.APPROVED)
    assert review == "released" and (by == "lea" or host == "slack")
    assert (house.said, replies(house)) == ([], 0), "the answer waits for a word of its own"
    agent.press("share")
    assert replies(house) == 0
    boss.press("share")
    assert f"opened case {cases[0]['case']}" in house.said[-1]
    assert "released" in [review for _, review in acts(house, What.DECIDED)]
    assert len(cases) == replies(house) == 1
