"""Tickets given to agents: chosen, reserved, explained; refused, gone, away, full; and nobody over capacity however many come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import accounts, ids, roster, tickets
from app.db.roster import HELD, LEFT, TAKEN, Sitting
from app.engine.assigning import Asked
from app.engine.configuration import load
from connectors.errors import Unavailable
from connectors.types import Assign, Change, Note, Presence, Receipt, Ref, Status, Teammate
from jobs import assign, schedule, sla
from jobs import roster as people
from tests.builders import NOON
from tests.flows.played import Desk, Held, Thread, Vendor
from tests.flows.stage import CONFIGURATION, QUESTION, Stage
from tests.jobs.test_ticket import Story

RULES = (
    CONFIGURATION.replace("autoResolve: true", "autoResolve: true, assignTo: Returns")
    + """
escalation:
  sla: {normal: 4h}
  assignment: {to: agent, capacity: 2, skills: {order-status: [parcels]}}
agents:
  bo@shop.example: {skills: [parcels], languages: [en]}
"""
)
ANA = Teammate("7", "Ana", "ana@shop.example", {"1": "Returns"}, frozenset({"parcels"}), frozenset({"es"}))
BO = Teammate("8", "Bo", "bo@shop.example", {"1": "Returns"}, presence=Presence.HERE)
STAFF: dict[str, list[Teammate] | Exception] = {}
"""By the played vendor's mark: who works there now."""
REFUSED: set[str] = set()
"""Agents whom the vendor does not take."""


class Staffed(Desk):
    """A played helpdesk with people who can be given tickets."""

    def teammates(self) -> Sequence[Teammate]:
        found = STAFF[self.vendor.name]
        if isinstance(found, Exception):
            raise found
        return found

    def apply(self, ref: Ref, changes: Sequence[Change], **more: object) -> Receipt:
        refused = [c.agent for c in changes if isinstance(c, Assign) and c.agent in REFUSED]
        kept = [replace(c, agent="") if isinstance(c, Assign) and c.agent in REFUSED else c for c in changes]
        receipt = super().apply(ref, kept, **more)  # type: ignore[arg-type]
        return replace(receipt, skipped=tuple(f"agent {agent}: no longer there" for agent in refused))

    def _make(self, held: Held, change: Change, key: str, begun: object) -> None:
        if isinstance(change, Assign) and change.agent:
            held.assignee = change.agent
        super()._make(held, change, key, begun)  # type: ignore[arg-type]


@pytest.fixture
def desk(stage: Stage) -> Stage:
    stage.services.connected.helpdesks = {"desk": Staffed, "thread": Thread}
    with stage.database.session() as session:
        accounts.configure(session, stage.account.id, "shop.yaml", RULES, stage.time)
    STAFF["desk"] = [ANA, BO]
    REFUSED.clear()
    return stage


def told(desk: Stage) -> Story:
    """A question at a desk whose people are known."""
    story = Story(desk, earned=False)
    people.run(story.connection_id)
    return story


def given_to(story: Story) -> list[str]:
    log = story.vendor.tickets[story.ticket].log
    return [change.agent for _, change in log if isinstance(change, Assign)]


def seat(story: Story) -> tuple[str, str] | None:
    with story.stage.database.reading() as session:
        return roster.of_ticket(session, story.id)


def another(story: Story, text: str = QUESTION) -> str:
    return story.vendor.customer_writes(text)


# --- given ---------------------------------------------------------------------------------------------------


def test_a_ticket_goes_to_its_team_and_on_to_an_agent_and_the_note_says_why(desk: Stage) -> None:
    story = told(desk)
    story.go_on()
    log = story.vendor.tickets[story.ticket].log
    assert [change for _, change in log if isinstance(change, Assign)] == [Assign("Returns", "7")]
    (note,) = story.said(Note)
    assert (
        "**Given to:** Ana: knows parcels, nobody free speaks en" in note or "**Given to:** Ana: knows parcels" in note
    )
    assert note.splitlines()[-1].startswith("Deskhand decision ")
    assert seat(story) == ("7", TAKEN)
    assert {key for key, change in log if isinstance(change, Assign)} == {
        key for key, change in log if isinstance(change, Note)
    }, "one write"


def test_the_next_one_goes_to_whoever_has_more_room(desk: Stage) -> None:
    story = told(desk)
    story.go_on()
    other = another(story)
    story.go_on()
    assigned = [c.agent for _, c in story.vendor.tickets[other].log if isinstance(c, Assign)]
    assert {*given_to(story), *assigned} == {"7", "8"}


def test_by_default_only_the_team_is_set_and_nobody_is_asked_who_is_there(stage: Stage) -> None:
    stage.services.connected.helpdesks = {"desk": Staffed, "thread": Thread}
    STAFF["desk"] = Unavailable("not to be called")
    with stage.database.session() as session:
        text = RULES.replace("to: agent, ", "").partition("agents:")[0]
        accounts.configure(session, stage.account.id, "shop.yaml", text, stage.time)
    story = told(stage)
    story.go_on()
    assert given_to(story) == [""]
    schedule.people(stage.services)
    assert stage.bells.asked == []


