"""What a customer should never have written is found nowhere afterwards: not in the database, in Redis, in a log or in our words."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from app.engine import draft as writer
from app.engine.types import Draft, Passage
from app.logs import JsonLines
from app.queue import Work
from connectors.types import Note, Reply
from jobs.draft import screened
from tests.flows import test_queue
from tests.flows.played import VENDORS
from tests.flows.stage import QUESTION, Stage

redis_server = test_queue.broker

SECRETS = (
    "4111 1111 1111 1111",
    "4111111111111111",
    "737",
    "DE89 3704 0044 0532 0130 00",
    "hunter2-Tr0ub",
    "078-05-1120",
)
LETTER = (
    f"{QUESTION} My order number 4111111111111111, I mean my card 4111 1111 1111 1111, CVV 737. Pay back to "
    "IBAN DE89 3704 0044 0532 0130 00. My password is hunter2-Tr0ub and my SSN is 078-05-1120. "
    "Error: login failed with password hunter2-Tr0ub"
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    VENDORS.clear()
    stage = Stage(f"sqlite:///{tmp_path / 'whole.db'}")
    yield stage
    stage.database.dispose()


def in_redis(address: str) -> bytes:
    with Redis.from_url(address) as redis:
        return b"".join(key + (redis.dump(key) or b"") for key in redis.scan_iter())


def test_nothing_of_it_is_kept_logged_or_repeated(
    stage: Stage,
    tmp_path: Path,
    redis_server: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    connection_id, played = stage.connect("desk")
    work = Work(redis_server)
    with caplog.at_level(logging.DEBUG):
        held = played.customer_writes(LETTER)
        stage.deliver(connection_id, played)
        work.ring(*stage.bells.rung)
        queued = in_redis(redis_server)
        stage.work()
    words = "".join(change.text for _, change in played.tickets[held].log if isinstance(change, Note | Reply))
    said = "".join(map(JsonLines().format, caplog.records))
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("whole.db*")).decode("utf-8", "replace")
    assert "Deskhand decision" in words
    assert "ticket.decided" in said
    assert "order-status" in kept
    assert len(queued) > 50
    for secret in SECRETS:
        if len(secret) > 3:
            assert secret not in kept + said + words + queued.decode("latin-1")
    assert "CVV 737" not in kept + said + words


def test_a_draft_that_holds_some_is_masked_and_a_human_sends_it() -> None:
    page = Passage("1", "Refunds", "https://help.example/4111111111111111", "Pay to DE89370400440532013000.", 0.9)
    draft = screened(
        Draft("Your card 4111 1111 1111 1111 is refunded. Pay to DE89370400440532013000.", (page,), (), "x/1")
    )
    assert draft.text == "Your card [CARD_1] is refunded. Pay to DE89370400440532013000."
    assert [reason.code for reason in draft.reasons] == ["personal_data"]


def test_an_innocent_draft_is_left_as_it_is() -> None:
    draft = Draft("Open Your orders, or call +49 30 1234567.", (), (), "x/1")
    assert screened(draft) is draft


@pytest.mark.parametrize(("text", "replies"), [("Use the card 4111 1111 1111 1111.", 0), ("Use the card.", 1)])
def test_the_gate_keeps_such_a_draft_from_the_customer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, text: str, replies: int
) -> None:
    connection_id, played = stage.connect("desk")
    stage.earn()
    held = played.customer_writes(QUESTION)
    told = Draft(text, (Passage("1", "Cards", "", "Use the card.", 0.9),), (), writer.ENGINE)
    monkeypatch.setattr("jobs.draft.written", lambda *_: told)
    stage.deliver(connection_id, played)
    stage.work()
    log = [change for _, change in played.tickets[held].log]
    assert sum(isinstance(change, Reply) for change in log) == replies
    (note,) = [change.text for change in log if isinstance(change, Note)]
    assert ("[CARD_1]" in note) is (replies == 0)
    assert "4111" not in note
