"""Changes: made once, in one PUT, never over somebody else's work."""

from datetime import UTC, datetime

import pytest

from app.sandbox.world import Fault
from connectors.errors import (
    AuthFailed,
    Closed,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Unsupported,
)
from connectors.types import (
    AddMessage,
    Assign,
    Note,
    OpenTicket,
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

NOW = datetime.now(UTC)
WHOLE = (
    Reply("Your parcel is **on its way**."),
    Tag(("Deskhand Shipping",)),
    Untag(("old_tag",)),
    SetField("deskhand_category", "shipping"),
    SetPriority(Priority.HIGH),
    SetStatus(Status.PENDING),
    Assign(team="support"),
)


def test_everything_goes_in_one_update(stage):
    receipt = stage.connector.apply(stage.ref, WHOLE, key="k1", expect=stage.connector.ticket(stage.ref).revision)
    assert len(stage.record.audits) == 2
    assert receipt.key == "k1"
    assert receipt.refs == (str(stage.record.comments[-1]["id"]),)
    assert not receipt.recovered
    assert receipt.skipped == ()
    row = stage.record.row
    assert (row["status"], row["priority"], row["tags"]) == ("pending", "high", ["deskhand_shipping"])
    assert row["group_id"] in stage.host.state.groups
    assert [pair["value"] for pair in row["custom_fields"]] == ["shipping"]
    assert stage.record.audits[-1]["metadata"]["custom"] == {"deskhand_key": "k1"}


def test_note_and_reply_are_two_updates_with_a_key_each_the_note_first(stage):
    stage.connector.apply(stage.ref, [Reply("Hello"), Note("Why"), Tag(("t",)), SetStatus(Status.SOLVED)], key="k")
    notes, replies = stage.record.audits[1:]
    assert [a["metadata"]["custom"]["deskhand_key"] for a in (notes, replies)] == ["k", "k:reply"]
    assert [c["public"] for c in stage.record.comments[1:]] == [False, True]
    assert {e.get("field_name") for e in notes["events"]} == {None, "tags"}
    assert {e.get("field_name") for e in replies["events"]} == {None, "status"}


def test_a_note_stays_internal_although_the_ticket_began_in_public(stage):
    stage.connector.apply(stage.ref, [Note("between us")], key="k")
    assert stage.record.comments[-1]["public"] is False


@pytest.mark.parametrize("kind", ["reset_after", "hang"])
def test_killed_between_write_and_receipt_nothing_is_written_twice(stage, kind):
    seconds = 0.05 if kind == "hang" else 0.0
    stage.world.faults.order(Fault(kind, method="PUT", path="/tickets/", seconds=seconds))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [Reply("Once")], key="k")
    written = kind == "reset_after"
    receipt = stage.connector.apply(stage.ref, [Reply("Once")], key="k", since=NOW)
    assert receipt.recovered is written
    assert receipt.refs == (str(stage.record.comments[-1]["id"]),)
    assert [c["plain_body"] for c in stage.record.comments].count("Once") == 1


def test_killed_between_note_and_reply_only_the_reply_is_sent_again(stage):
    changes = [Note("Why"), Reply("Hello"), SetStatus(Status.PENDING)]
    expect = stage.connector.ticket(stage.ref).revision
    puts = iter([False, True])
    update = stage.connector._client.update

    def second_fails(id, values):
        if next(puts):
            raise Unavailable("gone")
        return update(id, values)

    stage.connector._client.update = second_fails
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, changes, key="k", expect=expect)
    stage.connector._client.update = update
    receipt = stage.connector.apply(stage.ref, changes, key="k", expect=expect, since=NOW)
    assert [c["plain_body"] for c in stage.record.comments[1:]] == ["Why", "Hello"]
    assert receipt.refs == tuple(str(c["id"]) for c in stage.record.comments[1:])
    assert stage.record.row["status"] == "pending"


def test_the_same_key_again_gives_the_first_receipt(stage):
    first = stage.connector.apply(stage.ref, WHOLE, key="k")
    again = stage.connector.apply(stage.ref, WHOLE, key="k", since=NOW)
    assert again.refs == first.refs
    assert again.recovered
    assert len(stage.record.audits) == 2


