from dataclasses import replace
from datetime import timedelta

from app.engine.outcomes import Story
from app.engine.stories import Ours, retold
from connectors.types import Message, Person, Role, Status
from tests.builders import NOON, a_ticket

CUSTOMER, US = Person("c", Role.CUSTOMER), Person("u", Role.US, external=False)
AGENT = Person("a", Role.AGENT, external=False)


def say(author, text, minutes, public=True):
    return Message(f"{minutes}", author, text, NOON + timedelta(minutes=minutes), public)


def ticket(*messages, status=Status.OPEN, **changes):
    last = messages[-1].at
    return a_ticket(
        messages=messages, status=status, created_at=NOON, updated_at=changes.pop("updated_at", last), **changes
    )


ASKED, SENT = say(CUSTOMER, "where?", 0), say(US, "There.", 1)
OURS = Ours(person="p", category="order-status", confidence=0.9, drafted=True, automatic=True)


def test_an_answer_on_evidence_is_ours_and_a_released_one_is_not():
    assert retold(None, ticket(ASKED, SENT), OURS).ours
    assert not retold(None, ticket(ASKED, SENT), replace(OURS, automatic=False)).ours


def test_a_person_who_was_first_answered_it():
    told = retold(None, ticket(ASKED, say(AGENT, "Hi.", 1), say(US, "There.", 2)), OURS)
    assert (told.ours, told.touched, told.agent) == (False, True, "a")
    assert told.answered_at == NOON + timedelta(minutes=1)


def test_a_note_of_a_person_touches_it_and_answers_nothing():
    told = retold(None, ticket(ASKED, say(AGENT, "hm", 1, public=False)), OURS)
    assert (told.touched, told.answered_at) == (True, None)


def test_solved_once_and_back_again_is_remembered():
    solved = retold(None, ticket(ASKED, SENT, status=Status.SOLVED), OURS)
    assert solved.solved_at == NOON + timedelta(minutes=1)
    again = retold(solved, ticket(ASKED, SENT, say(CUSTOMER, "no!", 90)), Ours())
    assert again.reopened_at == NOON + timedelta(minutes=90)
    closed = retold(again, ticket(ASKED, SENT, say(CUSTOMER, "no!", 90), status=Status.SOLVED), Ours())
    assert (closed.solved_at, closed.reopened_at) == (solved.solved_at, again.reopened_at)


def test_what_was_known_is_not_forgotten_by_a_look_that_says_less():
    told = retold(None, ticket(ASKED), replace(OURS, helped=True, rating=5, escalated=True))
    later = retold(told, ticket(ASKED, SENT), Ours())
    assert isinstance(later, Story)
    assert (later.person, later.category, later.drafted) == ("p", "order-status", True)
    assert (later.helped, later.rating, later.escalated, later.confidence) == (True, 5, True, 0.9)