def test_before_anybody_is_known_the_team_has_it(desk: Stage) -> None:
    story = Story(desk, earned=False)
    story.go_on()
    assert given_to(story) == [""]
    assert "Given to" not in story.said(Note)[0]


def test_full_people_are_spared_and_the_note_says_so(desk: Stage) -> None:
    story = told(desk)
    held = [story.ticket, *(another(story) for _ in range(4))]
    story.go_on()
    agents = [c.agent for one in held for _, c in story.vendor.tickets[one].log if isinstance(c, Assign)]
    assert sorted(agents) == ["", "7", "7", "8", "8"]
    last = next(one for one in held if Assign("Returns", "") in [c for _, c in story.vendor.tickets[one].log])
    notes = [c.text for _, c in story.vendor.tickets[last].log if isinstance(c, Note)]
    assert "**Given to:** the team: everybody who could is at capacity." in notes[0]


def test_when_everybody_is_away_the_team_keeps_it(desk: Stage) -> None:
    STAFF["desk"] = [replace(one, presence=Presence.AWAY) for one in (ANA, BO)]
    story = told(desk)
    story.go_on()
    assert given_to(story) == [""]
    assert "the team: everybody who could is away" in story.said(Note)[0]


def test_out_of_the_teams_hours_nobody_gets_it(desk: Stage) -> None:
    hours = "  teams: {Returns: {timezone: Asia/Tokyo, schedule: {daily: '9:00-17:00'}}}\nagents:"
    with desk.database.session() as session:
        accounts.configure(session, desk.account.id, "shop.yaml", RULES.replace("agents:", hours), desk.time)
    story = told(desk)
    story.go_on()
    assert given_to(story) == [""]
    assert "outside the hours of everybody who could" in story.said(Note)[0]


def test_what_a_person_has_is_left_to_them_and_counts_as_theirs(desk: Stage) -> None:
    story = told(desk)
    story.vendor.tickets[story.ticket].assignee = "8"
    story.go_on()
    assert given_to(story) == []
    assert seat(story) == ("8", TAKEN)


def test_a_solved_ticket_frees_its_agent_and_an_unassigned_one_too(desk: Stage) -> None:
    story = told(desk)
    story.go_on()
    story.vendor.tickets[story.ticket].status = Status.SOLVED
    story.vendor.knock(story.ticket)
    story.go_on(1)
    assert seat(story) == (given_to(story)[0], LEFT)


def test_a_customer_comes_back_to_whoever_had_them(desk: Stage) -> None:
    story = told(desk)
    story.vendor.tickets[story.ticket].assignee = "8"
    story.go_on()
    who = story.vendor.tickets[story.ticket].customer
    again = story.vendor.customer_writes(QUESTION, who=who)
    story.go_on()
    log = story.vendor.tickets[again].log
    assert [c.agent for _, c in log if isinstance(c, Assign)] == ["8"]
    assert any("had this customer's last ticket" in c.text for _, c in log if isinstance(c, Note))


# --- refused, gone, away -------------------------------------------------------------------------------------


def test_an_agent_whom_the_vendor_refuses_leaves_it_with_the_team_and_that_is_said(desk: Stage) -> None:
    REFUSED.add("7")
    story = told(desk)
    story.go_on()
    assert given_to(story) == [""]
    assert story.said(Note)[-1] == assign.REFUSED
    assert seat(story) == ("7", LEFT)
    assert "change_skipped" in story.problems()
    story.go_on(60)
    assert story.said(Note).count(assign.REFUSED) == 1


def test_who_vanishes_leaves_tickets_that_others_get_once(desk: Stage) -> None:
    story = told(desk)
    story.go_on()
    STAFF["desk"] = [BO]
    for _ in range(3):
        people.run(story.connection_id)
        story.go_on(5)
    assert given_to(story) == ["7", "8"]
    assert story.said(Note)[-1].startswith("Whoever had this ticket is no longer there. **Given to:** Bo: ")
    assert seat(story) == ("8", TAKEN)


def test_who_vanishes_and_nobody_is_left_is_said_so(desk: Stage) -> None:
    story = told(desk)
    story.go_on()
    STAFF["desk"] = []
    people.run(story.connection_id)
    story.go_on(5)
    assert given_to(story) == ["7"]
    assert story.said(Note)[-1].startswith(assign.LEFT_BEHIND)


def test_a_list_that_cannot_be_read_leaves_yesterdays(desk: Stage) -> None:
    story = told(desk)
    STAFF["desk"] = Unavailable("no answer")
    people.run(story.connection_id)
    story.go_on()
    assert given_to(story) == ["7"]