def test_another_key_is_another_effect(stage):
    stage.connector.apply(stage.ref, [Note("one")], key="k1", since=NOW)
    stage.connector.apply(stage.ref, [Note("two")], key="k2", since=NOW)
    assert len(stage.record.comments) == 3


def test_an_answer_by_a_human_stops_ours(stage):
    expect = stage.connector.ticket(stage.ref).revision
    stage.host.agent_writes("Kim", "I have it", ticket=stage.ref.id)
    with pytest.raises(Conflict):
        stage.connector.apply(stage.ref, [Reply("Hello")], key="k", expect=expect)
    assert len(stage.record.comments) == 2


def test_a_human_between_our_read_and_our_write_stops_it_too(stage):
    expect = stage.connector.ticket(stage.ref).revision
    comments = stage.connector._client.comments

    def then_somebody_answers(id):
        found = comments(id)
        stage.world.clock.advance(2)
        stage.host.agent_writes("Kim", "I have it", ticket=stage.ref.id)
        return found

    stage.connector._client.comments = then_somebody_answers
    with pytest.raises(Conflict):
        stage.connector.apply(stage.ref, [Reply("Hello")], key="k", expect=expect)
    assert {c["plain_body"] for c in stage.record.comments[1:]} == {"I have it"}


def test_a_trigger_that_tags_in_between_does_not_stop_us(stage):
    expect = stage.connector.ticket(stage.ref).revision
    comments, once = stage.connector._client.comments, iter([True])

    def then_a_tag(id):
        found = comments(id)
        if next(once, False):
            stage.world.clock.advance(2)
            stage.record.row["tags"] = ["vip"]
            stage.record.row["updated_at"] = stage.host.state.now()
        return found

    stage.connector._client.comments = then_a_tag
    stage.connector.apply(stage.ref, [Reply("Hello")], key="k", expect=expect)
    assert [c["plain_body"] for c in stage.record.comments[1:]] == ["Hello"]
    assert stage.record.row["tags"] == ["vip"]


def test_a_host_that_ignores_additional_tags_gets_them_by_the_tags_endpoint(stage):
    update = stage.connector._client.update

    def ignoring(id, values):
        return update(id, {k: v for k, v in values.items() if k not in ("additional_tags", "remove_tags")})

    stage.connector._client.update = ignoring
    stage.connector.apply(stage.ref, [Tag(("a", "b")), Untag(("old_tag",)), Note("n")], key="k")
    assert stage.record.row["tags"] == ["a", "b"]


def test_tags_that_are_refused_do_not_undo_what_was_said(stage):
    update = stage.connector._client.update
    stage.connector._client.update = lambda id, values: update(id, {"comment": values["comment"]})
    stage.world.faults.order(Fault("status", method="PUT", path="/tags", status=404))
    receipt = stage.connector.apply(stage.ref, [Tag(("a",)), Note("n")], key="k")
    assert receipt.skipped == ("tags: the vendor refused them (NotFound)",)
    assert stage.record.comments[-1]["plain_body"] == "n"


def test_killed_before_the_tags_they_are_seen_to_on_the_resend(stage):
    update, changes = stage.connector._client.update, [Tag(("a",)), Note("n")]
    stage.connector._client.update = lambda id, v: update(id, {"comment": v["comment"], "metadata": v["metadata"]})
    stage.world.faults.order(Fault("reset_before", method="PUT", path="/tags"))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, changes, key="k")
    assert stage.connector.apply(stage.ref, changes, key="k", since=NOW).recovered
    assert stage.record.row["tags"] == ["a", "old_tag"]
    assert len(stage.record.comments) == 2


@pytest.mark.parametrize(
    ("status", "error"), [(401, AuthFailed), (403, Forbidden), (404, NotFound), (400, Refused), (500, Unavailable)]
)
def test_a_refusal_is_the_right_error_and_nothing_is_written(stage, status, error):
    stage.world.faults.order(Fault("status", method="PUT", status=status))
    with pytest.raises(error):
        stage.connector.apply(stage.ref, [Reply("Hello")], key="k")
    assert len(stage.record.comments) == 1


