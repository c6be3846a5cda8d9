"""A thread as a ticket: who is who, what was said, whether it is shared, and what changes its revision."""

from typing import Any

import pytest

from app.sandbox.slack.state import CUSTOMERS, HOME, SHARED
from app.sandbox.world import Fault
from connectors.errors import NotFound, RateLimited, Refused, Unavailable
from connectors.slack import Slack
from connectors.slack.parse import plain
from connectors.slack.threads import PAGE, PAGES, is_internal
from connectors.types import Ref, Reply, Role, Status
from tests.builders import NOON
from tests.connectors.slack.stage import SlackStage, connection, open


def roles(stage: SlackStage, ref: Ref | None = None) -> list[tuple[Role, bool]]:
    return [(one.author.role, one.author.external) for one in stage.connector.ticket(ref or stage.ref).messages]


@pytest.mark.parametrize("grid", [False, True])
def test_in_a_shared_channel_outsiders_are_customers_and_colleagues_agents(grid: bool) -> None:
    with open(grid=grid) as stage:
        stage.host.agent_writes("Robin", "I look.", ticket=stage.ref.id)
        stage.host.bot_writes("build passed", stage.ref.id)
        stage.connector.apply(stage.ref, [Reply("Hello.")], key="k")
        ticket = stage.connector.ticket(stage.ref)
        assert roles(stage) == [
            (Role.CUSTOMER, True),
            (Role.AGENT, False),
            (Role.MACHINE, True),
            (Role.US, False),
        ]
        assert ticket.shared is True
        assert (ticket.requester.role, ticket.requester.name) == (Role.CUSTOMER, "casey@example.com")
        assert (ticket.channel, ticket.status, ticket.subject) == ("slack", Status.OPEN, "Where is my parcel?")


def test_a_colleague_who_begins_in_a_shared_channel_is_no_customer() -> None:
    with open() as stage:
        ref = Ref(stage.host.says(stage.host.slack.person("Robin", HOME), "Our office is closed", SHARED))
        ticket = stage.connector.ticket(ref)
        assert ticket.requester.role is Role.AGENT
        assert ticket.question is None
        stage.host.customer_writes("casey@example.com", "Oh?", ticket=ref.id)
        assert stage.connector.ticket(ref).requester.role is Role.CUSTOMER


def test_in_an_internal_channel_whoever_began_asks() -> None:
    with open() as stage:
        ref = Ref(stage.host.colleague_asks("Jo", "How do I reset my password?"))
        stage.host.agent_writes("Robin", "Like this.", ticket=ref.id)
        stage.host.agent_writes("Jo", "Thanks!", ticket=ref.id)
        ticket = stage.connector.ticket(ref)
        assert roles(stage, ref) == [(Role.CUSTOMER, False), (Role.AGENT, False), (Role.CUSTOMER, False)]
        assert ticket.shared is False
        assert ticket.direct is False
        assert ticket.requester.name == "Jo"


@pytest.mark.parametrize(("team", "external"), [(HOME, False), (CUSTOMERS, True)])
def test_in_a_direct_message_the_other_one_asks(team: str, external: bool) -> None:
    with open() as stage:
        ref = Ref(stage.host.direct("Jo", "Psst", team=team))
        ticket = stage.connector.ticket(ref)
        assert roles(stage, ref) == [(Role.CUSTOMER, external)]
        assert ticket.shared is True, "whatever is posted there, the asker reads"
        assert ticket.direct is not external, "another workspace may call its people what it likes"


def test_a_guest_of_ours_is_a_customer() -> None:
    with open() as stage:
        stage.host.slack.person("Gus", HOME).is_guest = True
        stage.host.agent_writes("Gus", "Me too", ticket=stage.ref.id)
        assert roles(stage)[-1] == (Role.CUSTOMER, True)


def test_a_foreign_claim_in_a_message_outweighs_the_directory() -> None:
    with open() as stage:
        stage.host.agent_writes("Robin", "I look.", ticket=stage.ref.id)
        stage.thread()[-1]["source_team"] = "T0OTHER"
        assert roles(stage)[-1] == (Role.CUSTOMER, True)


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 404}])
def test_people_whom_slack_does_not_tell_are_external(fault: dict[str, Any]) -> None:
    with open() as stage:
        stage.host.agent_writes("Robin", "I look.", ticket=stage.ref.id)
        stage.world.faults.order(Fault("status", path="users.info", times=9, **fault))
        assert roles(stage) == [(Role.CUSTOMER, True), (Role.CUSTOMER, True)]


@pytest.mark.parametrize("status", [403, 404])
def test_a_channel_that_slack_does_not_tell_is_shared(status: int) -> None:
    with open() as stage:
        ref = Ref(stage.host.colleague_asks("Jo", "How?"))
        stage.world.faults.order(Fault("status", path="conversations.info", status=status))
        ticket = stage.connector.ticket(ref)
        assert ticket.shared is True
        assert ticket.messages[0].author.role is Role.AGENT


@pytest.mark.parametrize("method", ["conversations.replies", "conversations.info", "users.info"])
@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, Unavailable)])
def test_a_passing_failure_is_not_taken_for_an_answer(method: str, status: int, kind: type[Exception]) -> None:
    with open() as stage:
        stage.world.faults.order(Fault("status", path=method, status=status))
        with pytest.raises(kind):
            stage.connector.ticket(stage.ref)


