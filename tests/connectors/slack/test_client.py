"""Every way in which a call to Slack can fail lands in one of our errors, and a failed call was one call."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, Response, redirect, request
from slack_sdk.errors import SlackApiError

from app.sandbox.server import Served
from app.sandbox.world import Fault
from connectors import errors
from connectors.errors import AuthFailed, Closed, ConnectorError, Forbidden, NotFound, RateLimited, Refused, Unavailable
from connectors.slack.client import ERRORS, TOO_MANY, Client
from connectors.slack.settings import install
from tests.connectors.slack.stage import TOKEN, SlackStage, connection, open


@contextmanager
def answering(*answers: Response) -> Iterator[tuple[str, list[str]]]:
    """A server that gives these answers in turn, and the tokens that it was shown."""
    app = Flask("answers")
    waiting, seen = list(answers), []

    @app.route("/<path:path>", methods=["GET", "POST"])
    def any_path(path: str) -> Response:
        seen.append(request.headers.get("Authorization", ""))
        return waiting.pop(0)

    with Served(app) as base:
        yield base, seen


def client(base: str, timeout: int = 5) -> Client:
    return Client(install(connection(base)), timeout)


def failing(*answers: Response) -> ConnectorError:
    with answering(*answers) as (base, seen), pytest.raises(ConnectorError) as failure:
        line = client(base)
        line.ask(line.web.chat_postMessage, channel="C1", text="hello there")
    assert len(seen) == 1
    assert TOKEN not in str(failure.value)
    assert "hello" not in str(failure.value)
    return failure.value


def refused(word: str) -> ConnectorError:
    return failing(Response(f'{{"ok": false, "error": "{word}"}}', content_type="application/json"))


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("token_revoked", AuthFailed),
        ("invalid_auth", AuthFailed),
        ("account_inactive", AuthFailed),
        ("missing_scope", AuthFailed),
        ("access_denied", Forbidden),
        ("channel_not_found", NotFound),
        ("thread_not_found", NotFound),
        ("is_archived", Closed),
        ("fatal_error", Unavailable),
        ("internal_error", Unavailable),
        ("ratelimited", RateLimited),
        ("not_in_channel", Refused),
        ("msg_too_long", Refused),
        ("restricted_action", Refused),
        ("a_word_of_the_future", Refused),
    ],
)
def test_slacks_word_lands_in_our_error(word: str, kind: type[ConnectorError]) -> None:
    failure = refused(word)
    assert type(failure) is kind
    assert word in str(failure)


def test_the_table_names_leaves_of_our_tree() -> None:
    tree = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    leaves = {kind for kind in tree if not set(kind.__subclasses__()) & set(tree)}
    assert set(ERRORS.values()) <= leaves
    assert not TOO_MANY & set(ERRORS)
    assert all(re.fullmatch("[a-z_]+", word) for word in [*ERRORS, *TOO_MANY])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Response("<html>", 200, content_type="text/html"), Unavailable),
        (Response("", 200), Unavailable),
        (Response("[]", 200, content_type="application/json"), Unavailable),
        (Response("[1]", 200, content_type="application/json"), Unavailable),
        (Response('{"error": {"deep": 1}}', 200, content_type="application/json"), Unavailable),
        (Response(b"\xff\xfe", 200, content_type="application/json; charset=utf-8"), Unavailable),
        (Response("{}", 200, content_type="application/json; charset=martian"), Unavailable),
        (Response("oops", 500), Unavailable),
        (Response("[1]", 502), Unavailable),
        (Response("{}", 401), AuthFailed),
        (Response("{}", 404), NotFound),
        (Response("{}", 413), Refused),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{value.status_code} {value.data!r}",
)
def test_an_answer_that_is_none_lands_in_our_error(answer: Response, kind: type[ConnectorError]) -> None:
    assert type(failing(answer)) is kind


def test_what_a_missing_scope_needs_is_said() -> None:
    body = '{"ok": false, "error": "missing_scope", "needed": "chat:write", "provided": "users:read"}'
    assert "chat:write" in str(failing(Response(body, content_type="application/json")))


@pytest.mark.parametrize(("given", "seconds"), [("7", 7.0), ("0", 0.0), ("soon", 30.0), ("", 30.0), ("-4", 30.0)])
def test_the_wait_is_the_vendors_or_a_sane_one(given: str, seconds: float) -> None:
    failure = failing(Response("{}", 429, {"Retry-After": given}))
    assert isinstance(failure, RateLimited)
    assert failure.retry_after == seconds


def test_a_redirect_is_not_followed_with_the_token() -> None:
    failure = failing(redirect("http://127.0.0.1:9/elsewhere"))  # type: ignore[arg-type]  # werkzeug's own class
    assert isinstance(failure, Refused)


def test_a_slack_that_hangs_is_unavailable() -> None:
    with open() as stage:
        stage.world.faults.order(Fault("hang", seconds=2))
        line = client(stage.base, timeout=1)
        with pytest.raises(Unavailable):
            line.ask(line.web.auth_test)


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_cut_connection_is_unavailable_and_not_tried_again(kind: str) -> None:
    with open() as stage:
        stage.world.faults.order(Fault(kind))
        line = client(stage.base)
        with pytest.raises(Unavailable):
            line.ask(line.web.chat_postMessage, channel="C0CUSTOMERS", text="once")
        assert said(stage, "once") == (1 if kind == "reset_after" else 0)


def said(stage: SlackStage, text: str) -> int:
    return sum(one["text"] == text for one in stage.host.slack.channels["C0CUSTOMERS"].messages)


def test_nobody_at_the_address_is_unavailable() -> None:
    with Served(Flask("gone")) as base:
        pass
    line = client(base)
    with pytest.raises(Unavailable):
        line.ask(line.web.auth_test)


def test_a_proxy_of_the_machine_is_not_asked_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    # The environment is the only way in which a machine's proxy reaches urllib.
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with open() as stage:
        line = client(stage.base)
        assert line.ask(line.web.auth_test)["user_id"] == "U0DESKHAND"
        stage.connector.check()


@pytest.mark.parametrize(
    "base", ["http://slack.example", "ftp://slack.example", "slack.example", "http://127.0.0.1.evil.example"]
)
def test_only_https_or_loopback_is_called(base: str) -> None:
    line = client(base)
    with pytest.raises(Refused):
        line.ask(line.web.auth_test)


@pytest.mark.parametrize(
    ("base", "api"),
    [
        ("", "https://slack.com/api/"),
        ("https://slack.com", "https://slack.com/api/"),
        ("https://slack.com/api/", "https://slack.com/api/"),
        ("http://127.0.0.1:8/slack", "http://127.0.0.1:8/slack/api/"),
        ("http://localhost:8/", "http://localhost:8/api/"),
    ],
)
def test_the_api_is_below_the_base(base: str, api: str) -> None:
    assert install(connection(base)).api == api


def test_the_librarys_error_stays_the_cause() -> None:
    assert isinstance(refused("is_archived").__cause__, SlackApiError)


def test_a_token_of_another_workspace_is_refused_at_the_check() -> None:
    with open(team_id="T0ELSEWHERE") as stage, pytest.raises(AuthFailed):
        stage.connector.check()


def test_the_check_tells_what_the_connection_saves() -> None:
    with open(user_id="", bot_id="") as stage:
        told = stage.connector.check()
    assert (told["user_id"], told["bot_id"], told["team_id"]) == ("U0DESKHAND", "B0DESKHAND", "T0HOMETEAM")
    assert told["account"] == "Home"