def test_when_little_time_is_left_and_the_agent_is_away_somebody_else_gets_it(desk: Stage) -> None:
    story = told(desk)
    story.go_on()
    STAFF["desk"] = [replace(ANA, presence=Presence.AWAY), BO]
    people.run(story.connection_id)
    desk.pass_time(3.1 * 3600)
    sla.sweep(desk.services)
    story.go_on()
    assert given_to(story) == ["7", "8"]
    assert "Whoever had it is away. **Given to:** Bo: " in story.said(Note)[-1]


def test_when_little_time_is_left_and_the_agent_is_there_it_stays_theirs(desk: Stage) -> None:
    story = told(desk)
    story.go_on()
    desk.pass_time(3.1 * 3600)
    sla.sweep(desk.services)
    story.go_on()
    assert given_to(story) == ["7"]


def test_the_warning_comes_at_the_share_that_the_configuration_says(desk: Stage) -> None:
    with desk.database.session() as session:
        text = RULES.replace("  sla: {normal: 4h}", "  sla: {normal: 4h}\n  warnShare: 0.5")
        accounts.configure(session, desk.account.id, "shop.yaml", text, desk.time)
    story = told(desk)
    story.go_on()
    for seconds, expected in ((1.9 * 3600, 0), (0.2 * 3600, 1)):
        desk.pass_time(seconds)
        sla.sweep(desk.services)
        story.go_on()
        assert len([text for text in story.said(Note) if "Little time left" in text]) == expected


def test_the_clock_asks_who_is_there_once_a_minute(desk: Stage) -> None:
    story = told(desk)
    asked = ("roster", story.connection_id)
    desk.bells.roster = lambda connection_id: desk.bells.asked.append(("roster", connection_id))  # type: ignore[attr-defined]
    for seconds, expected in ((0, 1), (30, 1), (31, 2)):
        desk.pass_time(seconds)
        schedule.people(desk.services)
        assert desk.bells.asked.count(asked) == expected


# --- the seats themselves ------------------------------------------------------------------------------------


def fresh(desk: Stage, connection_id: str) -> str:
    ticket_id = ids.fresh()
    with desk.database.session() as session:
        tickets.add(session, ticket_id, connection_id, ticket_id, NOON)
    return ticket_id


WEIGHTS = st.lists(st.sampled_from(["light", "plain", "heavy"]), min_size=1, max_size=30)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=WEIGHTS)
def test_however_many_come_at_one_moment_nobody_is_over_capacity(desk: Stage, kinds: list[str]) -> None:
    connection_id, _ = desk.connect("desk")
    rules = load(
        CONFIGURATION.replace(
            "categories:", "categories:\n    - {name: light}\n    - {name: plain}\n    - {name: heavy}"
        )
        + "escalation: {assignment: {to: agent, capacity: 3, weights: {light: 0.5, heavy: 2}}}\n",
        name="x.yaml",
    ).rules
    with desk.database.session() as session:
        roster.replace(session, connection_id, [Teammate(str(n)) for n in range(3)], NOON)
    for category in kinds:
        place = assign.Desk(fresh(desk, connection_id), connection_id)
        with desk.database.session() as session:
            found = assign.give(session, place, Asked("", category), rules, NOON)
        assert found is not None
        with desk.database.reading() as session:
            loads = {agent: one.load for agent, one in roster.taken(session, connection_id, NOON).items()}
        assert max(loads.values(), default=0) <= 3
        if not found.agent:
            weight = rules.assigning.weights.get(category, 1.0)
            assert min(loads.get(str(n), 0) for n in range(3)) + weight > 3, "somebody had room"


def test_a_seat_that_was_never_confirmed_stops_counting(desk: Stage) -> None:
    story = told(desk)
    ticket_id = fresh(desk, story.connection_id)
    with desk.database.session() as session:
        roster.sit(session, Sitting(ticket_id, story.connection_id, "7", "p", 1.0), HELD, NOON)
    for hours, weighs in ((5, 1.0), (7, 0.0)):
        with desk.database.reading() as session:
            found = roster.taken(session, story.connection_id, NOON + timedelta(hours=hours))
        assert found["7"].load == weighs


def test_the_same_ticket_again_does_not_weigh_against_itself(desk: Stage) -> None:
    story = told(desk)
    rules = load(RULES, name="shop.yaml").rules
    place = assign.Desk(fresh(desk, story.connection_id), story.connection_id)
    for _ in range(5):
        with desk.database.session() as session:
            found = assign.give(session, place, Asked("Returns", "order-status"), rules, NOON)
        assert found is not None
        assert found.agent
    with desk.database.reading() as session:
        assert sum(one.load for one in roster.taken(session, story.connection_id, NOON).values()) == 1.0


def test_a_desk_without_such_a_list_is_left_in_peace(stage: Stage) -> None:
    with stage.database.session() as session:
        accounts.configure(session, stage.account.id, "shop.yaml", RULES, stage.time)
    connection_id, vendor = stage.connect("desk")
    people.run(connection_id)
    assert isinstance(vendor, Vendor)
    with stage.database.reading() as session:
        assert roster.people(session, connection_id) == []