@pytest.mark.parametrize(
    ("room", "internal"),
    [
        ({"is_ext_shared": False}, True),
        ({"is_ext_shared": True}, False),
        ({}, False),
        ({"is_ext_shared": None}, False),
        ({"is_ext_shared": 0}, False),
        ({"is_ext_shared": False, "is_pending_ext_shared": True}, False),
        ({"is_ext_shared": False, "pending_shared": ["T0OTHER"]}, False),
    ],
)
def test_only_what_is_said_to_be_internal_is(room: dict[str, Any], internal: bool) -> None:
    assert is_internal(room) is internal


def test_an_archived_channel_is_a_closed_ticket() -> None:
    with open() as stage:
        stage.close_for_good()
        assert stage.connector.ticket(stage.ref).status is Status.CLOSED


@pytest.mark.parametrize("id", ["35436", "C0CUSTOMERS", "C0CUSTOMERS:1.1", "c:1", "", "C0NOWHERE:1719211249.499799"])
def test_no_such_thread_is_not_found(id: str) -> None:
    with open() as stage, pytest.raises(NotFound):
        stage.connector.ticket(Ref(id))


def test_long_threads_are_read_to_the_end() -> None:
    with open() as stage:
        for number in range(450):
            stage.host.slack.add(
                stage.host.slack.channels[SHARED],
                {"user": "U1", "text": str(number)},
                thread=stage.ref.id.split(":")[1],
            )
        ticket = stage.connector.ticket(stage.ref)
        assert [one.text for one in ticket.messages[1:]] == [str(number) for number in range(450)]


def test_a_thread_that_cannot_be_read_to_its_end_is_refused() -> None:
    with open() as stage:
        channel, root = stage.host.slack.channels[SHARED], stage.ref.id.split(":")[1]
        for number in range(PAGES * PAGE + 1):
            stamp = f"{2_000_000_000 + number}.000000"
            channel.messages.append({"type": "message", "user": "U1", "text": "", "ts": stamp, "thread_ts": root})
        with pytest.raises(Refused):
            stage.connector.ticket(stage.ref)


def test_an_edit_changes_the_revision_and_our_words_do_not() -> None:
    with open() as stage:
        before = stage.connector.ticket(stage.ref).revision
        stage.connector.apply(stage.ref, [Reply("Hello.")], key="k")
        assert stage.connector.ticket(stage.ref).revision == before
        stage.thread()[0]["edited"] = {"user": "U1", "ts": "1719211400.000000"}
        assert stage.connector.ticket(stage.ref).revision != before


def test_who_we_are_is_asked_when_the_connection_does_not_know() -> None:
    with open() as stage:
        stage.connector.apply(stage.ref, [Reply("Hello.")], key="k")
        fresh = Slack(connection(stage.base, user_id="", bot_id="", app_id=""))
        assert fresh.ticket(stage.ref).messages[-1].author.role is Role.US


def test_attachments_keep_their_names() -> None:
    with open() as stage:
        stage.thread()[0]["files"] = [
            {
                "id": "F1",
                "name": "a.pdf",
                "mimetype": "application/pdf",
                "size": 12,
                "url_private": "https://x.example/a",
            },
            {"id": "F2", "mode": "file_access", "file_access": "check_file_info"},
            None,
        ]
        first, second = stage.connector.ticket(stage.ref).messages[0].attachments
        assert (first.name, first.content_type, first.size) == ("a.pdf", "application/pdf", 12)
        assert (second.name, second.url) == ("F2", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U0DESKHAND> help", "help"),
        ("<@U1> and <@U2|ann> and <@U9>", "@Bo and @ann and @U9"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("<!here> <!subteam^S1|@team> <!date^1|tomorrow>", "@here @team tomorrow"),
        ("<https://a.example|our page> <https://b.example>", "our page (https://a.example) https://b.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
    ],
)
def test_slacks_marks_become_words(text: str, expected: str) -> None:
    assert plain(text, {"U1": "Bo"}, "U0DESKHAND") == expected


def test_changed_tells_what_webhooks_would_have_told() -> None:
    with open() as stage:
        started = stage.world.clock.now()
        stage.host.customer_writes("casey@example.com", "Anybody?", ticket=stage.ref.id)
        stage.connector.apply(stage.ref, [Reply("Hello.")], key="k")
        stage.host.agent_writes("Robin", "a note", ticket=stage.ref.id, public=False)
        asked = stage.host.colleague_asks("Jo", "How?")
        found = {(event.delivery, event.ref.id if event.ref else "") for event in stage.connector.changed(started)}
        second = stage.thread()[1]["ts"]
        assert found == {
            (f"T0HOMETEAM:{SHARED}:{second}", stage.ref.id),
            (f"T0HOMETEAM:{asked}", asked),
        }


def test_changed_passes_over_channels_that_it_may_not_read() -> None:
    with open() as stage:
        started = stage.world.clock.now()
        asked = stage.host.colleague_asks("Jo", "How?")
        stage.world.faults.order(Fault("status", path="conversations.history", status=403, times=1))
        assert [event.ref.id for event in stage.connector.changed(started) if event.ref] == [asked]


@pytest.mark.parametrize("status", [403, 404])
def test_changed_tells_nothing_where_channels_cannot_be_listed(status: int) -> None:
    with open() as stage:
        stage.world.faults.order(Fault("status", path="users.conversations", status=status))
        assert list(stage.connector.changed(NOON)) == []


def test_changed_says_when_it_may_not_go_on() -> None:
    with open() as stage:
        stage.host.slack.rules.clipped = True
        with pytest.raises(RateLimited):
            list(stage.connector.changed(stage.world.clock.now()))
