"""Webhooks: who may knock, what a knock means, and what is no knock at all."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Connection
from connectors.errors import BadPayload, BadSignature, ForeignTenant
from connectors.signing import mac
from connectors.types import EventKind, Inbound, Ref
from connectors.zendesk import Zendesk
from connectors.zendesk.events import KINDS
from tests.connectors.zendesk.stage import SECRET

PAYLOADS = Path(__file__).parent / "payloads"
AT = datetime(2026, 5, 4, 9, 30, 5, tzinfo=UTC)
"""When every request of this file arrives."""
SIGNATURE = "x-zendesk-webhook-signature"
TIMESTAMP = "x-zendesk-webhook-signature-timestamp"
HOOK = {"x-zendesk-webhook-id": "01HOOK", "x-zendesk-webhook-invocation-id": "01CALL"}


def connector(secret=SECRET, **known):
    return Zendesk(Connection("c", "https://acme.zendesk.com", known, {"signing_secret": secret}))


def signed(body, at=AT, secret=SECRET, **headers):
    raw = body if isinstance(body, bytes) else (json.dumps(body, indent=2) + "\n").encode()
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    signature = base64.b64encode(mac(secret, stamp.encode() + raw, "sha256")).decode()
    return Inbound({SIGNATURE: signature, TIMESTAMP: stamp, **headers}, raw, AT)


def payload(name):
    return json.loads((PAYLOADS / name).read_text())


def events(body, **known):
    return list(connector(**known).receive(signed(body)))


# --- the signature --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b'{"ticket_id":"5158"}', "hSw92WcfgyvLYDXpfxFtwfaCjUBpVNEEtqLxnJXiyVQ="),
        (b"", "wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw="),
    ],
)
def test_the_recipe_is_timestamp_then_body_with_the_secret_as_text(body, signature):
    headers = {SIGNATURE: signature, TIMESTAMP: "2021-03-25T05:09:27Z"}
    request = Inbound(headers, body, datetime(2021, 3, 25, 5, 10, tzinfo=UTC))
    zendesk = connector("dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==")
    if body:
        assert [event.ref for event in zendesk.receive(request)] == [Ref("5158")]
    else:
        with pytest.raises(BadPayload):
            zendesk.receive(request)


def test_body_before_timestamp_is_refused():
    raw, stamp = b'{"ticket_id":"1"}', "2026-05-04T09:30:05Z"
    wrong = base64.b64encode(mac(SECRET, raw + stamp.encode(), "sha256")).decode()
    with pytest.raises(BadSignature):
        connector().receive(Inbound({SIGNATURE: wrong, TIMESTAMP: stamp}, raw, AT))


GOOD = signed({"ticket_id": "1"})


@pytest.mark.parametrize(
    "request_",
    [
        replace(GOOD, body=GOOD.body.strip()),
        replace(GOOD, headers={}),
        *(replace(GOOD, headers={k: v for k, v in GOOD.headers.items() if k != gone}) for gone in GOOD.headers),
        *(
            replace(GOOD, headers={**GOOD.headers, SIGNATURE: bad})
            for bad in ("", "x", "ü" * 44, "\udcff" * 44, GOOD.headers[SIGNATURE][:-1], GOOD.headers[SIGNATURE] + " ")
        ),
        replace(GOOD, headers={**GOOD.headers, TIMESTAMP: "2026-05-04T09:30:06Z"}),
        signed({"ticket_id": "1"}, secret="another"),
    ],
)
def test_what_is_not_signed_is_refused(request_):
    with pytest.raises(BadSignature):
        connector().receive(request_)


def test_without_a_secret_nobody_is_let_in():
    with pytest.raises(BadSignature):
        connector(secret="").receive(signed({"ticket_id": "1"}, secret=""))


def test_a_signed_timestamp_that_is_no_time_is_refused():
    raw = b'{"ticket_id":"1"}'
    signature = base64.b64encode(mac(SECRET, b"1716800000" + raw, "sha256")).decode()
    with pytest.raises(BadSignature):
        connector().receive(Inbound({SIGNATURE: signature, TIMESTAMP: "1716800000"}, raw, AT))


@pytest.mark.parametrize(("seconds", "taken"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_freshness_is_the_signatures_not_the_events(seconds, taken):
    request = signed(payload("created__full.json"), at=AT + timedelta(seconds=seconds))
    if taken:
        assert len(list(connector().receive(request))) == 1
    else:
        with pytest.raises(BadSignature):
            connector().receive(request)


# --- event-subscribed -----------------------------------------------------------------------------------------


def test_an_event_wakes_its_ticket_by_the_vendors_clock():
    [event] = events(payload("created__full.json"), account_id="22129848", user_id="1")
    assert event.delivery == "0f7c2a3e-1111-4222-8333-000000000001"
    assert (event.kind, event.ref) == (EventKind.CREATED, Ref("4711"))
    assert event.at == datetime(2026, 5, 4, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("created__without_group.json", EventKind.CREATED),
        ("comment_added__agent.json", EventKind.MESSAGE),
        ("comment_added__customer.json", EventKind.MESSAGE),
        ("status_changed__deleted.json", EventKind.CHANGED),
        ("tags_changed__lists.json", EventKind.CHANGED),
        ("attachment_linked_to_comment__image.json", EventKind.CHANGED),
        ("agent_assignment_changed__short_detail.json", EventKind.CHANGED),
    ],
)
def test_kinds(name, kind):
    assert [event.kind for event in events(payload(name))] == [kind]


@pytest.mark.parametrize("name", ["unknown__ticket_teleported.json", "user_deleted__not_ours.json"])
def test_what_we_do_not_need_is_nothing(name):
    assert events(payload(name)) == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_our_own_doing_is_nothing_whatever_it_was(kind):
    body = payload("created__full.json") | {"type": f"zen:event-type:ticket.{kind}"}
    assert len(events(body, user_id="904")) == 1
    assert events(body, user_id="903") == []


def test_our_own_comment_is_nothing_also_when_the_actor_is_not_named():
    body = payload("comment_added__agent.json")
    del body["detail"]["actor_id"]
    assert events(body, user_id="700") == []
    body["event"]["comment"]["author"]["id"] = 700
    assert events(body, user_id="700") == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", None),
        ("id", 5),
        ("id", ""),
        ("detail.id", None),
        ("detail.id", "x"),
        ("detail.id", "-1"),
        ("detail.id", "0"),
        ("detail.id", "١٢"),
        ("detail.id", True),
        ("detail.id", {}),
        ("time", 17),
        ("time", "soon"),
    ],
)
def test_what_cannot_be_read_names_its_path(path, value):
    body = payload("created__full.json")
    *parents, last = path.split(".")
    place = body[parents[0]] if parents else body
    place[last] = value
    with pytest.raises(BadPayload) as caught:
        events(body)
    assert caught.value.path == path


@pytest.mark.parametrize("given", [1, "1", None, {}, "22129848 "])
def test_another_accounts_event_is_parked(given):
    body = payload("created__full.json") | {"account_id": given}
    with pytest.raises(BadPayload) as caught:
        events(body, account_id="22129848")
    assert isinstance(caught.value, ForeignTenant) == (given is not None)
    assert caught.value.path == "account_id"


# --- trigger-driven -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in PAYLOADS.glob("trigger__*.json")))
def test_templates_of_many_kinds_name_their_ticket(name):
    [event] = events(payload(name), account_id="22129848", user_id="1")
    assert (event.kind, event.ref, event.at) == (EventKind.CHANGED, Ref("4711"), AT)


def test_a_template_that_names_its_actor_keeps_our_own_doing_out():
    assert events(payload("trigger__suggested.json"), user_id="903") == []
    assert events({"ticket_id": 1, "current_user": {"id": "903"}}, user_id="903") == []


def test_a_template_may_name_the_account():
    with pytest.raises(BadPayload):
        events({"ticket_id": 1, "account_id": "5"}, account_id="6")


def test_each_attempt_of_one_invocation_is_the_same_delivery():
    first = signed({"ticket_id": 1}, **HOOK)
    second = signed({"ticket_id": 1}, at=AT + timedelta(seconds=9), **HOOK)
    deliveries = {event.delivery for request in (first, second) for event in connector().receive(request)}
    assert len(deliveries) == 1


@pytest.mark.parametrize(
    "other",
    [
        signed({"ticket_id": 2}, **HOOK),
        signed({"ticket_id": 1, "updated_at": "2026-05-04T09:30:01Z"}, **HOOK),
        signed({"ticket_id": 1}, **HOOK | {"x-zendesk-webhook-invocation-id": "01NEXT"}),
        signed({"ticket_id": 1}, at=AT + timedelta(seconds=1)),
    ],
)
def test_other_content_or_another_invocation_is_another_delivery(other):
    [first] = connector().receive(signed({"ticket_id": 1}, **HOOK))
    [second] = connector().receive(other)
    assert first.delivery != second.delivery


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"ticket_id=1",
        b"<ticket/>",
        b"\xff\xfe{}",
        b'{"title":"He said "no"","id":1}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{}",
        b'{"ticket":{}}',
        b'{"ticket_id":"{{ticket.id}}"}',
        b'{"ticket_id":1e400}',
        b'{"ticket_id":[1]}',
        b'{"ticket_id":99999999999999999999}',
    ],
)
def test_bodies_that_cannot_be_read_are_parked(raw):
    with pytest.raises(BadPayload):
        connector().receive(signed(raw))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["id", "type", "detail", "event", "time", "ticket", "ticket_id", "account_id", "actor_id"])


@given(st.dictionaries(NAMES, JSON | st.just("zen:event-type:ticket.created")))
def test_no_body_breaks_the_reader(body):
    try:
        found = list(connector(user_id="1", account_id="2").receive(signed(json.dumps(body).encode())))
    except BadPayload:
        return
    assert all(event.ref and event.delivery for event in found)


@given(st.dictionaries(st.sampled_from([SIGNATURE, TIMESTAMP]), st.text()), st.binary())
def test_no_header_breaks_the_door(headers, body):
    with pytest.raises(BadSignature):
        connector().receive(Inbound(headers, body, AT))


@pytest.mark.parametrize("folder", [Path(__file__).parents[4] / "shared/payloads/zendesk"])
def test_recorded_events_are_read(folder):
    files = sorted(folder.glob("event_*.json"))
    if not files:
        pytest.skip("no recorded payloads here")
    for file in files:
        body = json.loads(file.read_text())
        if "type" in body:
            expected = int(body["type"].startswith("zen:event-type:ticket."))
            assert len(events(body)) == expected, file.name
