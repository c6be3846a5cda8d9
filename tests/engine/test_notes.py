"""The note that an agent reads: four lines, the draft, and never what the customer wrote."""

from typing import Any

from app.engine.types import Label, Reason
from connectors.types import Note
from tests.builders import a_classification, a_draft, a_passage, a_ticket
from tests.engine.desk import Desk, made

INSIDE = a_passage(
    "Agents may refund up to 500.\nAbove that ask.", title="Limits", source="inside", restricted=True, url=""
)


def the_note(**parts: Any) -> str:
    values: dict[str, Any] = {"standing": {"evidence": ()}} | parts
    return made(Desk(**values).decide(), Note)[0].text


def test_a_note_says_what_it_is_what_to_send_why_and_from_where() -> None:
    lines = the_note().split("\n\n")[0].split("\n")
    assert lines[0] == "**What it is:** order-status, 97% sure"
    assert lines[1] == "**What to send:** the draft below, once you have read it"
    assert lines[2].startswith("**Why:** Mentions: order. order-status is set to autoResolve. Nobody has judged enough")
    assert lines[3] == "**Sources:** [Track a parcel](https://help.example/track)"
    assert len(lines) == 4


def test_the_draft_follows_and_the_decisions_id_comes_last() -> None:
    decision = Desk(standing={"evidence": ()}).decide()
    parts = made(decision, Note)[0].text.split("\n\n")
    assert parts[1:3] == ["**Draft**", a_draft().text]
    assert parts[-1] == f"Deskhand decision {decision.id}"


def test_a_note_without_a_source_says_so() -> None:
    text = the_note(draft=a_draft("", passages=(), reasons=(Reason("no_source", "No source found."),)))
    assert "**What to send:** your own words: no source found" in text
    assert "**Sources:** none" in text
    assert "**Draft**" not in text


def test_a_note_beside_a_reply_does_not_repeat_it() -> None:
    text = the_note(standing={})
    assert "nothing, the answer has been sent automatically" in text
    assert "**Draft**" not in text


def test_other_categories_that_it_may_be_are_named() -> None:
    labels = (Label("order-status", 0.6), Label("returns", 0.2), Label("payment-issues", 0.1), Label("chatter", 0.1))
    text = the_note(classification=a_classification(labels=labels))
    assert "order-status, 60% sure; perhaps returns, payment-issues\n" in text


def test_no_category_is_said_plainly() -> None:
    assert "**What it is:** no category fits\n" in the_note(classification=a_classification(""))


def test_internal_pages_are_shown_with_a_warning_and_never_as_the_draft() -> None:
    text = the_note(draft=a_draft("", passages=(INSIDE,)))
    assert "**Sources:** Limits (internal)" in text
    assert "**Internal, not for the customer**\n\n- Limits: Agents may refund up to 500. Above that ask." in text


def test_a_long_internal_page_is_cut_at_a_word() -> None:
    text = the_note(draft=a_draft("", passages=(a_passage("word " * 200, restricted=True),)))
    assert "word word ..." in text
    assert len(text) < 900


def test_brackets_in_a_title_and_odd_addresses_make_no_link() -> None:
    passages = (
        a_passage(title="See [this](x)"),
        a_passage(title="Odd", url="javascript:alert(1)"),
        a_passage(title="", url=""),
    )
    text = the_note(draft=a_draft("", passages=passages))
    assert "**Sources:** [See (this)(x)](https://help.example/track), Odd, article-1\n" in text


def test_a_reason_is_said_once() -> None:
    text = the_note(classification=a_classification(reasons=(Reason("a", "Same."), Reason("b", "Same."))))
    assert text.count("Same.") == 1


def test_what_the_customer_wrote_is_not_repeated() -> None:
    assert "4111" not in the_note(ticket=a_ticket("My card is 4111 1111 1111 1111", subject="4111"))
