"""What every connector promises, run once for each registry line against the played vendor over real HTTP."""

import copy
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.world import Fault
from connectors.errors import (
    AuthFailed,
    BadPayload,
    BadSignature,
    Closed,
    Conflict,
    ConnectorError,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from connectors.registry import HELPDESKS
from connectors.types import File, Note, Reply, Role, Whisper
from tests.contract.stage import Stage

WORDS = "an unmistakable sentence that no log may hold"
MARKER = "Please try the blue lever, then the green one."


@pytest.fixture(params=sorted(HELPDESKS))
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with import_module(f"tests.connectors.{request.param}.stage").open() as opened:
        yield opened


def payload_files() -> list[Any]:
    found = []
    for vendor in sorted(HELPDESKS):
        folder = Path(str(import_module(f"tests.connectors.{vendor}").__file__)).parent / "payloads"
        found += [pytest.param(vendor, path, id=f"{vendor}-{path.stem}") for path in sorted(folder.glob("*.json"))]
    return found


def without(payload: Any, path: str) -> Any:
    """The payload with the field at this dotted path removed."""
    changed = copy.deepcopy(payload)
    *parents, last = path.split(".")
    place = changed
    for step in parents:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        del place[int(last)]
    else:
        del place[last]
    return changed


def marked(stage: Stage, kind: type[Reply] | type[Note]) -> Reply | Note:
    example = stage.changes()[kind]
    assert isinstance(example, Reply | Note)
    return replace(example, text=MARKER)


def visible(stage: Stage) -> type[Reply] | type[Note]:
    return Reply if Reply in stage.connector.supports else Note


# --- what comes in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("vendor", "path"), payload_files())
def test_every_payload_parses_to_events_or_to_none(vendor: str, path: Any) -> None:
    with import_module(f"tests.connectors.{vendor}.stage").open() as stage:
        for event in stage.connector.receive(stage.signed(json.loads(path.read_text()))):
            assert event.delivery
            assert event.at.tzinfo is not None


def test_a_forged_request_is_refused(stage: Stage) -> None:
    name = sorted(stage.needed)[0]
    good = stage.signed(json.loads((stage.payloads / name).read_text()))
    forged = list(stage.tampered(good))
    assert len(forged) >= 3
    for request in forged:
        with pytest.raises(BadSignature):
            list(stage.connector.receive(request))


def test_a_signature_over_other_bytes_is_refused(stage: Stage) -> None:
    name = sorted(stage.needed)[0]
    good = stage.signed(json.loads((stage.payloads / name).read_text()))
    with pytest.raises(BadSignature):
        list(stage.connector.receive(replace(good, body=good.body + b" ")))


def test_a_missing_field_is_named(stage: Stage) -> None:
    for name, paths in stage.needed.items():
        payload = json.loads((stage.payloads / name).read_text())
        for path in paths:
            with pytest.raises(BadPayload) as refusal:
                list(stage.connector.receive(stage.signed(without(payload, path))))
            assert refusal.value.path.split(".")[-1] in path.split(".")
            assert refusal.value.remedy


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"3", b'"x"', b"{", b"\xff\xfe", b"[" * 5000], ids=repr)
def test_a_signed_body_that_cannot_be_read_is_a_bad_payload(stage: Stage, body: bytes) -> None:
    with pytest.raises(BadPayload):
        list(stage.connector.receive(stage.signed(body)))


def test_our_own_message_is_no_event(stage: Stage) -> None:
    assert list(stage.connector.receive(stage.echo())) == []


def test_the_same_delivery_has_the_same_name(stage: Stage) -> None:
    name = sorted(stage.needed)[0]
    payload = json.loads((stage.payloads / name).read_text())
    first, second = (list(stage.connector.receive(stage.signed(payload))) for _ in range(2))
    assert [event.delivery for event in first] == [event.delivery for event in second]


# --- what is read --------------------------------------------------------------------------------------------


