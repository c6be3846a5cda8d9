"""Whose token it is, what it allows, how often, and how a no is said."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Blueprint, Flask
from sqlalchemy import text

from app.db import access, accounts, answered
from app.db.answered import Keyed
from app.errors import BadInput, DatabaseDown, UnknownRecord
from app.web import errors, limits
from app.web.api import problems
from app.web.api.auth import Caller
from app.web.api.declared import Given, Operation, Problem, Told
from app.web.api.declared import text as words
from app.web.api.door import Answer, Door
from app.web.api.problems import TYPE, ApiError
from app.web.api.reading import MOST_BYTES
from app.web.limits import Rates
from tests.web.api.conftest import bearer


class Which(Given):
    name: str = words(20)


class Word(Given):
    word: str = words(10)
    times: int = 1


class Query(Given):
    loud: bool = False


class Said(Told):
    said_it: str


ADD = Operation(
    "add", "POST", "/things/{name}", "chat", "Says it.", {200: Said, 201: Said}, Which, Query, Word, keyed=True
)


@pytest.fixture
def door(receiver):
    """A door with one operation behind it that says who asked, and what else it was told to do."""
    pages = Blueprint("api", __name__, url_prefix="/api/v1")
    opened = Door(pages, receiver.services, rate=5)
    todo: list[object] = []
    seen: list[Caller] = []

    @opened.serves(ADD)
    def add(caller: Caller, path: Which, query: Query, body: Word) -> Said:
        seen.append(caller)
        found = todo.pop() if todo else None
        if isinstance(found, Exception):
            raise found
        return found or Said(said_it=f"{path.name} {body.word}{'!' if query.loud else ''}")

    problems.register(pages)
    app = Flask(__name__)
    app.register_blueprint(pages)
    errors.register(app)
    client = app.test_client()
    client.todo, client.seen = todo, seen
    return client


def told(answer):
    """The problem that an answer is; it has to be a whole one."""
    assert answer.content_type == TYPE
    assert answer.json["status"] == answer.status_code
    assert {"type", "title", "status", "code", "detail"} <= set(answer.json) <= set(Problem.model_fields)
    return answer.status_code, answer.json["code"]


def test_a_token_of_the_scope_gets_in_and_says_whose_it_is(receiver, door, token):
    answer = door.post("/api/v1/things/a", json={"word": " hello "}, headers=bearer(token("chat", "agents")))
    assert (answer.status_code, answer.json) == (200, {"saidIt": "a hello"})
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
        (b'{"word": "\\ud800"}', "no_object"),
        (b'{"word": "a", "times": NaN}', "bad_field"),
        (b'{"word": "a", "times": "1"}', "bad_field"),
        (b'{"word": "a", "wrod": "b"}', "bad_field"),
        (b"[" * 9000, "no_object"),
        (b"\xff", "no_object"),
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


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/api/v1/things/a", 405), ("options", "/api/v1/things/a", 405), ("get", "/api/v1/nothing", 404)],
)
def test_what_is_not_there_is_a_problem_too(door, method, path, status):
    answer = getattr(door, method)(path)
    assert (answer.status_code, answer.content_type) == (status, TYPE)
    assert ("POST" in answer.headers.get("Allow", "")) is (status == 405)


def test_elsewhere_a_no_is_one_plain_line(door):
    assert door.get("/api/v2/nothing").content_type.startswith("text/plain")


def test_what_nobody_foresaw_is_a_problem_that_tells_nothing(door, token):
    door.todo.append(RuntimeError("a secret"))
    answer = door.post("/api/v1/things/a", json={"word": "a"}, headers=bearer(token("chat")))
    assert told(answer) == (500, "internal_server_error")
    assert "secret" not in answer.text


def test_an_answer_that_was_not_declared_is_a_mistake_of_ours(door, token):
    door.todo += [Answer(Said(said_it="a"), 201), Answer(Told(), 200)]
    post = {"json": {"word": "a"}, "headers": bearer(token("chat"))}
    assert [door.post("/api/v1/things/a", **post).status_code for _ in range(2)] == [500, 201]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"json": {"word": "a" * MOST_BYTES}}, 413, "request_entity_too_large"),
        ({"data": "word=a", "content_type": "application/x-www-form-urlencoded"}, 415, "not_json"),
        ({"json": {"word": "a"}, "query_string": "loud=perhaps"}, 400, "bad_field"),
        ({"json": {"word": "a"}, "query_string": "loud=1&loud=0"}, 400, "bad_field"),
        ({"json": {"word": "a"}, "query_string": "quiet=1"}, 400, "bad_field"),
    ],
)
def test_what_cannot_be_taken_is_refused(door, token, sent, status, code):
    assert told(door.post("/api/v1/things/a", headers=bearer(token("chat")), **sent)) == (status, code)


def test_a_body_of_no_stated_length_is_no_longer_either(door, token):
    sent = io.BytesIO(b'{"word": "' + b"a" * MOST_BYTES + b'"}')
    answer = door.post(
        "/api/v1/things/a",
        input_stream=sent,
        headers=bearer(token("chat")),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert told(answer) == (413, "request_entity_too_large")


def test_each_mistake_is_named_by_its_place_and_none_is_repeated(door, token):
    sent = {"word": "my own words, too many", "times": [], "x/y": 1}
    answer = door.post("/api/v1/things/a", json=sent, headers=bearer(token("chat")))
    assert {one["at"] for one in answer.json["errors"]} == {"/word", "/times", "/x~1y"}
    assert "own words" not in answer.text


def test_a_parameter_is_read_as_it_is_declared(door, token):
    answer = door.post("/api/v1/things/a?loud=true", json={"word": "a"}, headers=bearer(token("chat")))
    assert answer.json == {"saidIt": "a a!"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_scope_that_nobody_can_have_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no scope"):
        Operation("x", "GET", "/x", "everything", "", {200: Said})
    with pytest.raises(ValueError, match="path"):
        Operation("x", "GET", "/x/{id}", "chat", "", {200: Said})


# --- once for each key ------------------------------------------------------------------------------------------


def keyed(token: str, key: str) -> dict[str, str]:
    return bearer(token) | {"Idempotency-Key": key}


def test_a_request_with_a_key_is_done_once_and_told_the_same_again(door, token):
    mine = token("chat")
    first, again = (door.post("/api/v1/things/a", json={"word": "a"}, headers=keyed(mine, "k1")) for _ in range(2))
    assert (first.json, first.status_code) == (again.json, again.status_code)
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert len(door.seen) == 1
    assert len(door.seen[0].key) == 32


def test_a_key_is_its_tokens_own(door, token):
    for mine in (token("chat"), token("chat")):
        door.post("/api/v1/things/a", json={"word": "a"}, headers=keyed(mine, "k1"))
    assert len({one.key for one in door.seen}) == 2


@pytest.mark.parametrize("other", [{"path": "/api/v1/things/b"}, {"json": {"word": "b"}}, {"query_string": "loud=1"}])
def test_the_same_key_for_something_else_is_refused(door, token, other):
    mine, sent = token("chat"), {"path": "/api/v1/things/a", "json": {"word": "a"}}
    door.post(**sent, headers=keyed(mine, "k1"))
    assert told(door.post(**(sent | other), headers=keyed(mine, "k1"))) == (409, "key_reused")
    assert len(door.seen) == 1


def test_what_was_not_done_may_be_tried_again_with_its_key(door, token):
    mine = token("chat")
    door.todo += [RuntimeError("at first"), ApiError(409, "not_yet", "Wait.")]
    answers = [door.post("/api/v1/things/a", json={"word": "a"}, headers=keyed(mine, "k1")) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [409, 500, 200, 200]
    assert len(door.seen) == 3


def test_a_request_that_is_being_answered_is_not_begun_again_until_it_is_given_up(receiver, door, token):
    mine = token("chat")
    database = receiver.services.database
    door.post("/api/v1/things/a", json={"word": "a"}, headers=keyed(mine, "k1"))
    with database.session() as session:
        session.execute(text("update answered set status = null"))
    busy = door.post("/api/v1/things/a", json={"word": "a"}, headers=keyed(mine, "k1"))
    assert told(busy) == (409, "key_in_use")
    assert busy.headers["Retry-After"]
    with database.session() as session:
        row = session.execute(text("select access_id, key, digest from answered")).one()
        later = datetime.now(UTC) + answered.ABANDONED
        assert answered.begin(session, Keyed(*row), later) is None
        with pytest.raises(answered.StillAsked):
            answered.begin(session, Keyed(*row), later)


def test_a_key_is_forgotten_after_a_day(receiver, door, token):
    mine = token("chat")
    door.post("/api/v1/things/a", json={"word": "a"}, headers=keyed(mine, "k1"))
    with receiver.services.database.session() as session:
        (access_id,) = session.execute(text("select access_id from answered")).one()
        tomorrow = datetime.now(UTC) + answered.KEPT
        assert answered.begin(session, Keyed(access_id, "k1", "other"), tomorrow) is None


@pytest.mark.parametrize("key", ["x" * 101, "\u00e9", "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(door, token, key):
    answer = door.post("/api/v1/things/a", json={"word": "a"}, headers=keyed(token("chat"), key))
    assert told(answer) == (400, "bad_key")


# --- how often ----------------------------------------------------------------------------------------------------


def test_every_answer_says_how_often_one_may_still_ask(door, token):
    mine = bearer(token("chat"))
    left = [
        door.post("/api/v1/things/a", json={"word": word}, headers=mine).headers["RateLimit-Remaining"]
        for word in ("a", "", "a")
    ]
    assert left == ["4", "3", "2"]
    assert door.post("/api/v1/things/a", headers=bearer(token("agents"))).headers["RateLimit-Limit"] == "5"


def test_a_token_may_have_a_rate_of_its_own(receiver, door, token):
    mine = token("chat")
    with receiver.services.database.session() as session:
        access.slow(session, receiver.account, access.of_account(session, receiver.account)[0].id, 2)
    answers = [door.post("/api/v1/things/a", json={"word": "a"}, headers=bearer(mine)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit-Limit"] == "2"


def test_rates_refill_and_forget():
    now = [0.0]
    rates = Rates(60, clock=lambda: now[0])
    assert [rates.take("a").wait for _ in range(60)] == [0.0] * 60
    assert rates.take("a").wait == pytest.approx(1.0)
    now[0] = 0.5
    assert rates.take("a").wait == pytest.approx(0.5)
    now[0] = 1.5
    assert rates.take("a").wait == 0.0
    assert rates.take("a").wait > 0
    now[0] = 1e6
    assert [bool(rates.take("a").wait) for _ in range(61)] == [False] * 60 + [True]
    assert rates.take("b", 10).headers == {
        "RateLimit-Limit": "10",
        "RateLimit-Remaining": "9",
        "RateLimit-Reset": "6",
    }


def test_who_was_not_heard_for_longest_is_forgotten(monkeypatch):
    monkeypatch.setattr(limits, "MOST", 2)
    rates = Rates(1, clock=lambda: 0.0)
    assert [bool(rates.take(name).wait) for name in ("a", "b", "b", "c", "a")] == [False, False, True, False, False]
