"""What a caller teaches is kept once, without what is personal in it, for known categories alone."""

from sqlalchemy import select

from app.db.models.example import ExampleRow
from tests.web.api.conftest import House

EXAMPLE = {
    "intent": "order-status",
    "userMessage": "Where is my parcel? Write to ana@customer.example, my card is 4111 1111 1111 1111.",
    "botResponse": "It is on its way.",
    "feedback": "positive",
}


def teach(house: House, **changes: object):
    return house.call("POST", "/training/examples", json=EXAMPLE | changes)


def kept(house: House) -> list[tuple[str, str, str]]:
    with house.stage.database.reading() as session:
        return [(row.text, row.label, row.feedback) for row in session.scalars(select(ExampleRow))]


def test_an_example_is_kept_once_without_what_is_personal(house: House) -> None:
    answers = [teach(house) for _ in range(2)]
    assert [(answer.status_code, answer.json) for answer in answers] == [
        (201, {"new": True, "examples": 1}),
        (201, {"new": False, "examples": 1}),
    ]
    ((words, label, feedback),) = kept(house)
    assert (label, feedback) == ("order-status", "positive")
    assert "Where is my parcel?" in words
    assert "4111" not in words
    assert "ana@" not in words
    assert house.read("/training") == {"examples": 1, "items": []}


def test_only_what_the_configuration_knows_can_be_taught(house: House) -> None:
    refused = teach(house, intent="something-else")
    assert (refused.status_code, refused.json["code"]) == (404, "no_such_category")
    assert teach(house, intent="").status_code == 201
    assert teach(house, feedback="great").status_code == 400
    assert len(kept(house)) == 1


def test_an_example_is_the_accounts_own(house: House, neighbour: House) -> None:
    teach(house)
    assert neighbour.read("/training")["examples"] == 0
    assert teach(neighbour).json == {"new": True, "examples": 1}