def test_a_ticket_is_utc_plain_and_oldest_first(stage: Stage) -> None:
    stage.host.customer_writes("casey@example.com", "And <b>one</b> more thing", ticket=stage.ref.id)
    ticket = stage.connector.ticket(stage.ref)
    times = [message.at for message in ticket.messages]
    assert times == sorted(times)
    assert all(at.utcoffset() == timedelta(0) for at in [*times, ticket.created_at, ticket.updated_at])
    assert len(ticket.messages) >= 2
    assert ticket.messages[0].author.role is Role.CUSTOMER


def test_the_revision_changes_with_each_message_and_not_with_ours(stage: Stage) -> None:
    before = stage.connector.ticket(stage.ref).revision
    stage.connector.apply(stage.ref, [stage.changes()[visible(stage)]], key="k-rev")
    after_ours = stage.connector.ticket(stage.ref).revision
    stage.host.customer_writes("casey@example.com", "Hello again", ticket=stage.ref.id)
    after_theirs = stage.connector.ticket(stage.ref).revision
    assert before == after_ours
    assert after_theirs != before


def test_who_speaks_is_told_apart(stage: Stage) -> None:
    stage.connector.apply(stage.ref, [stage.changes()[visible(stage)]], key="k-role")
    stage.host.agent_writes("Robin", "A person here.", ticket=stage.ref.id)
    roles = [message.author.role for message in stage.connector.ticket(stage.ref).messages]
    assert roles[0] is Role.CUSTOMER
    assert roles[-1] is Role.AGENT
    assert Role.US in roles or Reply not in stage.connector.supports


# --- what goes out -------------------------------------------------------------------------------------------


def test_each_supported_change_is_made_once_per_key(stage: Stage) -> None:
    assert set(stage.changes()) == set(stage.connector.supports)
    for number, change in enumerate(stage.changes().values()):
        started = stage.world.clock.now()
        first = stage.connector.apply(stage.ref, [change], key=f"k-{number}")
        again = stage.connector.apply(stage.ref, [change], key=f"k-{number}", since=started)
        assert stage.seen(change) == 1, change
        assert first.key == again.key


def test_a_connection_reset_after_the_commit_does_not_double(stage: Stage) -> None:
    change = marked(stage, visible(stage))
    started = stage.world.clock.now()
    stage.world.faults.order(Fault("reset_after", method="PUT", times=1))
    stage.world.faults.order(Fault("reset_after", method="POST", path="reply|postMessage", times=1))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [change], key="k-reset")
    stage.world.faults.clear()
    assert stage.seen(change) == 1
    receipt = stage.connector.apply(stage.ref, [change], key="k-reset", since=started)
    assert receipt.recovered
    assert stage.seen(change) == 1


def test_a_reset_before_the_commit_is_sent_again(stage: Stage) -> None:
    change = marked(stage, visible(stage))
    started = stage.world.clock.now()
    stage.world.faults.order(Fault("reset_before", method="PUT", times=1))
    stage.world.faults.order(Fault("reset_before", method="POST", path="reply|postMessage", times=1))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [change], key="k-before")
    stage.world.faults.clear()
    assert stage.seen(change) == 0
    receipt = stage.connector.apply(stage.ref, [change], key="k-before", since=started)
    assert not receipt.recovered
    assert stage.seen(change) == 1


def test_a_ticket_that_moved_on_is_a_conflict_and_nothing_is_written(stage: Stage) -> None:
    change = marked(stage, visible(stage))
    seen = stage.connector.ticket(stage.ref).revision
    stage.host.agent_writes("Robin", "I will take this.", ticket=stage.ref.id)
    with pytest.raises(Conflict):
        stage.connector.apply(stage.ref, [change], key="k-moved", expect=seen)
    assert stage.seen(change) == 0