@pytest.mark.parametrize("status", [403, 422])
def test_what_is_said_goes_alone_when_what_comes_along_is_refused(stage, status):
    stage.world.faults.order(Fault("status", method="PUT", status=status, times=2))
    changes = [Note("N"), Tag(("late",)), SetPriority(Priority.HIGH), Assign(agent="7")]
    receipt = stage.connector.apply(stage.ref, changes, key="k")
    assert [c["plain_body"] for c in stage.record.comments[1:]] == ["N"]
    assert "late" in stage.record.row["tags"]
    assert [words.partition(":")[0] for words in receipt.skipped] == ["agent 7", "priority"]
    assert stage.connector.apply(stage.ref, [Note("N")], key="k", since=NOW).recovered


def test_a_ticket_that_is_shut_to_us_is_tried_without_extras_once(stage):
    stage.world.faults.order(Fault("status", method="PUT", status=403, times=2))
    with pytest.raises(Forbidden):
        stage.connector.apply(stage.ref, [Note("N"), SetPriority(Priority.HIGH)], key="k")
    assert stage.world.faults.waiting() == ()
    assert len(stage.record.comments) == 1


def test_a_limit_says_how_long_and_never_sleeps(stage):
    stage.world.faults.order(Fault("status", method="PUT", status=429, headers={"Retry-After": "93"}))
    with pytest.raises(RateLimited) as caught:
        stage.connector.apply(stage.ref, [Reply("Hello")], key="k")
    assert caught.value.retry_after == 93.0


def test_a_503_is_sent_once(stage):
    stage.world.faults.order(Fault("status", method="PUT", status=503))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [Reply("Hello")], key="k")
    assert len(stage.record.comments) == 1


def test_a_409_without_a_guard_is_a_conflict(stage):
    stage.world.faults.order(Fault("status", method="PUT", status=409))
    with pytest.raises(Conflict):
        stage.connector.apply(stage.ref, [Note("Hello")], key="k")


def test_a_409_without_end_is_a_conflict(stage):
    stage.world.faults.order(Fault("status", method="PUT", status=409, times=10))
    with pytest.raises(Conflict):
        stage.connector.apply(stage.ref, [Note("x")], key="k", expect=stage.connector.ticket(stage.ref).revision)


def test_closed_and_deleted(stage):
    stage.close_for_good()
    with pytest.raises(Closed):
        stage.connector.apply(stage.ref, [Note("late")], key="k")
    stage.remove()
    with pytest.raises(NotFound):
        stage.connector.apply(stage.ref, [Note("later")], key="k")
    with pytest.raises(NotFound):
        stage.connector.apply(Ref("../users/1"), [Note("odd")], key="k")


def test_what_the_account_does_not_know_is_left_out_and_said(stage):
    changes = [SetField("nobody", "x"), Assign(team="Nowhere", agent="Kim"), Note("kept")]
    receipt = stage.connector.apply(stage.ref, changes, key="k")
    assert [part.split(":")[0] for part in receipt.skipped] == ["field nobody", "team Nowhere", "agent Kim"]
    assert stage.record.comments[-1]["plain_body"] == "kept"


def test_groups_that_we_may_not_read_are_left_out(stage):
    stage.world.faults.order(Fault("status", path="/groups", status=403))
    receipt = stage.connector.apply(stage.ref, [Assign(team="Support"), Note("kept")], key="k")
    assert len(receipt.skipped) == 1


def test_an_agent_by_number_or_address(stage):
    kim = stage.host.state.add_user("Kim", "kim@example.com", role="agent")["id"]
    stage.connector.apply(stage.ref, [Assign(agent=str(kim))], key="k1")
    assert stage.record.row["assignee_id"] == kim
    stage.record.row["assignee_id"] = None
    stage.connector.apply(stage.ref, [Assign(agent="kim@example.com")], key="k2")
    assert stage.record.row["assignee_id"] == kim


def test_nothing_to_say_is_no_call(stage):
    stage.world.faults.order(Fault("status", status=500))
    assert stage.connector.apply(stage.ref, [], key="k").refs == ()
    assert stage.connector.apply(stage.ref, [SetField("nobody", 1)], key="k").skipped


def test_a_whisper_is_not_for_zendesk(stage):
    with pytest.raises(Unsupported):
        stage.connector.apply(stage.ref, [Note("x"), Whisper("u", "psst")], key="k")
    assert len(stage.record.comments) == 1


