"""The played Slack's Web API, called as any client would: encodings, tokens, failures at 200, and its stricter rules."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from app.sandbox.server import Served, application
from app.sandbox.slack import SlackHost
from app.sandbox.slack.state import BOT, BOT_USER, HOME, INTERNAL, NOTES, SHARED
from app.sandbox.world import Fault, World


@dataclass
class Played:
    """The host, and its address."""

    host: SlackHost
    base: str

    def call(self, method: str, *, token: str = "xoxb-sandbox", form: bool = False, **given: Any) -> dict[str, Any]:
        answer = self.raw(method, token=token, form=form, **given)
        assert answer.status_code == 200
        return dict(answer.json())

    def raw(self, method: str, *, token: str = "xoxb-sandbox", form: bool = False, **given: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body: dict[str, Any] = {"data": given} if form else {"json": given}
        return requests.post(f"{self.base}/slack/api/{method}", headers=headers, timeout=60, **body)

    def post(self, text: str = "hello", channel: str = SHARED, **given: Any) -> str:
        return str(self.call("chat.postMessage", channel=channel, text=text, **given)["ts"])


@pytest.fixture
def played() -> Iterator[Played]:
    host = SlackHost(World())
    with Served(application(host.slack.world, [host])) as base:
        yield Played(host, base)


@pytest.mark.parametrize("form", [False, True])
def test_json_and_forms_are_the_same_call(played: Played, form: bool) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}]
    given = json.dumps(blocks) if form else blocks
    answer = played.call("chat.postMessage", form=form, channel=SHARED, text="hi", blocks=given)
    assert answer["ok"] is True
    assert answer["message"]["blocks"] == blocks
    assert answer["message"]["bot_id"] == BOT


def test_the_token_may_be_a_field(played: Played) -> None:
    answer = requests.post(f"{played.base}/slack/api/auth.test", data={"token": "xoxb-sandbox"}, timeout=60).json()
    assert answer["user_id"] == BOT_USER


@pytest.mark.parametrize(("token", "word"), [("", "not_authed"), ("xoxb-other", "invalid_auth")])
def test_who_has_no_token_gets_nothing(played: Played, token: str, word: str) -> None:
    assert played.call("chat.postMessage", token=token, channel=SHARED, text="x") == {"ok": False, "error": word}


def test_a_scope_that_is_missing_is_named(played: Played) -> None:
    played.host.slack.tokens["xoxb-poor"] = frozenset({"users:read"})
    answer = played.call("chat.postMessage", token="xoxb-poor", channel=SHARED, text="x")
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "users:read")


@pytest.mark.parametrize(
    ("method", "given", "word"),
    [
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": SHARED}, "no_text"),
        ("chat.postMessage", {"channel": SHARED, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postMessage", {"channel": SHARED, "text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        (
            "chat.postMessage",
            {"channel": SHARED, "blocks": [{"type": "section", "text": {"text": "x" * 3001}}]},
            "invalid_blocks",
        ),
        (
            "chat.postMessage",
            {"channel": SHARED, "blocks": [{"type": "section", "text": {"text": "x" * 2900}}] * 6},
            "msg_blocks_too_long",
        ),
        ("chat.postMessage", {"channel": SHARED, "text": "x", "blocks": "{"}, "invalid_arguments"),
        ("chat.postEphemeral", {"channel": SHARED, "text": "x", "user": "U0NOBODY"}, "user_not_found"),
        ("chat.update", {"channel": SHARED, "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
        ("conversations.replies", {"channel": SHARED, "ts": "1.000001"}, "thread_not_found"),
        ("reactions.add", {"channel": SHARED, "timestamp": "1.000001", "name": "eyes"}, "message_not_found"),
        ("views.open", {"trigger_id": "1.x", "view": {"type": "modal"}}, "invalid_trigger_id"),
        ("views.publish", {"user_id": "U0NOBODY", "view": {"type": "home"}}, "user_not_found"),
        ("search.everything", {}, "unknown_method"),
    ],
)
def test_a_refusal_is_a_word_at_200(played: Played, method: str, given: dict[str, Any], word: str) -> None:
    answer = played.call(method, **given)
    assert (answer["ok"], answer["error"]) == (False, word)


def test_a_channel_without_the_bot_takes_nothing_until_it_joins(played: Played) -> None:
    played.host.slack.channels[INTERNAL].members.clear()
    assert played.call("chat.postMessage", channel=INTERNAL, text="x")["error"] == "not_in_channel"
    assert played.call("conversations.join", form=True, channel=INTERNAL)["channel"]["is_member"] is True
    assert played.call("conversations.members", form=True, channel=INTERNAL)["members"] == [BOT_USER]
    played.post(channel=INTERNAL)


def test_an_archived_channel_takes_nothing(played: Played) -> None:
    played.host.slack.channels[SHARED].is_archived = True
    assert played.call("chat.postMessage", channel=SHARED, text="x")["error"] == "is_archived"


def test_times_are_names_that_only_grow(played: Played) -> None:
    stamps = [played.host.slack.stamp(played.host.slack.channels[SHARED]) for _ in range(2000)]
    assert stamps == sorted(set(stamps), key=float)
    assert all(len(one.partition(".")[2]) == 6 for one in stamps)


def test_a_reply_hangs_on_a_root_and_never_on_a_reply(played: Played) -> None:
    root = played.post()
    reply = played.post(thread_ts=root)
    answer = played.call("chat.postMessage", channel=SHARED, text="x", thread_ts=reply)
    assert answer["error"] == "cannot_reply_to_message"
    thread = played.call("conversations.replies", form=True, channel=SHARED, ts=root)["messages"]
    assert [one["ts"] for one in thread] == [root, reply]
    assert thread[0]["latest_reply"] == reply
    roots = played.call("conversations.history", form=True, channel=SHARED)["messages"]
    assert [one["ts"] for one in roots] == [root]


def test_marks_are_shown_to_those_who_ask(played: Played) -> None:
    mark = {"event_type": "x", "event_payload": {"key": "k"}}
    root = played.post(metadata=mark)
    without = played.call("conversations.replies", form=True, channel=SHARED, ts=root)["messages"]
    with_ = played.call("conversations.replies", form=True, channel=SHARED, ts=root, include_all_metadata="1")[
        "messages"
    ]
    assert "metadata" not in without[0]
    assert with_[0]["metadata"] == mark


def test_pages_follow_each_other(played: Played) -> None:
    root = played.post()
    sent = [root, *(played.post(str(n), thread_ts=root) for n in range(4))]
    seen, cursor = [], ""
    for _ in range(3):
        page = played.call("conversations.replies", form=True, channel=SHARED, ts=root, limit=2, cursor=cursor)
        seen += [one["ts"] for one in page["messages"]]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
    assert (seen, cursor) == (sent, "")


def test_an_app_outside_the_marketplace_reads_little_and_seldom(played: Played) -> None:
    played.host.slack.rules.clipped = True
    root = played.post()
    for number in range(20):
        played.post(str(number), thread_ts=root)
    page = played.call("conversations.replies", form=True, channel=SHARED, ts=root, limit=200)
    assert len(page["messages"]) == 15
    refused = played.raw("conversations.replies", form=True, channel=SHARED, ts=root)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    played.host.slack.world.clock.advance(60)
    played.call("conversations.replies", form=True, channel=SHARED, ts=root)


def test_one_message_a_second_and_channel(played: Played) -> None:
    played.host.slack.rules.paced = True
    played.post()
    refused = played.raw("chat.postMessage", channel=SHARED, text="x")
    assert (refused.status_code, refused.json()) == (429, {"ok": False, "error": "ratelimited"})
    played.post(channel=NOTES)


def test_only_own_messages_are_changed_and_deleted(played: Played) -> None:
    theirs = played.host.customer_writes("casey", "hi").split(":")[1]
    own = played.post("first")
    assert played.call("chat.update", channel=SHARED, ts=theirs, text="x")["error"] == "cant_update_message"
    assert played.call("chat.delete", channel=SHARED, ts=theirs)["error"] == "cant_delete_message"
    assert played.call("chat.update", channel=SHARED, ts=own, text="second")["text"] == "second"
    played.call("chat.delete", channel=SHARED, ts=own)
    assert [one["ts"] for one in played.host.slack.channels[SHARED].messages] == [theirs]


def test_people_are_told_as_seen_from_home(played: Played) -> None:
    outside = played.host.slack.person("casey", "T0CUSTTEAM")
    inside = played.host.slack.person("Robin", HOME)
    told = played.call("users.info", form=True, user=outside.id)["user"]
    assert (told["team_id"], told["is_stranger"], "locale" in told) == ("T0CUSTTEAM", False, False)
    assert played.call("users.info", form=True, user=inside.id)["user"]["team_id"] == HOME


def test_channels_tell_whether_they_are_shared(played: Played) -> None:
    shared = [
        played.call("conversations.info", form=True, channel=one)["channel"]["is_ext_shared"] for one in (SHARED, NOTES)
    ]
    assert shared == [True, False]
    listed = played.call("conversations.list", form=True)["channels"]
    assert {one["id"] for one in listed} == {SHARED, INTERNAL, NOTES}


def test_a_reaction_is_put_once(played: Played) -> None:
    ts = played.post()
    given = {"channel": SHARED, "timestamp": ts, "name": "eyes"}
    assert played.call("reactions.add", form=True, **given)["ok"] is True
    assert played.call("reactions.add", form=True, **given)["error"] == "already_reacted"


def test_a_modal_needs_a_fresh_trigger_and_takes_it_once(played: Played) -> None:
    slack = played.host.slack
    trigger, late = slack.trigger(), slack.trigger()
    assert played.call("views.open", trigger_id=trigger, view={"type": "modal"})["view"]["id"]
    assert played.call("views.open", trigger_id=trigger, view={"type": "modal"})["error"] == "invalid_trigger_id"
    slack.world.clock.advance(4)
    assert played.call("views.open", trigger_id=late, view={"type": "modal"})["error"] == "expired_trigger_id"


def test_a_home_page_is_published(played: Played) -> None:
    user = played.host.slack.person("Robin", HOME)
    assert (
        played.call("views.publish", user_id=user.id, view={"type": "home", "blocks": []})["view"]["user_id"] == user.id
    )


def test_a_code_becomes_a_token_once_and_a_refresh_another(played: Played) -> None:
    played.host.slack.codes.add("code-1")
    client = played.host.slack.client

    def exchange(**given: str) -> dict[str, Any]:
        url = f"{played.base}/slack/api/oauth.v2.access"
        return dict(requests.post(url, data=given, auth=client, timeout=60).json())

    first = exchange(code="code-1")
    assert played.call("auth.test", token=first["access_token"])["ok"] is True
    assert exchange(code="code-1")["error"] == "invalid_code"
    second = exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert played.call("auth.test", token=second["access_token"])["ok"] is True
    assert (
        exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])["error"] == "invalid_refresh_token"
    )


def test_a_foreign_client_gets_no_token(played: Played) -> None:
    url = f"{played.base}/slack/api/oauth.v2.access"
    given = {"client_id": "sandbox.client", "client_secret": "guess", "code": "x"}
    assert requests.post(url, data=given, timeout=60).json()["error"] == "bad_client_secret"


def test_an_ordered_fault_happens_on_the_wire(played: Played) -> None:
    played.host.slack.world.faults.order(Fault("reset_after", path="chat.postMessage"))
    with pytest.raises(requests.ConnectionError):
        played.raw("chat.postMessage", channel=SHARED, text="taken all the same")
    assert played.host.slack.channels[SHARED].messages[-1]["text"] == "taken all the same"
