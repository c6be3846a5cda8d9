"""Changes at the played workspace: what is written, in which order, and what is left out in words."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from app.sandbox.world import Fault
from connectors.errors import AuthFailed, Conflict, NotFound, Unsupported
from connectors.intercom.writes import FORGOTTEN, NO_PENDING, NO_PRIORITY
from connectors.types import (
    AddMessage,
    Assign,
    Change,
    Note,
    Person,
    Priority,
    Ref,
    Reply,
    Role,
    SetField,
    SetPriority,
    SetStatus,
    Status,
    Tag,
    Untag,
    Whisper,
)
from tests.connectors.intercom.stage import IntercomStage

BATCH: Sequence[Change] = (
    SetStatus(Status.SOLVED),
    Reply("Try **this**, <b>now</b>."),
    Assign(team="billing"),
    Note("Why: [source](https://help.example/1)"),
    Tag(("deskhand",)),
    Untag(("stale", "never there")),
    SetPriority(Priority.URGENT),
    SetField("deskhand_category", "refund"),
)


def calls(stage: IntercomStage) -> list[tuple[str, str]]:
    """What was called since the stage was opened, the conversation's own address left out."""
    found = [(call.method, call.path.removeprefix(f"/conversations/{stage.ref.id}")) for call in stage.host.door.calls]
    stage.host.door.calls.clear()
    return found


def last(stage: IntercomStage) -> dict[str, Any]:
    return dict(stage.host.views()[0].messages[-1])


def test_a_batch_is_made_in_order(stage: IntercomStage) -> None:
    receipt = stage.connector.apply(stage.ref, BATCH, key="k")
    team = next(iter(stage.host.workspace.teams))
    tag = stage.host.workspace.tag_named("stale")
    assert calls(stage) == [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", f"/tags/{tag}"),
        ("POST", "/tags"),
        ("POST", "/tags"),
        ("POST", "/reply"),
        ("POST", "/reply"),
        ("GET", "/teams"),
        ("POST", "/parts"),
        ("POST", "/parts"),
    ]
    assert stage.host.workspace.conversations[stage.ref.id].team == team
    parts = stage.host.workspace.conversations[stage.ref.id].parts
    assert [part.kind for part in parts] == ["note", "comment", "assignment", "close"]
    assert receipt.refs == (parts[1].id, parts[0].id)
    assert receipt.skipped == (NO_PRIORITY,)
    assert not receipt.recovered


def test_words_arrive_as_html_and_nothing_else_gets_through(stage: IntercomStage) -> None:
    text = "Hi **you** and *me*\n\n- a & b\n- [x](https://e.example/?a=1&b=2)\n\n<script>x</script> [y](javascript:z)"
    stage.connector.apply(stage.ref, [Reply(text)], key="k")
    assert last(stage)["html"] == (
        "<p>Hi <b>you</b> and <i>me</i></p><ul><li>a &amp; b</li>"
        '<li><a href="https://e.example/?a=1&amp;b=2">x</a></li></ul>'
        "<p>&lt;script&gt;x&lt;/script&gt; [y](javascript:z)</p>"
    )


def test_a_note_is_a_note_and_carries_its_reference(stage: IntercomStage) -> None:
    stage.connector.apply(stage.ref, [Note("Internal"), Note("Second")], key="d 7/é")
    first, second = stage.host.views()[0].messages[-2:]
    assert [first["kind"], second["kind"]] == ["note", "note"]
    assert first["text"].endswith("Deskhand ref d%207%2F%C3%A9")
    assert second["text"].endswith("Deskhand ref d%207%2F%C3%A9+1")


def test_the_reply_itself_carries_no_mark(stage: IntercomStage) -> None:
    stage.connector.apply(stage.ref, [Note("N"), Reply("Just this.")], key="k")
    assert last(stage)["text"] == "Just this."


