"""What must hold when a schedule has come to rest, whatever happened in it."""

from collections import Counter

from sqlalchemy.orm import Session

from app.db import effects, judgements, problems, tickets
from app.db.effects import Effect
from connectors.types import AddMessage, Note, OpenTicket, Ref, Reply, Status
from tests.flows.ground import Ground
from tests.flows.played import Held, Vendor

VISIBLE = (Reply, Note, AddMessage, OpenTicket)


def kept(ground: Ground) -> None:
    """Raises AssertionError for the first promise that was broken."""
    for _, held in ground.every():
        nothing_twice(held)
    for _, vendor in ground.places.values():
        assert vendor.overtaken == [], "a reply was begun after a person's message"
        assert vendor.doubled == [], "a reply followed our own"
        assert vendor.unwanted == [], "something was written although all was stopped"
    with ground.database.reading() as session:
        for vendor, held in ground.every():
            planned = effects.of_ticket(session, ground.id(vendor, held))
            outbox_is_true(ground, planned)
            one_reply_each(session, ground, held, planned)
            if held.status is not Status.CLOSED:
                nothing_lost(session, ground, vendor, held, planned)
        records(session, ground)
        told = {problem.kind for problem in problems.newest(session, 100)}
        assert told <= {"effect_refused", "record_refused", "record_gone", "demoted"}, f"given up: {told}"


def nothing_twice(held: Held) -> None:
    """No key was carried out twice, in none of its visible parts; and nothing visible was said twice under two keys."""
    seen = Counter((key, repr(change)) for key, change in held.log if isinstance(change, VISIBLE))
    assert not seen or max(seen.values()) == 1, f"twice: {seen.most_common(1)}"


def outbox_is_true(ground: Ground, planned: list[Effect]) -> None:
    """What counts as sent is at the vendor, nothing is left open, and what was dropped is not there."""
    made = {key for _, held in ground.every() for key in held.taken}
    for one in planned:
        assert one.state in (effects.SENT, effects.DROPPED, effects.REVIEW), one.state
        if one.state == effects.SENT:
            assert one.plan.key in made, "sent, and the vendor has nothing"
        elif one.state == effects.DROPPED:
            assert one.plan.key not in made, "dropped, and the vendor has it"


def one_reply_each(session: Session, ground: Ground, held: Held, planned: list[Effect]) -> None:
    """A reply answers what the customer had said last; one automatic answer to one question, unless handed back."""
    asked: Counter[str] = Counter()
    for one in planned:
        if one.plan.key in held.answered:
            judged = judgements.find(session, one.ticket_id, one.plan.decision_id)
            assert judged is not None
            question = judged.decision.question
            assert held.answered[one.plan.key] == question, "the reply answers something older"
            asked[question] += one.plan.requester is not None
    back = held.handed_back or any(other.handed_back for vendor, other in ground.every() if vendor.name == "desk")
    assert back or all(times <= 1 for times in asked.values()), f"answered twice: {asked}"


def nothing_lost(session: Session, ground: Ground, vendor: Vendor, held: Held, planned: list[Effect]) -> None:
    """The last question was dealt with: decided and made, or a person has the ticket, or is told of it."""
    known = tickets.find(session, ground.places[vendor.name][0], Ref(held.id))
    assert known is not None, "nobody ever looked at it"
    if tickets.recorded_by(session, known.connection_id, known.ref):
        return
    question = next((m for m in reversed(held.messages) if m.public), None)
    if question is None or question.author != held.customer or known.quiet_since is not None:
        return
    decision = judgements.latest(session, known.id)
    assert decision is not None and known.decided == question.id, "the last question was not decided"
    ended = {one.state for one in planned if one.plan.decision_id == decision.id}
    if any(one.kind == "record_gone" and one.ticket_id == known.id for one in problems.newest(session, 100)):
        ended.discard(effects.DROPPED)  # a person closed the record, and the admin was told where to look
    assert ended <= {effects.SENT, effects.REVIEW}, f"decided and not made: {ended}"


def records(session: Session, ground: Ground) -> None:
    """Each thread has one record, which holds what the customer said in order and is never decided on."""
    (_, desk), (thread_id, chat) = ground.places["desk"], ground.places["thread"]
    for held in chat.tickets.values():
        thread = tickets.find(session, thread_id, Ref(held.id))
        assert thread is not None
        if thread.linked is None:
            continue
        record = desk.tickets[thread.linked[1].id]
        assert judgements.of_ticket(session, ground.id(desk, record)) == [], "a record was decided on"
        copied = [c.text for _, c in record.log if isinstance(c, AddMessage | OpenTicket)]
        said = [m.text for m in held.messages if m.author == held.customer]
        given_up = refused_copies(session, ground.id(chat, held))
        assert copied == [text for text in said if text not in given_up][: len(copied)], "out of order"
    opened = Counter(c.text for _, held in ground.every() for _, c in held.log if isinstance(c, OpenTicket))
    assert not opened or max(opened.values()) == 1, "two records for one thread"


def refused_copies(session: Session, ticket_id: str) -> set[str]:
    """What the helpdesk would not take, and people were told of."""
    parked = [one for one in effects.of_ticket(session, ticket_id) if one.state == effects.REVIEW]
    return {change.text for one in parked for change in one.plan.changes if isinstance(change, AddMessage)}
