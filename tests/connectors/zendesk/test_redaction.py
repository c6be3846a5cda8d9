"""Pieces of comments are taken out for good: the right ones, once, and nothing that only looks like them."""

from collections.abc import Iterator

import pytest

from app.sandbox.world import Fault
from connectors.errors import Unavailable
from connectors.redaction import Redact, look
from connectors.types import Receipt
from connectors.zendesk.redaction import MOVED, STAYED, pieces
from tests.connectors.zendesk.stage import ZendeskStage
from tests.connectors.zendesk.stage import open as opened

CARD = "4111 1111 1111 1111"
TEXT = f"My card is {CARD}, cvv 123, order 81230."


@pytest.fixture
def stage() -> Iterator[ZendeskStage]:
    with opened() as stage:
        stage.host.customer_writes("Ada Lovelace", TEXT, ticket=stage.ref.id)
        yield stage


def newest(stage: ZendeskStage) -> str:
    return str(stage.connector.ticket(stage.ref).messages[-1].text)


def about(stage: ZendeskStage, piece: str, seen: str = "") -> Redact:
    message = stage.connector.ticket(stage.ref).messages[-1]
    start = message.text.index(piece)
    return Redact(message.id, start, start + len(piece), seen or look(piece))


def apply(stage: ZendeskStage, *changes: Redact) -> Receipt:
    return stage.connector.apply(stage.ref, changes, key="r1")


def test_a_card_and_its_code_go_and_the_order_stays(stage: ZendeskStage) -> None:
    said = apply(stage, about(stage, "123"), about(stage, CARD))
    assert said.skipped == ()
    assert "1111" not in newest(stage)
    assert newest(stage).endswith("order 81230.")
    assert "cvv 123" not in newest(stage)


def test_what_was_taken_out_is_not_asked_for_again(stage: ZendeskStage) -> None:
    change, begun = about(stage, CARD), stage.world.clock.now()
    assert not apply(stage, change).recovered
    audits = len(stage.record.audits)
    again = stage.connector.apply(stage.ref, [change], key="r1", since=begun)
    assert again.recovered
    assert len(stage.record.audits) == audits


def test_a_lost_answer_is_made_good(stage: ZendeskStage) -> None:
    change, begun = about(stage, CARD), stage.world.clock.now()
    stage.world.faults.order(Fault("reset_before", method="PUT", path="redact", times=1))
    with pytest.raises(Unavailable):
        apply(stage, change)
    assert CARD in newest(stage)
    stage.connector.apply(stage.ref, [change], key="r1", since=begun)
    assert CARD not in newest(stage)


def test_other_words_in_that_place_stay(stage: ZendeskStage) -> None:
    said = apply(stage, about(stage, "My card", seen="00 0000"))
    assert said.skipped == (MOVED,)
    assert newest(stage) == TEXT


@pytest.mark.parametrize("status", [403, 404, 422])
def test_a_refusal_is_said_and_stops_nothing(stage: ZendeskStage, status: int) -> None:
    change = about(stage, CARD)
    stage.world.faults.order(Fault("status", status=status, method="PUT", path="redact", times=1))
    assert "refused" in apply(stage, change).skipped[0]
    assert newest(stage) == TEXT


def test_a_host_that_says_yes_and_does_nothing_is_found_out(
    stage: ZendeskStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = about(stage, CARD)
    client = stage.connector._client
    row = next(one for one in client.comments(int(stage.ref.id)) if str(one["id"]) == change.message)
    monkeypatch.setattr(client, "redact", lambda *given: row)
    assert apply(stage, change).skipped == (STAYED,)


@pytest.mark.parametrize(
    ("text", "piece", "named"),
    [
        ("cvv 123 order 81230", "123", [" 123"]),
        ("123 order 81230", "123", ["123 "]),
        ("card 4111 1111\n1111 1111 thanks", "4111 1111\n1111 1111", ["4111 1111", "\n1111 1111"]),
        ("pin 9", "9", ["9"]),
    ],
)
def test_no_other_place_is_named(text: str, piece: str, named: list[str]) -> None:
    start = text.index(piece)
    found = list(pieces(text, start, start + len(piece)))
    assert [one.strip() for one in found] == [one.strip() for one in named]
    assert all(text.count(one) == 1 for one in found)


def test_its_look_tells_no_digit() -> None:
    assert look(CARD) == "0000 0000 0000 0000"
    assert look("Pa$$w0rd-ä") == "aa??a0aa-a"
