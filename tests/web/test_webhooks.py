"""The door, for every vendor: what is taken, what is refused, and what is kept of either."""

import json
import sqlite3
import time
from dataclasses import replace

import pytest

from connectors.registry import HELPDESKS
from tests.web.vendors import SECRET, TEXT, TOKEN, VENDORS, body

SLACK = next(vendor for vendor in VENDORS if vendor.name == "slack")


def test_every_registered_vendor_is_tried_here():
    assert {vendor.name for vendor in VENDORS} == set(HELPDESKS)


def test_a_signed_event_is_saved_and_its_ticket_rung(receiver, vendor):
    connection = receiver.connect(vendor)
    answer = receiver.post(vendor, connection, body(vendor, "d-000001"))
    assert answer.status_code == HELPDESKS[vendor.name].answers.accepted.status
    assert [where for where, _ in receiver.saved()] == [connection]
    assert len(receiver.bells.rung) == 1


def test_the_same_delivery_again_is_accepted_and_changes_nothing(receiver, vendor):
    connection = receiver.connect(vendor)
    answers = [receiver.post(vendor, connection, body(vendor, "d-000001")).status_code for _ in range(3)]
    assert len(set(answers)) == 1
    assert len(receiver.saved()) == 1
    assert len(receiver.bells.rung) == 1


def test_the_same_delivery_at_another_connection_is_its_own(receiver, vendor):
    one, two = receiver.connect(vendor), receiver.connect(vendor)
    receiver.post(vendor, one, body(vendor, "d-000001"))
    receiver.post(vendor, two, body(vendor, "d-000001"))
    assert [where for where, _ in receiver.saved()] == [one, two]


def test_another_connections_secret_opens_nothing_here(receiver, vendor):
    name = next(name for name, value in vendor.secrets.items() if value == SECRET)
    connection = receiver.connect(vendor, **{name: "another-secret"})
    answer = receiver.post(vendor, connection, body(vendor, "d-000001"))
    assert answer.status_code == HELPDESKS[vendor.name].answers.unsigned.status
    assert receiver.saved() == []


def test_a_body_that_was_changed_is_refused_and_recorded(receiver, vendor):
    connection = receiver.connect(vendor)
    sent = body(vendor, "d-000001")
    answer = receiver.post(vendor, connection, sent + b" ", vendor.signed(sent))
    assert answer.status_code == HELPDESKS[vendor.name].answers.unsigned.status
    assert receiver.saved() == []
    assert [problem.kind for problem in receiver.problems()] == ["webhook_unsigned"]


@pytest.mark.parametrize("age", [-3600, 3600])
def test_an_old_or_future_signature_is_refused_where_the_recipe_has_a_time(receiver, vendor, age):
    connection = receiver.connect(vendor)
    sent = body(vendor, "d-000001")
    answer = receiver.post(vendor, connection, sent, vendor.signed(sent, at=time.time() + age))
    refused = answer.status_code == HELPDESKS[vendor.name].answers.unsigned.status
    assert refused == vendor.stale
    assert bool(receiver.saved()) != vendor.stale
    told = [(problem.kind, "clock" in problem.remedy) for problem in receiver.problems()]
    assert told == [("webhook_untimely", True)] * vendor.stale


@pytest.mark.parametrize("age", [-3600, 3600])
def test_a_stranger_with_an_old_or_future_time_does_not_hear_that_a_clock_is_wrong(receiver, vendor, age):
    connection = receiver.connect(vendor)
    sent = body(vendor, "d-000001")
    receiver.post(vendor, connection, sent + b" ", vendor.signed(sent, at=time.time() + age))
    assert [problem.kind for problem in receiver.problems()] == ["webhook_unsigned"]


@pytest.mark.parametrize("given", [None, "", "é", "v0=", "sha1=", "0" * 64, "\x7f", "v0=" + "ü" * 64, "=" * 5000])
def test_no_signature_that_is_not_one_gets_in(receiver, vendor, given):
    connection = receiver.connect(vendor)
    sent = body(vendor, "d-000001")
    headers = {name: value for name, value in vendor.signed(sent).items() if name != vendor.signature}
    answer = receiver.post(vendor, connection, sent, headers if given is None else {**headers, vendor.signature: given})
    assert answer.status_code == HELPDESKS[vendor.name].answers.unsigned.status
    assert receiver.saved() == []


def test_a_flood_of_bad_signatures_stays_one_record(receiver, vendor):
    connection = receiver.connect(vendor)
    for _ in range(50):
        receiver.post(vendor, connection, b"{}", {})
    assert [(problem.kind, problem.times) for problem in receiver.problems()] == [("webhook_unsigned", 1)]


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"7", b'"x"', b"{", b"\xff\xfe", b"{}" * 9, b'{"a":' * 5])
def test_what_is_signed_but_no_event_is_never_an_error_of_ours(receiver, vendor, raw):
    connection = receiver.connect(vendor)
    answer = receiver.post(vendor, connection, raw)
    assert answer.status_code < 500
    assert receiver.saved() == []


