"""What was solved before is found again by meaning, without anybody's name in it; what is asked twice is noticed."""

import json

from sqlalchemy import text

from app.db.database import Database
from app.kb import solved
from app.kb.embedding import Encoder
from app.nlp.personal import mask

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
        kept = str(session.execute(text("select question, resolution from solved")).all())
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
