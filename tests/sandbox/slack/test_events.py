"""What the played Slack sends: signed, echoed, doubled for mentions, retried by its rules; and what people see and press."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from flask import Flask, Response, request
from slack_sdk.signature import SignatureVerifier

from app.sandbox.server import Served, application
from app.sandbox.slack import SlackHost
from app.sandbox.slack.sending import pause
from app.sandbox.slack.state import BOT_USER, HOME, INTERNAL, ORGANISATION, SHARED
from app.sandbox.world import Outcome, World

SECRET = "hook-secret"


@dataclass
class App:
    """An app at the other end: keeps what it was sent and answers what it is told to."""

    answers: list[Response] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def take(self) -> Response:
        raw = request.get_data()
        stamp, signature = (request.headers[f"X-Slack-{name}"] for name in ("Request-Timestamp", "Signature"))
        expected = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=raw)
        body = json.loads(parse_qs(raw.decode())["payload"][0] if raw.startswith(b"payload=") else raw)
        with self.came:
            assert signature == expected
            self.bodies.append(body)
            self.headers.append({name.lower(): value for name, value in request.headers.items()})
            self.came.notify_all()
            return self.answers.pop(0) if self.answers else Response(body.get("challenge", ""), 200)

    def waits_for(self, number: int) -> None:
        with self.came:
            assert self.came.wait_for(lambda: len(self.bodies) >= number, 5), len(self.bodies)

    def events(self) -> list[tuple[str, str]]:
        """The kinds of events that came, each with the user it was about."""
        return sorted((body["event"]["type"], body["event"].get("user", "")) for body in self.bodies)


@contextmanager
def playing(*answers: Response, grid: bool = False) -> Iterator[tuple[SlackHost, App, str]]:
    host, app = SlackHost(World(), grid=grid), App(list(answers))
    server = Flask("app")
    server.add_url_rule("/hook", view_func=app.take, methods=["POST"])
    with Served(application(host.slack.world, [host])) as base, Served(server) as there:
        host.hook(f"{there}/hook", SECRET)
        yield host, app, f"{base}/slack"
        host.sending.deliveries.close()
        assert host.sending.deliveries.idle()


def post(base: str, text: str, channel: str = SHARED, **given: Any) -> str:
    headers = {"Authorization": "Bearer xoxb-sandbox"}
    body = {"channel": channel, "text": text, **given}
    return str(requests.post(f"{base}/api/chat.postMessage", headers=headers, json=body, timeout=60).json()["ts"])


def buttons(value: str) -> list[dict[str, Any]]:
    button = {"type": "button", "action_id": "app_yes", "value": value, "text": {"type": "plain_text", "text": "Yes"}}
    return [{"type": "actions", "block_id": "b1", "elements": [button]}]


def test_a_message_comes_signed_in_its_envelope() -> None:
    with playing() as (host, app, _):
        ticket = host.customer_writes("casey", "a <b> & c", subject="Parcel")
        app.waits_for(1)
        (body,) = app.bodies
        assert (body["type"], body["authorizations"][0]["team_id"]) == ("event_callback", HOME)
        assert (body["is_ext_shared_channel"], body["event"]["channel_type"]) == (True, "channel")
        assert body["event"]["text"] == "*Parcel*\na &lt;b&gt; &amp; c"
        assert ticket == f"{SHARED}:{body['event']['ts']}"


def test_a_mention_comes_as_two_events_with_two_ids() -> None:
    with playing() as (host, app, _):
        host.customer_writes("casey", "@Deskhand where is it?")
        app.waits_for(2)
        assert [kind for kind, _ in app.events()] == ["app_mention", "message"]
        assert len({body["event_id"] for body in app.bodies}) == 2
        assert len({body["event"]["ts"] for body in app.bodies}) == 1
        assert all(f"<@{BOT_USER}>" in body["event"]["text"] for body in app.bodies)


def test_every_post_of_the_bot_comes_back_to_it() -> None:
    with playing() as (_, app, base):
        post(base, "hello")
        app.waits_for(1)
        event = app.bodies[0]["event"]
        assert (event["user"], event["bot_id"], event["app_id"]) == (BOT_USER, "B0DESKHAND", "A0DESKHAND")


@pytest.mark.parametrize(("grid", "team", "claim"), [(False, "T0CUSTTEAM", "T0CUSTTEAM"), (True, HOME, ORGANISATION)])
def test_outsiders_look_as_slack_shows_them(grid: bool, team: str, claim: str) -> None:
    with playing(grid=grid) as (host, app, _):
        host.customer_writes("casey", "hi")
        app.waits_for(1)
        event = app.bodies[0]["event"]
        assert (event["team"], event["user_team"], event["user_profile"]["team"]) == (team, claim, claim)


def test_nothing_comes_from_a_channel_without_the_bot() -> None:
    with playing() as (host, app, _):
        host.slack.channels[INTERNAL].members.discard(BOT_USER)
        host.colleague_asks("Jo", "hidden")
        host.customer_writes("casey", "seen")
        app.waits_for(1)
        assert host.sending.deliveries.idle()
        assert [body["event"]["channel"] for body in app.bodies] == [SHARED]


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [
        (Outcome(0, 500), 0),
        (Outcome(1, 404), 60),
        (Outcome(2, 0), 300),
        (Outcome(3, -1), None),
        (Outcome(0, 302), 0),
        (Outcome(0, 202), None),
        (Outcome(0, 500, {"X-Slack-No-Retry": "1"}), None),
    ],
)
def test_a_failure_is_resent_at_once_after_a_minute_and_after_five(outcome: Outcome, seconds: float | None) -> None:
    assert pause(outcome) == seconds


def test_a_resend_is_the_same_event_signed_anew() -> None:
    with playing(*(Response("", 500) for _ in range(9))) as (host, app, _):
        host.customer_writes("casey", "hi")
        app.waits_for(2)
        # A retry starts to wait a moment after its predecessor was answered: so the clock moves until it comes.
        while len(app.bodies) < 4:
            host.slack.world.clock.advance(300)
            host.sending.deliveries.idle()
        assert [one.get("x-slack-retry-num") for one in app.headers] == [None, "1", "2", "3"]
        assert {one.get("x-slack-retry-reason") for one in app.headers[1:]} == {"http_error"}
        assert len({body["event_id"] for body in app.bodies}) == 1
        assert len({one["x-slack-signature"] for one in app.headers}) >= 3


@pytest.mark.parametrize(
    "answer",
    [Response("", 200), Response("", 204), Response("", 400, {"x-slack-no-retry": "1"})],
    ids=["200", "204", "400 and no retry"],
)
def test_an_accepted_or_declined_event_is_not_resent(answer: Response) -> None:
    with playing(answer) as (host, app, _):
        host.customer_writes("casey", "hi")
        app.waits_for(1)
        host.slack.world.clock.advance(3600)
        assert host.sending.deliveries.idle()
        assert len(app.bodies) == 1


def test_the_address_is_verified_by_its_word() -> None:
    with playing() as (host, _, _):
        assert host.sending.verify()
    with playing(Response("no", 200)) as (host, _, _):
        assert not host.sending.verify()


def test_the_end_of_an_installation_comes_without_authorizations() -> None:
    with playing() as (host, app, _):
        host.uninstall()
        app.waits_for(2)
        assert [kind for kind, _ in app.events()] == ["app_uninstalled", "tokens_revoked"]
        assert not [body for body in app.bodies if "authorizations" in body]
        assert host.slack.tokens == {}


def test_a_channel_gets_another_id() -> None:
    with playing() as (host, app, _):
        host.rename(INTERNAL, "C0RENAMED")
        app.waits_for(1)
        assert app.bodies[0]["event"]["new_channel_id"] == "C0RENAMED"
        assert host.slack.channel("C0RENAMED").name == "ask-it"


def test_too_many_events_are_told_without_an_event() -> None:
    with playing() as (host, app, _):
        host.overload()
        app.waits_for(1)
        assert (app.bodies[0]["type"], "event" in app.bodies[0]) == ("app_rate_limited", False)


@pytest.mark.parametrize(("who", "team"), [("Robin", HOME), ("casey", "T0CUSTTEAM")])
def test_a_press_comes_as_a_form_and_can_be_answered(who: str, team: str) -> None:
    with playing() as (host, app, base):
        ticket = host.customer_writes("casey", "hi")
        post(base, "Was it this?", thread_ts=ticket.split(":")[1], blocks=buttons("v1"))
        app.waits_for(2)
        host.press(who, ticket, "yes", "v1")
        app.waits_for(3)
        body = app.bodies[2]
        assert (body["type"], body["user"]["team_id"]) == ("block_actions", team)
        assert body["actions"][0]["value"] == "v1"
        assert app.headers[2]["content-type"] == "application/x-www-form-urlencoded"
        assert requests.post(body["response_url"], json={"text": "Thanks"}, timeout=60).status_code == 200
        whisper = host.views()[0].messages[-1]
        assert (whisper["kind"], whisper["text"]) == ("whisper", "Thanks")


def test_a_button_that_is_not_there_is_not_pressed() -> None:
    with playing() as (host, app, _):
        ticket = host.customer_writes("casey", "hi")
        app.waits_for(1)
        host.press("Robin", ticket, "yes", "v1")
        assert host.sending.deliveries.idle()
        assert len(app.bodies) == 1


def test_the_page_shows_threads_with_whispers_and_the_notes_about_them() -> None:
    with playing() as (host, app, base):
        ticket = host.customer_writes("casey", "a <b> c")
        channel, root = ticket.split(":")
        other = host.colleague_asks("Jo", "How?")
        host.agent_writes("Robin", "I look.", ticket=ticket)
        headers = {"Authorization": "Bearer xoxb-sandbox"}
        robin = host.slack.person("Robin", HOME).id
        whisper = {"channel": channel, "user": robin, "text": "psst", "thread_ts": root}
        requests.post(f"{base}/api/chat.postEphemeral", headers=headers, json=whisper, timeout=60)
        link = f"<https://home.slack.com/archives/{channel}/p{root.replace('.', '')}|thread>"
        post(base, f"about {link}", channel="C0NOTES", blocks=buttons("v1"))
        app.waits_for(4)
        newest, oldest = host.views()
        assert (newest.id, oldest.id) == (other, ticket)
        lines = [(one["role"], one["kind"], one["author"]) for one in oldest.messages]
        assert lines == [
            ("customer", "public", "casey"),
            ("agent", "public", "Robin"),
            ("bot", "whisper", "Deskhand"),
            ("bot", "note", "Deskhand"),
        ]
        assert oldest.messages[0]["text"] == "a <b> c"
        assert oldest.messages[0]["html"] == "a &lt;b&gt; c"
        assert oldest.messages[3]["buttons"] == [{"text": "Yes", "action": "yes", "value": "v1"}]