def test_an_unreadable_body_is_parked_for_a_person_with_its_path(receiver, vendor):
    connection = receiver.connect(vendor)
    answer = receiver.post(vendor, connection, b"[1, 2")
    assert answer.status_code == HELPDESKS[vendor.name].answers.unreadable.status
    (problem,) = receiver.problems()
    assert problem.kind == "webhook_unreadable"
    assert problem.connection_id == connection
    assert problem.remedy


ELSEWHERE = {"zendesk": {"account_id": "77"}, "intercom": {"app_id": "another"}, "slack": {"team_id": "T0ELSE"}}
"""Settings of a connection for which the vendors' events here are not."""


def test_another_tenants_event_is_answered_as_taken_dropped_and_said(receiver, vendor):
    home = replace(vendor, settings={**vendor.settings, **ELSEWHERE[vendor.name]})
    connection = receiver.connect(home)
    answer = receiver.post(vendor, connection, json.dumps(vendor.event("d-1")).encode())
    assert answer.status_code == 200
    assert receiver.saved() == []
    (problem,) = receiver.problems()
    assert (problem.kind, problem.connection_id) == ("webhook_foreign", connection)
    assert problem.remedy


@pytest.mark.parametrize("inner", [b"[", b'{"a":'])
def test_a_body_nested_without_end_is_unreadable(receiver, vendor, inner):
    connection = receiver.connect(vendor)
    answer = receiver.post(vendor, connection, b'{"event": ' + inner * 200_000)
    assert answer.status_code == HELPDESKS[vendor.name].answers.unreadable.status


def test_a_body_over_the_limit_is_refused_unread(receiver, vendor):
    connection = receiver.connect(vendor)
    answer = receiver.post(vendor, connection, b" " * (receiver.services.settings.max_body + 1), {})
    assert answer.status_code == 413
    assert receiver.problems() == []


@pytest.mark.parametrize("vendor_name", ["zendesk", "intercom", "slack", "acme", "..", "é"])
@pytest.mark.parametrize("connection", ["0" * 32, "x", "%00", "%F0%9F%98%80", "a" * 3000, "'; drop table event; --"])
def test_an_address_that_leads_nowhere_is_404(receiver, vendor_name, connection):
    answer = receiver.client.post(f"/webhooks/{vendor_name}/{connection}", data=b"{}")
    assert answer.status_code == 404


def test_a_connection_is_found_under_its_own_vendor_only(receiver):
    zendesk, slack = (next(v for v in VENDORS if v.name == name) for name in ("zendesk", "slack"))
    connection = receiver.connect(zendesk)
    assert receiver.post(slack, connection, body(slack, "d-000001")).status_code == 404


def test_head_says_that_the_address_is_right(receiver, vendor):
    connection = receiver.connect(vendor)
    assert receiver.client.head(f"/webhooks/{vendor.name}/{connection}").status_code == 200
    assert receiver.client.head(f"/webhooks/{vendor.name}/nowhere").status_code == 404
    assert receiver.client.get(f"/webhooks/{vendor.name}/{connection}").status_code == 405


def test_slacks_greeting_is_answered_when_it_is_signed(receiver):
    connection = receiver.connect(SLACK)
    hello = json.dumps({"type": "url_verification", "token": "old", "challenge": "3eZbrw1aB"}).encode()
    answer = receiver.post(SLACK, connection, hello)
    assert (answer.status_code, answer.text) == (200, "3eZbrw1aB")
    assert receiver.problems() == []
    assert receiver.post(SLACK, connection, hello, {}).status_code == 401


def full():
    raise sqlite3.OperationalError("database or disk is full")


def test_what_cannot_be_saved_is_not_accepted(receiver, vendor, monkeypatch):
    connection = receiver.connect(vendor)
    with monkeypatch.context() as patch:  # a disk that fills up cannot be had otherwise
        patch.setattr(receiver.services.database.engine, "raw_connection", full)
        answer = receiver.post(vendor, connection, body(vendor, "d-000001"))
    assert answer.status_code == HELPDESKS[vendor.name].answers.unavailable.status
    assert answer.status_code >= 409
    assert receiver.bells.rung == []
    assert receiver.post(vendor, connection, body(vendor, "d-000001")).status_code < 300
    assert len(receiver.saved()) == 1


def test_nothing_secret_and_nothing_said_is_in_any_log_line(receiver, vendor):
    connection = receiver.connect(vendor)
    sent = body(vendor, "d-000001")
    for raw, headers in ((sent, None), (sent[:-9], None), (sent, vendor.signed(sent, secret="wrong")), (b"[", None)):
        receiver.post(vendor, connection, raw, headers)
    logged = receiver.log.getvalue()
    assert logged.count("\n") >= 3
    for private in (SECRET, TOKEN, TEXT, TEXT.split()[2], vendor.signed(sent)[vendor.signature]):
        assert private not in logged