def test_an_unknown_attribute_is_left_out_and_the_rest_is_made(stage: IntercomStage) -> None:
    batch = [SetField("unheard", 1), SetField("deskhand_category", "refund"), Note("The note.")]
    receipt = stage.connector.apply(stage.ref, batch, key="k")
    assert stage.seen(batch[1]) == stage.seen(batch[2]) == 1
    assert len(receipt.skipped) == 1
    assert receipt.skipped[0].startswith("attribute unheard:")


def test_one_unknown_attribute_alone_costs_one_call(stage: IntercomStage) -> None:
    receipt = stage.connector.apply(stage.ref, [SetField("unheard", 1)], key="k")
    assert [method for method, _ in calls(stage)] == ["PUT"]
    assert len(receipt.skipped) == 1


def test_an_attribute_that_was_refused_is_left_out_at_once_until_it_may_be_there(stage: IntercomStage) -> None:
    batch = [SetField("unheard", 1), SetField("deskhand_category", "refund"), SetField("deskhand_mode", "assist")]
    first = stage.connector.apply(stage.ref, batch, key="k1")
    assert [method for method, _ in calls(stage)] == ["PUT"] * 4
    second = stage.connector.apply(stage.ref, batch, key="k2")
    assert [method for method, _ in calls(stage)] == ["PUT"]
    assert first.skipped == second.skipped
    assert stage.connector.apply(stage.ref, batch[:1], key="k3").skipped == first.skipped
    assert calls(stage) == []
    later = time.monotonic() + FORGOTTEN + 1
    stage.connector._writer._now = lambda: later
    stage.host.workspace.attributes["unheard"] = "integer"
    assert stage.connector.apply(stage.ref, batch, key="k4").skipped == ()
    assert len(calls(stage)) == 1


def test_a_404_for_an_attribute_does_not_lose_the_ticket(stage: IntercomStage) -> None:
    stage.world.faults.order(Fault("status", method="PUT", status=404))
    receipt = stage.connector.apply(stage.ref, [SetField("deskhand_category", "x"), Note("N")], key="k")
    assert stage.seen(Note("N")) == 1
    assert len(receipt.skipped) == 1


def test_a_field_is_emptied(stage: IntercomStage) -> None:
    stage.connector.apply(stage.ref, [SetField("deskhand_category", "x")], key="k1")
    stage.connector.apply(stage.ref, [SetField("deskhand_category", None)], key="k2")
    assert stage.host.workspace.conversations[stage.ref.id].attributes == {}


def test_a_tag_is_looked_up_once_and_anew_when_somebody_deleted_it(stage: IntercomStage) -> None:
    stage.connector.apply(stage.ref, [Tag(("a",))], key="k1")
    stage.connector.apply(stage.ref, [Tag(("a",))], key="k2")
    assert [path for _, path in calls(stage)] == ["/tags", "/tags", "/tags"]  # made, put on, put on
    with stage.host.workspace.lock:
        number = stage.host.workspace.tag_named("a")
        del stage.host.workspace.tags[number]
        stage.host.workspace.conversations[stage.ref.id].tags.clear()
    receipt = stage.connector.apply(stage.ref, [Tag(("a",))], key="k3")
    assert stage.seen(Tag(("a",))) == 1
    assert receipt.skipped == ()


@pytest.mark.parametrize("path", ["/tags$", "/conversations/.*/tags"])
def test_a_refused_tag_does_not_stop_the_note(stage: IntercomStage, path: str) -> None:
    stage.world.faults.order(Fault("status", method="POST", path=path, status=422))
    receipt = stage.connector.apply(stage.ref, [Tag(("a",)), Note("N")], key="k")
    assert [line.partition(":")[0] for line in receipt.skipped] == ["tag a"]
    assert stage.seen(Note("N")) == 1


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (Assign(agent="robin"), ("814861x", None)),
        (Assign(agent="robin@team.example"), ("814861x", None)),
        (Assign(team="BILLING", agent="Robin"), ("814861x", "team")),
    ],
)
def test_assignment_by_name_or_address(stage: IntercomStage, change: Assign, wanted: tuple[str, str | None]) -> None:
    robin = stage.host.workspace.admin_of("Robin")
    stage.connector.apply(stage.ref, [change], key="k")
    given = stage.host.workspace.conversations[stage.ref.id]
    assert given.admin == robin.id
    assert (given.team is not None) is (wanted[1] is not None)