def test_an_unmoved_ticket_takes_the_change(stage: Stage) -> None:
    change = marked(stage, visible(stage))
    seen = stage.connector.ticket(stage.ref).revision
    stage.connector.apply(stage.ref, [change], key="k-still", expect=seen)
    assert stage.seen(change) == 1


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (401, {}, AuthFailed),
        (403, {}, Forbidden),
        (404, {}, NotFound),
        (409, {}, Conflict),
        (422, {}, Refused),
        (429, {"Retry-After": "7"}, RateLimited),
        (500, {}, Unavailable),
        (502, {}, Unavailable),
        (503, {}, Unavailable),
    ],
)
def test_a_vendor_status_lands_in_its_error(
    stage: Stage, status: int, headers: dict[str, str], error: type[ConnectorError]
) -> None:
    change = marked(stage, visible(stage))
    stage.world.faults.order(Fault("status", status=status, headers=headers, times=5))
    with pytest.raises(error) as refusal:
        stage.connector.apply(stage.ref, [change], key="k-status")
    if isinstance(refusal.value, RateLimited):
        assert refusal.value.retry_after == 7
    stage.world.faults.clear()
    assert stage.seen(change) == 0


def test_one_failing_call_is_one_call(stage: Stage) -> None:
    change = marked(stage, visible(stage))
    stage.world.faults.order(Fault("status", status=503, times=1))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [change], key="k-once")
    assert stage.seen(change) == 0, "a client library retried by itself"


def test_a_ticket_closed_for_good_is_closed(stage: Stage) -> None:
    stage.close_for_good()
    change = marked(stage, visible(stage))
    try:
        stage.connector.apply(stage.ref, [change], key="k-closed")
    except (Closed, NotFound):
        assert stage.seen(change) == 0
    else:
        assert stage.seen(change) == 1, "the vendor has no such state"


def test_a_deleted_ticket_is_not_found(stage: Stage) -> None:
    stage.remove()
    with pytest.raises((NotFound, Closed)):
        stage.connector.apply(stage.ref, [marked(stage, visible(stage))], key="k-gone")


def test_check_says_who_we_are(stage: Stage) -> None:
    assert stage.connector.check()["user_id"]


# --- what stays inside ---------------------------------------------------------------------------------------


def test_no_secret_and_no_message_reaches_a_log_or_an_error(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    example = marked(stage, visible(stage))
    change = replace(example, text=WORDS)
    said = []
    for status in (400, 401, 404, 409, 422, 429, 500):
        stage.world.faults.order(Fault("status", status=status, times=3))
        try:
            stage.connector.apply(stage.ref, [change], key=f"k-quiet-{status}")
        except ConnectorError as error:
            said += [str(error), repr(error)]
        stage.world.faults.clear()
    text = caplog.text + "".join(said)
    assert said
    assert WORDS not in text
    assert not [secret for secret in stage.secrets if secret in text]


def test_whispers_reach_no_external_person(stage: Stage) -> None:
    if Whisper not in stage.connector.supports:
        pytest.skip("this vendor has no whispers")
    stranger = stage.connector.ticket(stage.ref).requester
    with pytest.raises((Refused, NotFound)):
        stage.connector.apply(stage.ref, [Whisper(stranger.id, "internal")], key="k-whisper")


def test_times_are_aware(stage: Stage) -> None:
    receipt = stage.connector.apply(stage.ref, [stage.changes()[visible(stage)]], key="k-time")
    assert receipt.at.tzinfo is not None
    assert abs(receipt.at - datetime.now(UTC)) < timedelta(days=1)


def test_the_files_of_a_reply_arrive_once(stage: Stage) -> None:
    kind = visible(stage)
    label = File("label.pdf", "application/pdf", b"%PDF-1.4 a label")
    changes = [replace(marked(stage, kind), files=(label,))]
    begun = datetime.now(UTC)
    stage.connector.apply(stage.ref, changes, key="with-a-file")
    again = stage.connector.apply(stage.ref, changes, key="with-a-file", since=begun)
    assert again.recovered
    found = [one for message in stage.connector.ticket(stage.ref).messages for one in message.attachments]
    assert [(one.name.startswith("label"), one.name.endswith(".pdf"), one.size) for one in found] == [(True, True, 16)]
