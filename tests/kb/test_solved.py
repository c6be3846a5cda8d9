"""What was solved before is found again by meaning, without anybody's name in it; what is asked twice is noticed."""

import json

import pytest
from sqlalchemy import select

from app.db.database import Database
from app.db.models.solved import SolvedRow
from app.db.solved import newest
from app.engine.ports import Remembers
from app.kb import solved
from app.kb.embedding import Encoder
from app.kb.index import HybridIndex
from app.kb.matrix import Matrices
from app.nlp.personal import mask
from connectors.types import Role, Ticket
from tests.builders import a_message, a_person, a_ticket, an_agent

TICKETS = [
    {
        "id": "1",
        "subject": "Broken zip",
        "category": "warranty",
        "messages": [
            {
                "author": "customer",
                "text": "The zip of my backpack broke. Mail me at ana@customer.example",
                "at": "2026-01-02T10:00:00Z",
            },
            {"author": "agent", "public": False, "text": "internal words"},
            {"author": "agent", "public": True, "text": "We send you a new backpack.", "at": "2026-01-03T10:00:00Z"},
        ],
    },
    {
        "id": "2",
        "messages": [
            {"author": "customer", "text": "I was charged twice for one order"},
            {"author": "agent", "public": True, "text": "The second payment was given back."},
        ],
    },
    {"id": "3", "messages": [{"author": "customer", "text": "nobody answered this backpack question"}]},
    {"id": "4", "messages": "none"},
    ["no ticket"],
]
LINES = [*(json.dumps(ticket) for ticket in TICKETS), "{broken", ""]


def masked(words: str) -> str:
    return mask(words).text


def test_the_case_most_alike_comes_with_what_solved_it(database: Database, encoder: Encoder) -> None:
    assert solved.take(database, "shop", "export", solved.exported(LINES), masked) == 2
    assert solved.embed(database, "shop", encoder) == 2
    found = solved.similar(database, "shop", "the zipper on my backpack is broken", encoder)
    assert [(one.case.id, one.case.resolution, one.case.category) for one in found] == [
        ("1", "We send you a new backpack.", "warranty")
    ]
    assert found[0].alike >= solved.ALIKE
    assert solved.similar(database, "shop", "what is your favourite colour", encoder) == []
    assert solved.similar(database, "bank", "the zipper on my backpack is broken", encoder) == []


def test_nothing_personal_and_nothing_internal_is_kept(database: Database) -> None:
    solved.take(database, "shop", "export", solved.exported(LINES), masked)
    with database.reading() as session:
        kept = str(session.execute(select(SolvedRow.question, SolvedRow.resolution)).all())
    assert "ana@customer.example" not in kept
    assert "internal words" not in kept
    assert "[EMAIL_1]" in kept


def test_the_same_export_again_changes_nothing(database: Database) -> None:
    solved.take(database, "shop", "export", solved.exported(LINES), masked)
    assert solved.take(database, "shop", "export", solved.exported(LINES), masked) == 0


def test_what_is_asked_twice_is_noticed(encoder: Encoder) -> None:
    others = {"7": "Where is my order?", "8": "My card was declined", "9": "where is my order"}
    assert [name for name, _ in solved.duplicates("Where is my order??", others, encoder)] == ["7", "9"] or [
        name for name, _ in solved.duplicates("Where is my order??", others, encoder)
    ] == ["9", "7"]
    assert solved.duplicates("", others, encoder) == []
    assert solved.duplicates("Where is my order?", {}, encoder) == []


def closed(answer: str = "We send you a new backpack.", role: Role = Role.AGENT) -> Ticket:
    asked = a_message("The zip of my backpack broke. Mail me at ana@customer.example")
    inside = a_message("internal words", author=an_agent(), public=False)
    said = (asked, a_message(answer, author=a_person("a1", role)), inside)
    return a_ticket(messages=said, subject="Broken zip")


def test_a_ticket_is_what_its_customer_asked_and_what_a_person_said_last() -> None:
    case = solved.told(closed())
    assert case.question.startswith("Broken zip\nThe zip of my backpack broke.")
    assert case.resolution == "We send you a new backpack."


@pytest.mark.parametrize("role", [Role.US, Role.MACHINE, Role.CUSTOMER])
def test_what_no_person_of_the_team_answered_proves_nothing(role: Role) -> None:
    assert (solved.told(closed(role=role)).question, solved.told(closed(role=role)).resolution) == ("", "")


def test_a_ticket_without_an_answer_is_read_once_and_never_found(database: Database, encoder: Encoder) -> None:
    case = solved.told(closed(role=Role.US))
    assert solved.take(database, "shop", "desk", [case], masked) == 1
    with database.reading() as session:
        assert newest(session, "shop", "desk") == case.solved_at
        assert newest(session, "bank", "desk") is None
    assert solved.embed(database, "shop", encoder) == 0


def test_an_index_says_how_it_was_solved_before_and_hears_of_new_cases(database: Database, encoder: Encoder) -> None:
    shared = Matrices()
    question = "the zipper on my backpack is broken"
    assert list(HybridIndex(database, "shop", encoder, matrices=shared).before(question)) == []
    solved.take(database, "shop", "desk", [solved.told(closed())], masked)
    solved.embed(database, "shop", encoder)
    found = HybridIndex(database, "shop", encoder, matrices=shared).before(question)
    assert [one.resolution for one in found] == ["We send you a new backpack."]
    assert found[0].alike >= solved.ALIKE
    assert isinstance(HybridIndex(database, "shop", encoder), Remembers)
    assert list(HybridIndex(database, "shop").before(question)) == []