def test_an_unknown_team_is_left_out(stage: IntercomStage) -> None:
    receipt = stage.connector.apply(stage.ref, [Assign(team="No such"), Note("N")], key="k")
    assert receipt.skipped == ("assignment: team: the workspace has none of this name",)
    assert stage.seen(Note("N")) == 1


def test_an_id_that_the_workspace_refuses_is_left_out(stage: IntercomStage) -> None:
    receipt = stage.connector.apply(stage.ref, [Assign(team="99999"), Note("N")], key="k")
    assert len(receipt.skipped) == 1


def test_what_is_assigned_already_is_not_assigned_again(stage: IntercomStage) -> None:
    stage.connector.apply(stage.ref, [Assign(team="Billing")], key="k1")
    revision = stage.connector.ticket(stage.ref).revision
    stage.connector.apply(stage.ref, [Assign(team="Billing"), Note("N")], key="k2", expect=revision)
    kinds = [part.kind for part in stage.host.workspace.conversations[stage.ref.id].parts]
    assert kinds == ["assignment", "note"]


def test_snoozing_to_a_time_and_waking(stage: IntercomStage) -> None:
    until = stage.world.clock.now() + timedelta(days=1)
    stage.connector.apply(stage.ref, [SetStatus(Status.PENDING, until)], key="k1")
    given = stage.host.workspace.conversations[stage.ref.id]
    assert (given.state, given.snoozed_until) == ("snoozed", int(until.timestamp()))
    assert stage.connector.ticket(stage.ref).status is Status.PENDING
    stage.connector.apply(stage.ref, [SetStatus(Status.OPEN)], key="k2")
    assert (given.state, given.snoozed_until) == ("open", None)


@pytest.mark.parametrize("status", [Status.PENDING, Status.HOLD])
def test_waiting_without_a_time_is_said_to_be_left_out(stage: IntercomStage, status: Status) -> None:
    receipt = stage.connector.apply(stage.ref, [SetStatus(status)], key="k")
    assert receipt.skipped == (NO_PENDING,)
    assert calls(stage) == []


def test_a_customers_words_are_copied_in_the_customers_name(stage: IntercomStage) -> None:
    requester = stage.connector.ticket(stage.ref).requester
    stage.connector.apply(stage.ref, [AddMessage("Same person", requester)], key="k1")
    stage.connector.apply(stage.ref, [AddMessage("Colleague", Person("U2", Role.CUSTOMER, "Kim"))], key="k2")
    said = stage.connector.ticket(stage.ref).messages[-2:]
    assert [(m.text, m.author.role) for m in said] == [
        ("Same person", Role.CUSTOMER),
        ("Kim: Colleague", Role.CUSTOMER),
    ]


def test_what_we_cannot_do_is_refused_before_anything_is_written(stage: IntercomStage) -> None:
    with pytest.raises(Unsupported):
        stage.connector.apply(stage.ref, [Note("N"), Whisper("x", "y")], key="k")
    assert calls(stage) == []


@pytest.mark.parametrize("ticket", ["", "../me", "1/2", "a b", "x" * 70])
def test_an_impossible_id_is_not_called(stage: IntercomStage, ticket: str) -> None:
    with pytest.raises(NotFound):
        stage.connector.apply(Ref(ticket), [Note("N")], key="k")
    with pytest.raises(NotFound):
        stage.connector.ticket(Ref(ticket))
    assert calls(stage) == []


@pytest.mark.parametrize("path", ["/tags$", "/parts$", "/teams$"])
def test_what_the_plan_does_not_allow_is_left_out_and_the_note_is_written(stage: IntercomStage, path: str) -> None:
    changes = [Tag(("billing",)), Note("N"), Assign(team="Billing")]
    stage.world.faults.order(Fault("status", path=path, status=403, times=9))
    receipt = stage.connector.apply(stage.ref, changes, key="k")
    assert stage.seen(changes[1]) == 1
    assert len(receipt.skipped) == 1


