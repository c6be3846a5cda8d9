"""Whether whoever presses releases for compliance: the host is asked at that moment, and what an admin gave here counts beside it."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from app.db import members, roster
from app.db.members import Who
from connectors.errors import BadSignature, Unavailable
from connectors.types import Click, Level, Person, Role, Teammate
from jobs.reviewer import reviewing
from tests.flows.stage import CONFIGURATION, Stage

HELD = CONFIGURATION.replace("name: order-status", "name: order-status, complianceReview: true")
NAMED = HELD + "compliance: {reviewers: [Maria@bank.example, U7]}\n"
AGENT = Person("a1", Role.AGENT, external=False)


@dataclass
class Host:
    """Tells what people may do, or fails to."""

    told: dict[str, Any] = field(default_factory=dict)
    asked: int = 0

    def level(self, person: str) -> Level:
        self.asked += 1
        said = self.told.get(person, BadSignature("nobody"))
        if isinstance(said, Exception):
            raise said
        return said


class Desk:
    """A connection of an account's at such a host."""

    def __init__(self, stage: Stage, text: str, host: object) -> None:
        stage.configure(text)
        self.stage = stage
        self.connection, _ = stage.connect("desk")
        lease = SimpleNamespace(connection_id=self.connection)
        self.run: Any = SimpleNamespace(services=stage.services, lease=lease, connector=lambda id: host)

    def may(self, person: Person = AGENT, action: str = "share", level: Level | None = None) -> bool:
        return reviewing(self.run, self.stage.account.id, Click(action, "d1", person, level=level))

    def given(self, role: str) -> None:
        who = Who(self.stage.account.id, self.connection, "a1")
        with self.stage.database.session() as session:
            members.seen(session, who, "Ann", Level.AGENT, self.stage.time)
            members.give(session, who, role, "boss", self.stage.time)


@pytest.mark.parametrize(
    ("told", "given", "may"),
    [
        (Level.ADMIN, "", True),
        (Level.LEAD, "", True),
        (Level.AGENT, "", False),
        (Level.AGENT, Level.LEAD, True),
        (Level.ADMIN, Level.AGENT, False),
        (Level.ADMIN, members.NOTHING, False),
        (BadSignature("gone"), Level.LEAD, False),
        (Unavailable("away"), Level.LEAD, False),
    ],
)
def test_the_hosts_word_and_what_was_given_here_count(stage: Stage, told: Any, given: str, *, may: bool) -> None:
    desk = Desk(stage, HELD, Host({"a1": told}))
    if given:
        desk.given(given)
    assert desk.may() is may


def test_what_our_own_page_knows_is_not_asked_again(stage: Stage) -> None:
    host = Host({"a1": Level.AGENT})
    desk = Desk(stage, HELD, host)
    assert desk.may(level=Level.LEAD)
    assert not desk.may(level=Level.AGENT)
    assert host.asked == 0


def test_a_host_that_tells_no_roles_makes_nobody_a_reviewer(stage: Stage) -> None:
    assert not Desk(stage, HELD, object()).may()


def test_who_is_named_is_known_by_id_or_by_the_hosts_own_address(stage: Stage) -> None:
    desk = Desk(stage, NAMED, Host({"a1": Level.ADMIN}))
    assert not desk.may(), "an admin who is not named"
    assert desk.may(replace(AGENT, id="u7"))
    assert not desk.may(replace(AGENT, id="a9"))
    with stage.database.session() as session:
        roster.replace(session, desk.connection, [Teammate("a9", email="maria@bank.example")], stage.time)
    assert desk.may(replace(AGENT, id="a9"))


def test_nobody_is_asked_about_where_nothing_is_reviewed_or_released(stage: Stage) -> None:
    host = Host({"a1": Level.ADMIN})
    assert not Desk(stage, CONFIGURATION, host).may()
    desk = Desk(stage, HELD, host)
    assert not desk.may(action="resume")
    assert not desk.may(replace(AGENT, claimed=True))
    assert not desk.may(replace(AGENT, external=True))
    assert host.asked == 0
