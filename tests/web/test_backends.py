"""Backends' webhooks through the one door: verified before they are read, saved before they are answered, rung for once."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.db import connections
from app.db.connections import Installed
from app.sandbox.backends import github as played_github
from app.sandbox.backends import jira as played_jira
from app.sandbox.world import World

SECRET = "hook-secret"


@pytest.fixture
def rung(receiver, monkeypatch) -> list[str]:
    """The accounts that were rung for."""
    asked: list[str] = []
    monkeypatch.setattr(receiver.bells, "signals", asked.append, raising=False)
    return asked


def connect(receiver, vendor: str, settings: dict[str, str]) -> str:
    id = connections.new_id()
    sealed = receiver.services.vault.seal({"token": "t", "webhook_secret": SECRET}, place=id)
    with receiver.services.database.session() as session:
        new = Installed(id, receiver.account, vendor, "http://127.0.0.1:1", settings, sealed)
        connections.add(session, new, datetime.now(UTC))
    return id


@pytest.fixture
def jira(receiver) -> str:
    return connect(receiver, "jira", {"project": "SUPPORT", "email": "a@b.example"})


def news() -> bytes:
    site = played_jira.JiraBackend(World())
    problem = site.write("Export fails")
    problem.status, problem.resolution, problem.versions = "Done", "Done", ["v2.15.0"]
    return json.dumps(site.event(problem, [{"field": "status"}])).encode()


def saved(receiver) -> list[tuple[str, str, str]]:
    with receiver.services.database.reading() as session:
        rows = session.execute(text("select source, kind, about from signal order by id"))
        return [tuple(row) for row in rows]


def post(receiver, vendor: str, id: str, body: bytes, headers: dict[str, str]):
    return receiver.client.post(f"/webhooks/{vendor}/{id}", data=body, headers=headers)


def test_a_resolved_issue_is_saved_and_rung_for_once(receiver, rung, jira) -> None:
    body = news()
    answers = [post(receiver, "jira", jira, body, played_jira.headers(body, SECRET, "w-1")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [(source, kind) for source, kind, _ in saved(receiver)] == [(jira, "issue.resolved")]
    assert rung == [receiver.account]


def test_a_forged_one_is_refused_and_nothing_is_saved(receiver, rung, jira) -> None:
    body = news()
    assert post(receiver, "jira", jira, body, played_jira.headers(body, "other", "w-1")).status_code == 401
    assert (saved(receiver), rung) == ([], [])
    assert [problem.kind for problem in receiver.problems()] == ["webhook_unsigned"]


def test_one_that_cannot_be_read_is_taken_and_recorded(receiver, rung, jira) -> None:
    body = b'{"webhookEvent": "jira:issue_updated"}'
    assert post(receiver, "jira", jira, body, played_jira.headers(body, SECRET, "w-1")).status_code == 200
    assert (saved(receiver), rung) == ([], [])
    assert [problem.kind for problem in receiver.problems()] == ["webhook_unreadable"]


@pytest.mark.parametrize("name", ["w\n1", "w" * 201])
def test_a_name_that_no_database_keeps_is_not_saved(receiver, rung, jira, name) -> None:
    body = news()
    headers = played_jira.headers(body, SECRET, "x") | {"X-Atlassian-Webhook-Identifier": name.replace("\n", "\x7f")}
    assert post(receiver, "jira", jira, body, headers).status_code == 200
    assert saved(receiver) == []


def test_another_backends_or_nobodys_address_is_not_there(receiver, rung, jira) -> None:
    body = news()
    headers = played_jira.headers(body, SECRET, "w-1")
    assert post(receiver, "jira", "unknown", body, headers).status_code == 404
    datadog = connect(receiver, "datadog", {})
    assert post(receiver, "datadog", datadog, body, headers).status_code == 404


def test_a_signature_of_another_vendor_opens_nothing(receiver, rung, jira) -> None:
    body = news()
    headers = played_github.headers(body, SECRET, "d-1")
    assert post(receiver, "jira", jira, body, headers).status_code == 401


def test_an_address_says_that_it_is_right(receiver, jira) -> None:
    assert receiver.client.head(f"/webhooks/jira/{jira}").status_code == 200


def test_a_database_that_is_away_is_said_so_that_it_is_sent_again(receiver, rung, jira) -> None:
    body = news()
    with receiver.services.database.session() as session:
        session.execute(text("drop table signal"))
    assert post(receiver, "jira", jira, body, played_jira.headers(body, SECRET, "w-1")).status_code in (500, 503)
    assert rung == []


def test_no_line_of_the_log_holds_what_was_told(receiver, rung, jira) -> None:
    body = news()
    post(receiver, "jira", jira, body, played_jira.headers(body, SECRET, "w-1"))
    assert "Export" not in receiver.log.getvalue()
    assert SECRET not in receiver.log.getvalue()
