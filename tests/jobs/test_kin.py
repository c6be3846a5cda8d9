"""Tickets that belong together: linked in the notes of both, merged and told of only on a person's word, each once."""

from datetime import timedelta

import pytest

from app.db import accounts, duplicates, effects, ids, incidents, judgements, notices
from connectors.types import Click, EventKind, LinkTo, Merge, Note, Person, Reply, Role, Status, Tag, Untag
from jobs import schedule
from tests.flows.played import Desk, Held
from tests.flows.stage import CONFIGURATION, Stage

ANA = Person("p1", Role.CUSTOMER, "Ana Silva", "ana@customer.example")
SAM = Person("a1", Role.AGENT, "Sam Agent", external=False)
LATE = "My parcel has not arrived, order 20417, where is it?"
LATE_AGAIN = "Where is my parcel? Order 20417 has still not arrived."
DOWN = "The order page shows error 500 and the checkout is down since this morning."
ALSO_DOWN = "Checkout is down: the order page gives error 500."


class Room:
    """One desk that can merge and link, its customers and its tickets."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        with stage.database.session() as session:
            text = CONFIGURATION + "contacts: {on-call: {webhook: 'https://hooks.example/x'}}\n"
            accounts.configure(session, stage.account.id, "shop.yaml", text, stage.time)
        self.connection_id, self.vendor = stage.connect("desk")

    def writes(self, text: str, who: Person = ANA, seconds: float = 60) -> str:
        ticket = self.vendor.customer_writes(text, who=who)
        self.go_on(seconds)
        return ticket

    def go_on(self, seconds: float = 0) -> None:
        self.stage.pass_time(seconds)
        for _ in range(3):
            self.stage.deliver(self.connection_id, self.vendor)
            schedule.sweep(self.stage.services)
            self.stage.work()

    def press(self, ticket: str, action: str, who: Person = SAM) -> None:
        click = Click(action, "v", who)
        self.vendor.knock(ticket, EventKind.CLICK, click=click)
        self.go_on()

    def tagged(self, ticket: str, tag: str) -> None:
        self.held(ticket).tags.add(tag)
        self.vendor.knock(ticket)
        self.go_on()

    def held(self, ticket: str) -> Held:
        return self.vendor.tickets[ticket]

    def made(self, ticket: str, kind: type) -> list:  # type: ignore[type-arg]
        return [change for _, change in self.held(ticket).log if isinstance(change, kind)]

    def notes(self, ticket: str) -> str:
        return "\n\n".join(change.text for change in self.made(ticket, Note))


@pytest.fixture
def room(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setattr(Desk, "supports", Desk.supports | {Merge, LinkTo})
    return Room(stage)


# --- the same person and problem ----------------------------------------------------------------------------


def test_a_question_asked_twice_is_linked_in_both_tickets_once(room: Room) -> None:
    first, second = room.writes(LATE), room.writes(LATE_AGAIN)
    room.go_on(60)
    assert "**Repeats:** order-status" in room.notes(second)
    assert room.notes(first).count("**Asked again:** the same person asks the same in another ticket") == 1
    assert not [c for t in (first, second) for c in room.made(t, Merge)], "never by itself"


def test_it_is_found_over_two_desks_by_the_persons_address_and_offered_for_linking_only(room: Room) -> None:
    other_id, other = room.stage.connect("desk")
    first = room.writes(LATE)
    second = other.customer_writes(LATE_AGAIN, who=Person("x9", Role.CUSTOMER, "A. Silva", "Ana@Customer.example"))
    room.stage.deliver(other_id, other)
    room.stage.work()
    room.go_on()
    note = "".join(change.text for _, change in other.tickets[second].log if isinstance(change, Note))
    assert "can be linked here, not merged" in note
    assert "**Asked again:**" in room.notes(first)


@pytest.mark.parametrize(
    ("text", "who", "days"),
    [
        (LATE_AGAIN, Person("p2", Role.CUSTOMER, "Bo", "bo@customer.example"), 0),
        ("Where is my parcel? Order 20999 has still not arrived.", ANA, 0),
        (LATE_AGAIN, ANA, 8),
        ("Which track shoes fit wide feet?", ANA, 0),
    ],
    ids=["another person", "another order", "a week later", "another matter"],
)
def test_what_is_not_the_same_is_not_linked(room: Room, text: str, who: Person, days: int) -> None:
    first = room.writes(LATE)
    room.stage.pass_time(days * 86_400)
    second = room.writes(text, who)
    assert "Repeats" not in room.notes(second)
    assert "Asked again" not in room.notes(first)


def test_a_person_of_the_team_merges_by_a_button_or_a_tag_once(room: Room) -> None:
    first, second = room.writes(LATE), room.writes(LATE_AGAIN)
    room.press(second, "merge", who=Person("c1", Role.CUSTOMER, "Ana"))
    assert room.made(second, Merge) == []
    room.press(second, "merge")
    room.tagged(second, "deskhand_merge")
    (merge,) = room.made(second, Merge)
    assert merge.into.id == first
    assert "because Sam Agent said" in merge.note
    assert "deskhand_merge" not in room.held(second).tags
    with room.stage.database.reading() as session:
        assert [o.by for o in judgements.outcomes(session, ids.ticket(room.connection_id, second))][:1] == ["a1"]


def test_nothing_is_merged_where_nothing_repeats(room: Room) -> None:
    ticket = room.writes(LATE)
    room.press(ticket, "merge")
    assert room.made(ticket, Merge) == []


# --- one cause ----------------------------------------------------------------------------------------------


def crowd(room: Room, count: int, text: str = DOWN, seconds: float = 60, start: int = 0) -> list[str]:
    return [
        room.writes(
            text if n % 2 else ALSO_DOWN, Person(f"q{n}", Role.CUSTOMER, f"Q{n}", f"q{n}@c{n}.example"), seconds
        )
        for n in range(start, start + count)
    ]


def test_five_people_with_one_trouble_within_the_hour_are_one_incident(room: Room) -> None:
    tickets = crowd(room, 5)
    for ticket in tickets:
        assert room.notes(ticket).count("**One incident, probably:** 5 tickets by 5 people") == 1
        assert any("deskhand_incident" in tag.names for tag in room.made(ticket, Tag))
        assert room.made(ticket, Reply) == []
        assert room.made(ticket, LinkTo) == []
    with room.stage.database.reading() as session:
        told = [n for n in notices.due(session, room.stage.account.id, room.stage.time) if n.topic == "incident"]
    assert len(told) == 1
    assert "5 tickets of order-status" in told[0].subject


def test_four_people_or_slow_ones_or_one_who_writes_often_are_none(room: Room) -> None:
    assert "One incident" not in room.notes(crowd(room, 4)[-1])
    room.stage.pass_time(86_400)
    assert "One incident" not in room.notes(crowd(room, 6, seconds=1200, start=10)[-1])
    room.stage.pass_time(86_400)
    assert "One incident" not in room.notes([room.writes(DOWN) for _ in range(7)][-1])


def test_many_who_ask_for_their_parcels_are_no_incident(room: Room) -> None:
    tickets = [
        room.writes("Where is my parcel?", Person(f"q{n}", Role.CUSTOMER, "Q", f"q{n}@c{n}.example")) for n in range(8)
    ]
    assert "One incident" not in room.notes(tickets[-1])


def test_one_word_of_a_person_tells_everybody_once_and_links_them(room: Room) -> None:
    tickets = crowd(room, 5)
    room.press(tickets[2], "incident", who=Person("c1", Role.CUSTOMER, "Q2"))
    assert all(room.made(ticket, Reply) == [] for ticket in tickets)
    room.press(tickets[2], "incident")
    room.press(tickets[3], "incident")
    room.tagged(tickets[4], "deskhand_status_update")
    for ticket in tickets:
        (reply,) = room.made(ticket, Reply)
        assert reply.text.startswith("Thank you for telling us. Others report the same")
        assert [link.parent.id for link in room.made(ticket, LinkTo)] == ([tickets[0]] if ticket != tickets[0] else [])
    with room.stage.database.reading() as session:
        known = incidents.of_ticket(session, ids.ticket(room.connection_id, tickets[0]))
    assert known is not None
    assert (known.confirmed_by, known.tickets, known.people) == ("a1", 5, 5)


def test_who_was_answered_or_solved_meanwhile_is_not_told(room: Room) -> None:
    tickets = crowd(room, 5)
    room.vendor.agent_writes(tickets[0], "It works again.")
    room.held(tickets[1]).status = Status.SOLVED
    room.press(tickets[2], "incident")
    assert [len(room.made(ticket, Reply)) for ticket in tickets] == [0, 0, 1, 1, 1]


def test_who_comes_later_joins_and_is_told_by_nobody_without_a_click(room: Room) -> None:
    tickets = crowd(room, 5)
    room.press(tickets[2], "incident")
    (late,) = crowd(room, 1, start=9)
    room.go_on(60)
    assert room.made(late, Reply) == []
    assert [link.parent.id for link in room.made(late, LinkTo)] == [tickets[0]]


def test_a_run_that_vanished_loses_no_update(room: Room) -> None:
    tickets = crowd(room, 5)
    click = Click("incident", "v", SAM)
    room.vendor.knock(tickets[2], EventKind.CLICK, click=click)
    room.stage.deliver(room.connection_id, room.vendor)
    room.stage.work()
    room.stage.bells.lose()
    room.go_on(60)
    assert [len(room.made(ticket, Reply)) for ticket in tickets] == [1] * 5


# --- what is kept -------------------------------------------------------------------------------------------


def test_no_word_of_anybody_is_kept(room: Room) -> None:
    ticket = room.writes(LATE)
    with room.stage.database.reading() as session:
        sketch = duplicates.find(session, ids.ticket(room.connection_id, ticket))
        keys = [one.plan.key for one in effects.of_ticket(session, ids.ticket(room.connection_id, ticket))]
    assert sketch is not None
    assert sketch.words and all(isinstance(word, int) for word in sketch.words | sketch.marks)
    assert "ana" not in sketch.person
    assert keys


def test_old_sketches_are_forgotten(room: Room) -> None:
    ticket = room.writes(LATE)
    with room.stage.database.session() as session:
        assert duplicates.forget(session, room.stage.time - timedelta(days=1)) == 0
        assert duplicates.forget(session, room.stage.time + timedelta(days=1)) == 1
        assert duplicates.find(session, ids.ticket(room.connection_id, ticket)) is None


def test_a_tag_that_was_heard_is_taken_away(room: Room) -> None:
    ticket = room.writes(LATE)
    room.tagged(ticket, "deskhand_acknowledge")
    assert Untag(("deskhand_acknowledge",)) in room.made(ticket, Untag)
    assert "**Taken:** a member of the team said so" in room.notes(ticket)


def test_a_tag_on_the_record_of_a_thread_is_heard_in_the_thread(room: Room) -> None:
    connection_id, vendor = room.stage.connect("thread")
    thread = vendor.customer_writes(LATE, who=ANA)

    def go_on() -> None:
        for _ in range(4):
            room.stage.deliver(connection_id, vendor)
            room.go_on(1)

    go_on()
    (record,) = room.vendor.tickets
    room.held(record).tags.add("deskhand_acknowledge")
    room.vendor.knock(record)
    go_on()
    assert "**Taken:** a member of the team said so" in room.notes(record)
    assert "deskhand_acknowledge" not in room.held(record).tags
    assert [change for _, change in vendor.tickets[thread].log if isinstance(change, Note)] == []
