"""Whose token it is, what it allows, how often, and how a no is said."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Blueprint, Flask, Response
from sqlalchemy import text

from app.db import access, accounts
from app.errors import BadInput, DatabaseDown, UnknownRecord
from app.web.api import auth, problems
from app.web.api.auth import Caller, Door, Rates
from app.web.api.problems import TYPE, ApiError
from tests.web.api.conftest import bearer


@pytest.fixture
def door(receiver):
    """A door with one resource behind it that says who asked, and what else it was told to do."""
    pages = Blueprint("api", __name__, url_prefix="/api/v1")
    opened = Door(pages, receiver.services, rate=5)
    todo: list[Exception] = []
    seen: list[Caller] = []

    @opened.route("/things/<name>", scope="chat", methods=("POST", "PATCH"))
    def things(caller: Caller, name: str) -> Response:
        seen.append(caller)
        if todo:
            raise todo.pop()
        return Response(f"{name} {auth.text(auth.body(), 'word', most=10)}")

    problems.register(pages)
    app = Flask(__name__)
    app.register_blueprint(pages)
    client = app.test_client()
    client.todo, client.seen = todo, seen
    return client


def told(answer):
    """The problem that an answer is; it has to be a whole one."""
    assert answer.content_type == TYPE
    assert answer.json["status"] == answer.status_code
    assert set(answer.json) == {"type", "title", "status", "code", "detail"}
    return answer.status_code, answer.json["code"]


def test_a_token_of_the_scope_gets_in_and_says_whose_it_is(receiver, door, token):
    answer = door.post("/api/v1/things/a", json={"word": " hello "}, headers=bearer(token("chat", "agents")))
    assert (answer.status_code, answer.text) == (200, "a hello")
    assert (door.seen[0].account_id, door.seen[0].scopes) == (receiver.account, {"chat", "agents"})


def test_a_token_of_another_scope_is_forbidden(door, token):
    assert told(door.post("/api/v1/things/a", json={}, headers=bearer(token("agents")))) == (403, "wrong_scope")
    assert door.seen == []


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer dh_made-up", f"Bearer {'x' * 300}", "Bearer \xe4", "dh_bare"],
)
def test_who_has_no_token_is_told_how_to_get_in(door, header):
    answer = door.post("/api/v1/things/a", json={}, headers={"Authorization": header})
    assert told(answer) == (401, "no_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert door.seen == []


def test_a_token_that_is_over_or_revoked_gets_nobody_in(receiver, door, token):
    now = datetime.now(UTC)
    over = token("chat", ends_at=now - timedelta(seconds=1))
    good = token("chat", ends_at=now + timedelta(hours=1))
    post = {"json": {"word": "a"}, "headers": bearer(good)}
    assert told(door.post("/api/v1/things/a", json={}, headers=bearer(over))) == (401, "no_token")
    assert door.post("/api/v1/things/a", **post).status_code == 200
    with receiver.services.database.session() as session:
        access.revoke(session, receiver.account, access.of_account(session, receiver.account)[1].id, now)
    assert told(door.post("/api/v1/things/a", **post)) == (401, "no_token")


def test_nobody_revokes_another_accounts_token(receiver, door, token):
    good = token("chat")
    with receiver.services.database.session() as session:
        other = accounts.add(session, "other", datetime.now(UTC))
        mine = access.of_account(session, receiver.account)[0]
        with pytest.raises(UnknownRecord):
            access.revoke(session, other.id, mine.id, datetime.now(UTC))
    assert door.post("/api/v1/things/a", json={"word": "a"}, headers=bearer(good)).status_code == 200


def test_a_token_is_nowhere_in_the_database(receiver, token):
    given = token("chat")
    with receiver.services.database.reading() as session:
        rows = str(session.execute(text("select * from access")).all())
    assert given not in rows
    assert given.removeprefix("dh_") not in rows


def test_too_many_requests_are_told_when_to_come_back(door, token):
    mine, other = bearer(token("chat")), bearer(token("chat"))
    answers = [door.post("/api/v1/things/a", json={"word": "a"}, headers=mine) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert told(answers[-1]) == (429, "too_many")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 12
    assert door.post("/api/v1/things/a", json={"word": "a"}, headers=other).status_code == 200


def test_guessing_is_slowed_down_without_shutting_out_who_has_a_token(door, token):
    statuses = [door.post("/api/v1/things/a", headers=bearer(f"dh_{n}")).status_code for n in range(6)]
    assert statuses == [401] * 5 + [429]
    assert door.post("/api/v1/things/a", json={"word": "a"}, headers=bearer(token("chat"))).status_code == 200


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "no_object"),
        (b"[1]", "no_object"),
        (b"{", "no_object"),
        (b'"text"', "no_object"),
        (b"{}", "missing_field"),
        (b'{"word": "  "}', "missing_field"),
        (b'{"word": 7}', "bad_field"),
        (b'{"word": null}', "bad_field"),
        (b'{"word": "longer than ten"}', "bad_field"),
        (b'{"word": "a\\u0000b"}', "bad_field"),
        (b'{"word": "\\ud800"}', "bad_field"),
    ],
)
def test_a_body_that_is_not_right_is_told_what_would_be(door, token, sent, code):
    answer = door.post("/api/v1/things/a", data=sent, headers=bearer(token("chat")))
    assert told(answer) == (400, code)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ApiError(409, "other_body", "Send the same.", {"X-A": "b"}), (409, "other_body")),
        (BadInput("a field", "what would be right"), (400, "BadInput")),
        (UnknownRecord("there is no such thing"), (404, "UnknownRecord")),
        (DatabaseDown("the database cannot be reached"), (503, "unavailable")),
    ],
)
def test_errors_are_problems(door, token, error, expected):
    door.todo.append(error)
    answer = door.post("/api/v1/things/a", json={"word": "a"}, headers=bearer(token("chat")))
    assert told(answer) == expected
    assert ("Retry-After" in answer.headers) is (expected[0] == 503)


def test_the_wrong_method_is_a_plain_no(door, token):
    assert door.get("/api/v1/things/a", headers=bearer(token("chat"))).status_code == 405


def test_a_scope_that_nobody_can_have_is_a_mistake_of_ours(receiver):
    with pytest.raises(ValueError, match="no scope"):
        Door(Blueprint("x", __name__), receiver.services).route("/x", scope="everything")


def test_rates_refill_and_forget():
    now = [0.0]
    rates = Rates(60, clock=lambda: now[0])
    assert [rates.wait("a") for _ in range(60)] == [0.0] * 60
    assert rates.wait("a") == pytest.approx(1.0)
    now[0] = 0.5
    assert rates.wait("a") == pytest.approx(0.5)
    now[0] = 1.5
    assert rates.wait("a") == 0.0
    assert rates.wait("a") > 0
    now[0] = 1e6
    assert [bool(rates.wait("a")) for _ in range(61)] == [False] * 60 + [True]
