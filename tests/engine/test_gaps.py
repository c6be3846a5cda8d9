"""What people say that no article says: found when it is said often enough, and never because of one customer."""

import pytest

from app.engine.gaps import Difference, Kind, Proposal, Said, difference, known, merged, proposals
from tests.builders import a_draft, a_passage

THIRTY = "You can return shoes within 30 days."
LABEL = "Please print the label from the customer portal first."
PAGE = "You can return shoes within 30 days. Refunds take 5 working days."


def a_draft_of(text: str = PAGE):
    return a_draft(text, passages=(a_passage(text),))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (PAGE, ()),
        ("Hello Ana!\nYou can return shoes within 30 days.\nBest, Sam", ()),
        ("You can return shoes within 60 days.", (Said("You can return shoes within 60 days.", THIRTY),)),
        ("You cannot return shoes within 30 days.", (Said("You cannot return shoes within 30 days.", THIRTY),)),
        (LABEL, (Said(LABEL),)),
        ("", ()),
    ],
)  # fmt: skip
def test_what_an_answer_says_beyond_the_draft(answer: str, found: tuple[Said, ...]) -> None:
    plain = tuple(Said(one.text.strip(" ."), one.instead.strip(" .")) for one in difference(a_draft_of(), answer))
    assert plain == tuple(Said(one.text.strip(" ."), one.instead.strip(" .")) for one in found)


def a_difference(
    n: int, text: str = "Print the label from the customer portal first", by: str = "ada", **changes
) -> Difference:
    given = {
        "decision": f"d{n}",
        "ticket": f"t{n}",
        "category": "returns",
        "by": by,
        "said": (Said(text),),
        "source": "a1",
        "title": "Returns",
    }
    return Difference(**(given | changes))


def test_what_is_said_in_three_tickets_is_proposed_in_its_shortest_words() -> None:
    said = [
        "Print the label from the customer portal first, please",
        "Print the label from the customer portal first",
        "First of all print the label from the customer portal",
    ]
    (one,) = proposals("shop", [a_difference(n, text, by=f"p{n % 2}") for n, text in enumerate(said)])
    assert (one.kind, one.source, one.proposed, one.people) == (Kind.ADDITION, "a1", said[1], 2)
    assert one.decisions == ("d0", "d1", "d2")


def test_what_was_said_in_one_ticket_or_otherwise_each_time_is_not() -> None:
    assert proposals("shop", [a_difference(n, ticket="t1") for n in range(5)]) == []
    days = [a_difference(n, f"Your parcel number {n} is expected on the {n}th of May") for n in range(5)]
    assert proposals("shop", days) == []


def test_a_correction_names_the_sentence_and_a_missing_page_is_an_article() -> None:
    said = Said("You can return shoes within 60 days", "You can return shoes within 30 days")
    (one,) = proposals("shop", [a_difference(n, said=(said,)) for n in range(3)])
    assert (one.kind, one.was, one.proposed) == (Kind.CORRECTION, said.instead, said.text)
    (other,) = proposals("shop", [a_difference(n, source="", title="") for n in range(3)])
    assert other.kind is Kind.ARTICLE


def test_the_same_proposal_is_known_again_in_other_words() -> None:
    (one,) = proposals("shop", [a_difference(n) for n in range(3)])
    (again,) = proposals("shop", [a_difference(n, "Print the label in the customer portal first") for n in range(3, 6)])
    assert known(again, [one]) == one
    assert known(again, [Proposal(**{**one.__dict__, "category": "other"})]) is None
    assert merged(one, again).decisions == tuple(f"d{n}" for n in range(6))
