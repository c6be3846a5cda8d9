"""What we write: once per key, in the right place, and nothing internal where a customer could read it."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sandbox.slack.state import CUSTOMERS, HOME, INTERNAL, NOTES, SHARED
from app.sandbox.world import Fault
from connectors.base import NotesApart
from connectors.errors import Closed, Conflict, ConnectorError, RateLimited, Refused, Unavailable, Unsupported
from connectors.slack.blocks import PER_MESSAGE
from connectors.types import Change, Note, Ref, Reply, SetStatus, Status, Tag, Whisper
from tests.connectors.slack.stage import SlackStage, open

SECRET_TEXT = "margin is thin, offer ten percent"


def texts(stage: SlackStage, channel: str) -> list[str]:
    return [one["text"] for one in stage.host.slack.channels[channel].messages]


def ours(stage: SlackStage) -> list[dict[str, Any]]:
    return [one for one in stage.thread() if one.get("bot_id")]


# --- replies -------------------------------------------------------------------------------------------------


def test_a_reply_stands_in_the_thread_with_its_buttons_and_mark() -> None:
    with open() as stage:
        receipt = stage.connector.apply(stage.ref, [Reply("It **left**.", ("human", "helped"))], key="decision-1")
        (post,) = ours(stage)
        assert post["thread_ts"] == stage.ref.id.split(":")[1]
        assert post["text"] == "It *left*."
        assert post["metadata"] == {"event_type": "deskhand", "event_payload": {"key": "decision-1", "part": 0}}
        assert [one["value"] for one in post["blocks"][-1]["elements"]] == ["decision-1", "decision-1"]
        assert receipt.refs == (post["ts"],)
        assert (receipt.recovered, receipt.skipped) == (False, ())


@pytest.mark.parametrize("change", [Tag(("a",)), SetStatus(Status.SOLVED)])
def test_what_slack_cannot_is_unsupported_and_nothing_is_sent(change: Change) -> None:
    with open() as stage:
        with pytest.raises(Unsupported):
            stage.connector.apply(stage.ref, [Reply("Hello."), change], key="k")
        assert ours(stage) == []


def long(paragraphs: int = 60) -> Reply:
    return Reply("\n\n".join(f"Paragraph {number}. " + "words " * 100 for number in range(paragraphs)))


def test_a_reply_cut_off_in_the_middle_is_completed_and_not_doubled() -> None:
    with open() as stage:
        started = stage.world.clock.now()
        parts = -(-len(long().text) // PER_MESSAGE)
        stage.world.faults.order(Fault("reset_after", path="chat.postMessage"))
        with pytest.raises(Unavailable):
            stage.connector.apply(stage.ref, [long()], key="k")
        assert len(ours(stage)) == 1
        receipt = stage.connector.apply(stage.ref, [long()], key="k", since=started)
        assert len(ours(stage)) == len(receipt.refs) >= parts
        assert not receipt.recovered
        assert [one["metadata"]["event_payload"]["part"] for one in ours(stage)] == list(range(len(ours(stage))))


@pytest.mark.parametrize("change", [Reply("Hello."), Note("For us.")])
def test_killed_between_slacks_commit_and_our_receipt_it_is_there_once(change: Change) -> None:
    with open() as stage:
        started = stage.world.clock.now()
        stage.world.faults.order(Fault("reset_after", path="chat.postMessage"))
        with pytest.raises(Unavailable):
            stage.connector.apply(stage.ref, [change], key="k")
        receipt = stage.connector.apply(stage.ref, [change], key="k", since=started)
        assert receipt.recovered
        assert len(receipt.refs) == stage.seen(change) == 1


@pytest.mark.parametrize("left", ["metadata", "blocks"])
def test_either_mark_is_enough_to_know_our_own(left: str) -> None:
    with open() as stage:
        started = stage.world.clock.now()
        stage.connector.apply(stage.ref, [Reply("Hello.")], key="k")
        (post,) = ours(stage)
        del post["blocks" if left == "metadata" else "metadata"]
        assert stage.connector.apply(stage.ref, [Reply("Hello.")], key="k", since=started).recovered
        assert len(ours(stage)) == 1
        assert not stage.connector.apply(stage.ref, [Reply("Hello.")], key="k-2", since=started).recovered


def test_another_key_is_another_effect() -> None:
    with open() as stage:
        started = stage.world.clock.now()
        for key in ("k-1", "k-2"):
            stage.connector.apply(stage.ref, [Reply("Hello.")], key=key, since=started)
        assert len(ours(stage)) == 2


def test_a_mark_that_somebody_else_left_is_not_ours() -> None:
    with open() as stage:
        stage.host.bot_writes("I pretend", stage.ref.id)
        stage.thread()[-1]["metadata"] = {"event_type": "deskhand", "event_payload": {"key": "k", "part": 0}}
        receipt = stage.connector.apply(stage.ref, [Reply("Hello.")], key="k", since=stage.world.clock.now())
        assert not receipt.recovered
        assert len(ours(stage)) == 2


def test_a_found_effect_is_no_conflict_though_the_thread_moved_on() -> None:
    with open() as stage:
        started, seen = stage.world.clock.now(), stage.connector.ticket(stage.ref).revision
        stage.connector.apply(stage.ref, [Reply("Hello.")], key="k", expect=seen)
        stage.host.agent_writes("Robin", "I take it.", ticket=stage.ref.id)
        assert stage.connector.apply(stage.ref, [Reply("Hello.")], key="k", expect=seen, since=started).recovered


def test_a_lost_effect_is_a_conflict_when_the_thread_moved_on() -> None:
    with open() as stage:
        started, seen = stage.world.clock.now(), stage.connector.ticket(stage.ref).revision
        stage.host.agent_writes("Robin", "I take it.", ticket=stage.ref.id)
        with pytest.raises(Conflict):
            stage.connector.apply(stage.ref, [Reply("Hello.")], key="k", expect=seen, since=started)
        assert ours(stage) == []


def test_slacks_pace_is_kept_by_being_told_to_wait() -> None:
    with open() as stage:
        stage.host.slack.rules.paced = True
        stage.connector.apply(stage.ref, [Reply("One.")], key="k-1")
        with pytest.raises(RateLimited) as wait:
            stage.connector.apply(stage.ref, [Reply("Two.")], key="k-2")
        assert wait.value.retry_after == 1
        stage.world.clock.advance(1)
        stage.connector.apply(stage.ref, [Reply("Two.")], key="k-2")
        assert [one["text"] for one in ours(stage)] == ["One.", "Two."]


def test_an_archived_channel_is_closed_and_a_left_one_refused() -> None:
    with open() as stage:
        stage.host.slack.channels[SHARED].members.discard("U0DESKHAND")
        with pytest.raises(Refused):
            stage.connector.apply(stage.ref, [Reply("Hello.")], key="k")
        stage.close_for_good()
        with pytest.raises(Closed):
            stage.connector.apply(stage.ref, [Reply("Hello.")], key="k")


def test_a_replys_own_time_is_no_thread() -> None:
    with open() as stage:
        stage.host.agent_writes("Robin", "I look.", ticket=stage.ref.id)
        reply = Ref(f"{SHARED}:{stage.thread()[1]['ts']}")
        with pytest.raises(Refused):
            stage.connector.apply(reply, [Reply("Hello.")], key="k")


# --- notes ---------------------------------------------------------------------------------------------------


def test_a_note_goes_to_the_notes_channel_with_the_way_back() -> None:
    with open(url="https://home.slack.com/") as stage:
        stage.connector.apply(stage.ref, [Note(SECRET_TEXT, ("resume",))], key="k")
        (note,) = stage.host.slack.channels[NOTES].messages
        root = stage.ref.id.split(":")[1].replace(".", "")
        assert f"<https://home.slack.com/archives/{SHARED}/p{root}|Open the thread>" in note["text"]
        assert "thread_ts" not in note
        assert SECRET_TEXT not in "".join(texts(stage, SHARED))


@pytest.mark.parametrize("notes", ["", "C0INT"])
def test_notes_are_kept_apart_where_there_is_a_channel_for_them(notes: str) -> None:
    with open(notes_channel=notes) as stage:
        assert isinstance(stage.connector, NotesApart)
        assert stage.connector.notes_apart is bool(notes)


def test_without_a_notes_channel_a_note_is_left_out_and_said_so() -> None:
    with open(notes_channel="") as stage:
        receipt = stage.connector.apply(stage.ref, [Reply("Hello."), Note(SECRET_TEXT)], key="k")
        assert len(receipt.skipped) == 1
        assert len(ours(stage)) == 1


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_a_notes_channel_that_cannot_be_proved_internal_gets_nothing(status: int) -> None:
    with open() as stage:
        stage.world.faults.order(Fault("status", path="conversations.info", status=status))
        with pytest.raises((Refused, RateLimited, Unavailable)):
            stage.connector.apply(stage.ref, [Reply("Hello."), Note(SECRET_TEXT)], key="k")
        assert texts(stage, NOTES) == []
        assert ours(stage) == [], "nothing at all is sent when one part may not be"


def test_a_lost_notes_channel_does_not_look_like_a_lost_ticket() -> None:
    with open() as stage:
        stage.world.faults.order(Fault("status", path="chat.postMessage", status=404))
        with pytest.raises(Refused):
            stage.connector.apply(stage.ref, [Note(SECRET_TEXT)], key="k")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    notes=st.sampled_from([SHARED, INTERNAL, NOTES, "C0NOWHERE"]),
    shared=st.sets(st.sampled_from([SHARED, INTERNAL, NOTES])),
    started_in=st.sampled_from([SHARED, INTERNAL]),
    person=st.sampled_from(["Robin", "casey@example.com", "Gus"]),
    faults=st.lists(
        st.builds(
            Fault,
            kind=st.sampled_from(["status", "reset_before", "reset_after"]),
            path=st.sampled_from(["conversations.info", "users.info", "chat.post", "conversations.history"]),
            status=st.sampled_from([403, 404, 429, 500]),
        ),
        max_size=2,
    ),
    again=st.booleans(),
)
def test_no_internal_text_ever_reaches_a_shared_channel_or_an_outsider(
    notes: str, shared: set[str], started_in: str, person: str, faults: list[Fault], again: bool
) -> None:
    with open(notes_channel=notes) as stage:
        slack = stage.host.slack
        slack.person("Gus", HOME).is_guest = True
        who = slack.person(person, CUSTOMERS if "@" in person else HOME)
        ref = Ref(stage.host.says(who, "How?", started_in))
        for channel in slack.channels.values():
            channel.is_ext_shared = channel.id in shared
        started = stage.world.clock.now()
        for fault in faults:
            stage.world.faults.order(fault)
        for change in (Note(SECRET_TEXT), Whisper(who.id, SECRET_TEXT)):
            for since in (None, started) if again else (None,):
                quietly(stage, ref, change, since)
        public = [text for channel in shared for text in texts(stage, channel)]
        assert SECRET_TEXT not in "".join(public)
        heard = {slack.users[one["user"]].name for c in slack.channels.values() for one in c.whispers}
        assert heard <= {"Robin"}


def quietly(stage: SlackStage, ref: Ref, change: Change, since: datetime | None) -> None:
    with suppress(ConnectorError):
        stage.connector.apply(ref, [change], key="k", since=since)


# --- whispers ------------------------------------------------------------------------------------------------


def test_a_whisper_reaches_a_colleague_alone() -> None:
    with open() as stage:
        stage.connector.apply(stage.ref, [Whisper(stage.agent(), SECRET_TEXT, ("share",))], key="decision-1")
        (whisper,) = stage.host.slack.channels[SHARED].whispers
        assert (whisper["user"], whisper["thread_ts"]) == (stage.agent(), stage.ref.id.split(":")[1])
        assert whisper["blocks"][-1]["elements"][0]["action_id"] == "deskhand_share"
        assert ours(stage) == []


def test_who_left_the_company_a_minute_ago_hears_nothing() -> None:
    with open() as stage:
        agent = stage.agent()
        stage.connector.apply(stage.ref, [Whisper(agent, "Before.")], key="k-1")
        stage.host.slack.users[agent].is_guest = True
        with pytest.raises(Refused):
            stage.connector.apply(stage.ref, [Whisper(agent, SECRET_TEXT)], key="k-2")


def test_a_whisper_that_may_have_been_heard_is_not_repeated() -> None:
    with open() as stage:
        started, whisper = stage.world.clock.now(), Whisper(stage.agent(), SECRET_TEXT)
        stage.world.faults.order(Fault("reset_after", path="chat.postEphemeral"))
        with pytest.raises(Unavailable):
            stage.connector.apply(stage.ref, [whisper], key="k")
        receipt = stage.connector.apply(stage.ref, [whisper], key="k", since=started)
        assert stage.seen(whisper) == 1
        assert not receipt.recovered
        assert len(receipt.skipped) == 1


# --- answers to a press --------------------------------------------------------------------------------------


def test_the_presser_is_told_and_nobody_else() -> None:
    with open() as stage:
        address = stage.host.slack.answerable(SHARED, stage.ref.id.split(":")[1], "U1")
        stage.connector.answer(f"{stage.base}/actions/{address}", "A **person** will look. <!channel>")
        (whisper,) = stage.host.slack.channels[SHARED].whispers
        assert (whisper["user"], whisper["text"]) == ("U1", "A *person* will look. &lt;!channel&gt;")
        assert ours(stage) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.slack.com/actions/T/1/x",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com:8443/x",
        "https://evil@hooks.slack.com/x",
        "https://hooks.slack.com@evil.example/x",
        "https://evil.example/hooks.slack.com",
        "http://127.0.0.1:9/actions/x",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
def test_only_slack_is_answered(url: str) -> None:
    with open() as stage, pytest.raises(Refused):
        stage.connector.answer(url, "hello")


def test_an_address_used_up_or_expired_is_refused() -> None:
    with open() as stage:
        address = f"{stage.base}/actions/{stage.host.slack.answerable(SHARED, '', 'U1')}"
        for _ in range(5):
            stage.connector.answer(address, "hello")
        with pytest.raises(Refused):
            stage.connector.answer(address, "hello")
        late = f"{stage.base}/actions/{stage.host.slack.answerable(SHARED, '', 'U1')}"
        stage.world.clock.advance(31 * 60)
        with pytest.raises(Refused):
            stage.connector.answer(late, "hello")


@pytest.mark.parametrize(("kind", "error"), [("reset_before", Unavailable), ("reset_after", Unavailable)])
def test_an_answer_that_does_not_arrive_is_unavailable(kind: str, error: type[Exception]) -> None:
    with open() as stage:
        address = f"{stage.base}/actions/{stage.host.slack.answerable(SHARED, '', 'U1')}"
        stage.world.faults.order(Fault(kind, path="/actions/"))
        with pytest.raises(error):
            stage.connector.answer(address, "hello")
