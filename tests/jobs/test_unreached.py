"""A shared channel without a place for notes: the admin and who is on call hear of the question, the customers of nothing internal."""

from typing import Any

import pytest

from app.db import accounts, notices, problems
from connectors.types import Note, Reply, Whisper
from jobs import schedule
from tests.flows.played import Thread
from tests.flows.stage import CONFIGURATION, QUESTION, Stage

CONTACTS = "contacts: {lead: {email: lead@shop.example}, on-call: {webhook: 'https://hooks.example/x'}}\n"


def asked(stage: Stage, configuration: str = CONFIGURATION + CONTACTS, text: str = QUESTION) -> tuple[Any, str]:
    with stage.database.session() as session:
        accounts.configure(session, stage.account.id, "shop.yaml", configuration, stage.time)
    connection_id, vendor = stage.connect("thread")
    ticket = vendor.customer_writes(text)
    for _ in range(2):
        stage.deliver(connection_id, vendor)
        schedule.sweep(stage.services)
        stage.work()
    return vendor.tickets[ticket], connection_id


def told(stage: Stage) -> list[tuple[str, str, str]]:
    with stage.database.reading() as session:
        due = notices.due(session, stage.account.id, stage.time)
    return [(one.contact, one.way, one.subject) for one in due]


def kinds(stage: Stage) -> list[str]:
    with stage.database.reading() as session:
        return [one.kind for one in problems.newest(session)]


def test_who_is_on_call_and_the_admin_hear_of_it_once(stage: Stage) -> None:
    held, _ = asked(stage)
    assert [change for _, change in held.log if isinstance(change, Note | Reply | Whisper)] == []
    assert [(name, way) for name, way, _ in told(stage)] == [("on-call", "webhook")]
    assert told(stage)[0][2].startswith("A question in a shared channel waits for a person: ")
    assert "parcel" not in told(stage)[0][2]
    assert kinds(stage) == ["nobody_told"]


def test_without_anybody_on_call_the_first_contact_is_told_and_without_any_the_admin_alone(stage: Stage) -> None:
    asked(stage, CONFIGURATION + "contacts: {lead: {email: lead@shop.example}}\n")
    assert [name for name, _, _ in told(stage)] == ["lead"]
    stage.open_account()
    asked(stage, CONFIGURATION)
    assert told(stage) == []
    assert "nobody_told" in kinds(stage)


def test_where_a_helpdesk_records_the_thread_nobody_is_bothered(stage: Stage) -> None:
    stage.connect("desk")
    asked(stage)
    assert told(stage) == []
    assert kinds(stage) == []


def test_where_notes_have_a_place_of_their_own_the_note_is_enough(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Thread, "supports", Thread.supports | {Note})
    monkeypatch.setattr(Thread, "notes_apart", True, raising=False)
    held, _ = asked(stage)
    assert [type(change) for _, change in held.log] == [Note]
    assert told(stage) == []