def test_the_conversation_elsewhere_is_copied_in_the_customers_name(stage):
    who = Person("U1", Role.CUSTOMER, "Grace", "grace@example.com")
    stage.connector.apply(stage.ref, [AddMessage("From Slack", who)], key="k1")
    stage.connector.apply(stage.ref, [AddMessage("Again", who)], key="k2")
    first, second = stage.record.comments[1:]
    assert (
        first["author_id"] == second["author_id"] == stage.host.state.user_named("grace@example.com", "end-user")["id"]
    )
    assert first["public"]
    assert stage.connector.ticket(stage.ref).messages[-1].author.role is Role.CUSTOMER


def test_a_person_whom_the_search_does_not_show_yet_is_found_all_the_same(stage):
    known = stage.host.state.add_user("Grace", "grace@example.com")["id"]
    stage.connector._client.users_named = lambda **_: []
    who = Person("U1", Role.CUSTOMER, "Grace Hopper", "grace@example.com")
    stage.connector.apply(stage.ref, [AddMessage("Hi", who)], key="k")
    assert stage.record.comments[-1]["author_id"] == known


def test_a_person_without_an_address_is_found_again(stage):
    who = Person("U2", Role.CUSTOMER, "Nameless")
    for key in ("k1", "k2"):
        stage.connector.apply(stage.ref, [AddMessage("Hi", who)], key=key)
    assert len({c["author_id"] for c in stage.record.comments[1:]}) == 1


def test_a_ticket_is_opened_once(stage):
    who = Person("U1", Role.CUSTOMER, "Grace", "grace@example.com")
    opened = [OpenTicket("Subject", "Text", who, "https://example.com/t"), Tag(("slack",)), Note("context")]
    stage.world.faults.order(Fault("reset_after", method="POST", path="/tickets"))
    with pytest.raises(Unavailable):
        stage.connector.apply(Ref(""), opened, key="open")
    for advance in (0, 3 * 3600):
        stage.world.clock.advance(advance)
        receipt = stage.connector.apply(Ref(""), opened, key="open", since=NOW)
        ticket = stage.connector.ticket(Ref(receipt.refs[0]))
        assert ticket.question.text == "Text\n\nhttps://example.com/t"
        assert [m.text for m in ticket.messages[1:]] == ["context"]
        assert ticket.tags == {"slack"}
        assert ticket.requester.email == "grace@example.com"
    assert receipt.recovered
    assert len(stage.host.state.tickets) == 2


def test_a_ticket_that_only_the_team_reads_holds_no_word_of_its_requester(stage):
    who = Person("U1", Role.CUSTOMER, "Grace", "grace@example.com")
    receipt = stage.connector.apply(Ref(""), [OpenTicket("Subject", "Text", who, public=False)], key="open")
    ticket = stage.connector.ticket(Ref(receipt.refs[0]))
    assert ticket.requester.email == "grace@example.com"
    assert [(m.text, m.public, m.author.role) for m in ticket.messages] == [("Text", False, Role.US)]
    assert ticket.question is None


def test_where_we_may_not_look_for_people_zendesk_does(stage):
    stage.world.faults.order(Fault("status", path="/users", status=403))
    who = Person("U1", Role.CUSTOMER, "Grace", "grace@example.com")
    receipt = stage.connector.apply(Ref(""), [OpenTicket("Subject", "Text", who)], key="open")
    assert stage.connector.ticket(Ref(receipt.refs[0])).requester.email == "grace@example.com"


def test_an_address_that_another_user_has_is_no_person_to_us(stage):
    stage.host.state.add_user("Other", "grace@example.com.example.com")
    who = Person("U1", Role.CUSTOMER, "Grace", "Grace@example.com")
    for key in ("k1", "k2"):
        stage.connector.apply(stage.ref, [AddMessage("Hi", who)], key=key)
    emails = [stage.host.state.users[c["author_id"]]["email"] for c in stage.record.comments[1:]]
    assert emails == ["Grace@example.com"] * 2


def test_two_tickets_at_once_are_refused(stage):
    change = OpenTicket("S", "T", Person("U1", Role.CUSTOMER, "Grace", "grace@example.com"))
    with pytest.raises(Refused):
        stage.connector.apply(Ref(""), [change, change], key="k")
    assert len(stage.host.state.tickets) == 1