def test_a_dead_token_writes_nothing(stage: IntercomStage) -> None:
    stage.host.door._token = "rotated"
    with pytest.raises(AuthFailed):
        stage.connector.apply(stage.ref, BATCH, key="k")
    assert stage.host.workspace.conversations[stage.ref.id].parts == []


@pytest.mark.parametrize("expected", [False, True])
def test_a_person_who_answers_between_our_note_and_our_reply_stops_the_reply(
    stage: IntercomStage, expected: bool
) -> None:
    """The note's answer is on its way when the person writes: the reply's own check sees it."""
    revision = stage.connector.ticket(stage.ref).revision
    say = stage.host.workspace.admin_says

    def interrupted(*given: Any) -> Any:
        part = say(*given)
        stage.host.workspace.admin_says = say  # type: ignore[method-assign]
        stage.host.agent_writes("Robin", "I have it.", ticket=stage.ref.id)
        return part

    stage.host.workspace.admin_says = interrupted  # type: ignore[method-assign]
    batch = [Note("N"), Reply("R")]
    if expected:
        with pytest.raises(Conflict):
            stage.connector.apply(stage.ref, batch, key="k", expect=revision)
    else:
        stage.connector.apply(stage.ref, batch, key="k")
    assert (stage.seen(batch[0]), stage.seen(batch[1])) == (1, 0 if expected else 1)


def test_a_customer_who_writes_between_our_tags_and_our_note_stops_the_note(stage: IntercomStage) -> None:
    """Else it would stand below a question that it is not about."""
    revision = stage.connector.ticket(stage.ref).revision
    named = stage.host.workspace.tag_named

    def interrupted(*given: Any) -> Any:
        stage.host.workspace.tag_named = named  # type: ignore[method-assign]
        stage.host.customer_writes("casey@example.com", "And another thing", ticket=stage.ref.id)
        return named(*given)

    stage.host.workspace.tag_named = interrupted  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        stage.connector.apply(stage.ref, [Tag(("t",)), Note("N")], key="k", expect=revision)
    assert stage.seen(Note("N")) == 0


def test_a_person_on_our_own_seat_stops_us_too(stage: IntercomStage) -> None:
    revision = stage.connector.ticket(stage.ref).revision
    stage.host.agent_writes("Deskhand", "A human typed this.", ticket=stage.ref.id)
    assert stage.connector.ticket(stage.ref).messages[-1].author.role is Role.AGENT
    with pytest.raises(Conflict):
        stage.connector.apply(stage.ref, [Reply("R")], key="k", expect=revision)


def test_a_person_who_closes_or_takes_it_stops_us(stage: IntercomStage) -> None:
    for act in (
        lambda: stage.host.agent_closes("Robin", stage.ref.id),
        lambda: stage.host.agent_assigns("Robin", stage.ref.id, "Kim"),
    ):
        revision = stage.connector.ticket(stage.ref).revision
        act()
        with pytest.raises(Conflict):
            stage.connector.apply(stage.ref, [Reply("R")], key="k", expect=revision)
    assert stage.seen(Reply("R")) == 0


def test_a_reply_is_checked_once_when_nothing_was_written_before(stage: IntercomStage) -> None:
    revision = stage.connector.ticket(stage.ref).revision
    calls(stage)
    stage.connector.apply(stage.ref, [Reply("R")], key="k", expect=revision)
    assert [method for method, _ in calls(stage)] == ["GET", "POST"]


def test_without_codes_we_know_ourselves_by_the_note(codeless: IntercomStage) -> None:
    before = codeless.connector.ticket(codeless.ref).revision
    codeless.connector.apply(codeless.ref, BATCH, key="k", expect=before)
    found = codeless.connector.ticket(codeless.ref)
    assert [message.author.role for message in found.messages] == [Role.CUSTOMER, Role.US, Role.US]
    assert found.revision == before
    codeless.host.agent_writes("Deskhand", "A human typed this.", ticket=codeless.ref.id)
    assert codeless.connector.ticket(codeless.ref).messages[-1].author.role is Role.AGENT
