"""Reading: the whole ticket, what changed, articles, fields; and what may be missing without stopping anything."""

from datetime import UTC, datetime, timedelta

import pytest

from app.sandbox.world import Fault
from connectors.base import HasArticles, Prepares, TellsChanged
from connectors.errors import AuthFailed, Forbidden, NotFound, Unavailable
from connectors.types import EventKind, Note, Ref, Reply, Role, SetField, Status
from connectors.zendesk import Zendesk
from tests.connectors.zendesk.stage import connection


def test_it_is_all_that_it_says(stage):
    for extra in (TellsChanged, HasArticles, Prepares):
        assert isinstance(stage.connector, extra)


def test_who_we_are(stage):
    me = stage.connector.check()
    assert me["user_id"] == str(stage.host.state.bot)
    assert me["role"] == "admin"
    assert me["account"].startswith("127.0.0.1:")


def test_a_polite_nobody_is_no_login(stage):
    stage.connector._client.me = lambda: {"id": None, "name": "Anonymous user", "role": "end-user"}
    with pytest.raises(AuthFailed):
        stage.connector.check()


def test_our_own_user_is_asked_for_once_when_it_is_not_known(stage):
    known = connection(stage.base, stage.host)
    zendesk = Zendesk(type(known)(known.id, known.base_url, {"email": stage.host.email}, known.secrets))
    assert zendesk.us == str(stage.host.state.bot)
    stage.world.faults.order(Fault("status", path="/users/me", status=500))
    assert zendesk.us == str(stage.host.state.bot)


def test_the_whole_conversation(stage):
    state, id = stage.host.state, stage.ref.id
    stage.host.agent_writes("Kim", "Looking", ticket=id)
    stage.host.agent_writes("Kim", "The depot has it", ticket=id, public=False)
    stage.connector.apply(stage.ref, [Reply("Soon")], key="k")
    stage.host.customer_writes("Charles", "I am in copy", ticket=id)
    read = stage.connector.ticket(stage.ref)
    said = [(m.author.role, m.public, m.text) for m in read.messages]
    assert said == [
        (Role.CUSTOMER, True, "Where is my parcel?\n\nOrder 4711"),
        (Role.AGENT, True, "Looking"),
        (Role.AGENT, False, "The depot has it"),
        (Role.US, True, "Soon"),
        (Role.CUSTOMER, True, "I am in copy"),
    ]
    assert read.messages[4].author.id != read.requester.id == str(state.user_named("Ada Lovelace", "end-user")["id"])
    assert read.requester.email == "ada.lovelace@example.com"
    assert (read.channel, read.status, read.subject) == ("email", Status.NEW, "Parcel")
    assert read.messages[0].headers["message-id"].startswith("<")
    assert read.messages[0].headers["from"] == "ada.lovelace@example.com"
    assert [m.at for m in read.messages] == sorted(m.at for m in read.messages)
    assert all(m.at.tzinfo is UTC for m in read.messages)
    assert read.question is read.messages[4]


def test_an_out_of_office_note_is_marked(stage):
    ticket = stage.host.customer_writes("Ada Lovelace", "I am away", subject="Away", flags=[4])
    assert stage.connector.ticket(Ref(ticket)).messages[0].headers["auto-submitted"] == "auto-generated"


def test_all_pages_of_a_long_conversation(stage):
    for number in range(230):
        stage.host.customer_writes("Ada Lovelace", f"message {number}", ticket=stage.ref.id)
    read = stage.connector.ticket(stage.ref)
    assert [m.text for m in read.messages[1:]] == [f"message {number}" for number in range(230)]


def test_more_authors_than_one_request_takes(stage):
    for number in range(120):
        stage.host.customer_writes(f"copy{number}@example.com", "me too", ticket=stage.ref.id)
    assert len({m.author.email for m in stage.connector.ticket(stage.ref).messages}) == 121


def test_every_read_is_fresh(stage):
    assert stage.connector.ticket(stage.ref).status is Status.NEW
    stage.record.row["status"] = "solved"
    assert stage.connector.ticket(stage.ref).status is Status.SOLVED


def test_facts_of_the_organization_come_with_the_requester(stage):
    organization = stage.host.state.add_organization("Engines Ltd", organization_fields={"tier": "gold"})
    ada = stage.host.state.user_named("Ada Lovelace", "end-user")
    ada |= {"user_fields": {"plan": "pro"}, "tags": ["vip"]}
    stage.record.row["organization_id"] = organization["id"]
    facts = stage.connector.ticket(stage.ref).requester.facts
    assert facts == {"tags": "vip", "user.plan": "pro", "organization": "Engines Ltd", "organization.tier": "gold"}


@pytest.mark.parametrize("status", [403, 404, 422])
def test_an_organization_that_we_may_not_read_stops_nothing(stage, status, caplog):
    stage.record.row["organization_id"] = 5
    stage.world.faults.order(Fault("status", path="/organizations/", status=status))
    assert stage.connector.ticket(stage.ref).requester.name == "Ada Lovelace"
    assert [r.message for r in caplog.records if r.name.startswith("connectors")] == ["organization.refused"]


def test_without_the_bulk_read_users_are_read_one_by_one(stage):
    stage.host.agent_writes("Kim", "Hi", ticket=stage.ref.id)
    stage.world.faults.order(Fault("status", path="/users/show_many", status=404))
    assert [m.author.name for m in stage.connector.ticket(stage.ref).messages] == ["Ada Lovelace", "Kim"]


def test_without_any_user_record_we_stay_silent_rather_than_guess(stage):
    stage.host.agent_writes("Kim", "Hi", ticket=stage.ref.id)
    stage.world.faults.order(Fault("status", path="/users/", status=403, times=9))
    read = stage.connector.ticket(stage.ref)
    assert [m.author.role for m in read.messages] == [Role.CUSTOMER, Role.AGENT]
    assert read.question is None


@pytest.mark.parametrize("path", ["/tickets/", "/comments", "/users/show_many"])
def test_what_is_not_optional_fails_loudly(stage, path):
    stage.world.faults.order(Fault("status", path=path, status=500))
    with pytest.raises(Unavailable):
        stage.connector.ticket(stage.ref)


@pytest.mark.parametrize("other", ["0{}", "00{}", " {}", "+{}", "{}.0", "\uff11"])
def test_a_ticket_has_one_name(stage, other):
    """By another name it would be another ticket to us, and answered twice."""
    with pytest.raises(NotFound):
        stage.connector.ticket(Ref(other.format(stage.ref.id)))


def test_deleted_is_not_found(stage):
    stage.remove()
    with pytest.raises(NotFound):
        stage.connector.ticket(stage.ref)


# --- what changed ---------------------------------------------------------------------------------------------


def test_what_changed_lately_once_for_each_update(stage):
    begin = stage.world.clock.now().replace(microsecond=0)
    stage.world.clock.advance(120)
    stage.host.customer_writes("Ada Lovelace", "Still waiting", ticket=stage.ref.id)
    other = stage.host.customer_writes("Charles", "New here")
    first = list(stage.connector.changed(begin + timedelta(seconds=60)))
    assert {event.ref for event in first} == {stage.ref, Ref(other)}
    assert {event.kind for event in first} == {EventKind.CHANGED}
    assert list(stage.connector.changed(begin + timedelta(seconds=60))) == first
    stage.world.clock.advance(120)
    stage.host.customer_writes("Charles", "Hello?", ticket=other)
    second = list(stage.connector.changed(begin + timedelta(seconds=180)))
    assert [event.ref for event in second] == [Ref(other)]
    assert not {event.delivery for event in second} & {event.delivery for event in first}


def test_an_update_later_in_the_second_that_is_asked_for_is_told(stage):
    stage.world.clock.advance(120)
    stage.host.customer_writes("Ada Lovelace", "Now", ticket=stage.ref.id)
    shown = datetime.fromisoformat(stage.record.row["updated_at"])
    stage.world.clock.advance(120)
    assert [event.at for event in stage.connector.changed(shown.replace(microsecond=900_000))] == [shown]
    assert list(stage.connector.changed(shown + timedelta(seconds=1))) == []


def test_asking_for_the_last_minute_is_allowed(stage):
    assert [event.ref for event in stage.connector.changed(datetime.now(UTC) - timedelta(seconds=5))] == [stage.ref]


def test_what_was_deleted_is_told_too(stage):
    stage.remove()
    assert [e.ref for e in stage.connector.changed(datetime.now(UTC) - timedelta(hours=1))] == [stage.ref]


# --- articles -------------------------------------------------------------------------------------------------


def test_articles_with_what_is_restricted_and_without_drafts(stage):
    state = stage.host.state
    state.add_article("Returns", "<p>Within <b>30</b> days</p>")
    state.add_article("Staff only", "<p>Discounts</p>", user_segment_id=7)
    state.add_article("Half done", "<p>...</p>", draft=True)
    found = {article.title: article for article in stage.connector.articles(None)}
    assert set(found) == {"Returns", "Staff only"}
    assert found["Returns"].text == "Within 30 days"
    assert [found[title].restricted for title in ("Returns", "Staff only")] == [False, True]


def test_articles_since(stage):
    stage.host.state.add_article("Old", "x", updated_at="2020-01-01T00:00:00Z")
    stage.host.state.add_article("New", "x")
    since = datetime(2024, 1, 1, tzinfo=UTC)
    assert [article.title for article in stage.connector.articles(since)] == ["New"]


def test_all_pages_of_articles(stage):
    for number in range(205):
        stage.host.state.add_article(f"Article {number}", "x")
    assert len(list(stage.connector.articles(None))) == 205


def test_no_help_center_is_no_articles(stage):
    stage.world.faults.order(Fault("status", path="/help_center/", status=404))
    assert list(stage.connector.articles(None)) == []


def test_a_shut_help_center_stops_neither_the_connection_nor_is_it_an_empty_one(stage):
    stage.world.faults.order(Fault("status", path="/help_center/", status=403))
    with pytest.raises(Forbidden):
        list(stage.connector.articles(None))


def test_a_dead_token_is_not_taken_for_a_shut_help_center(stage):
    stage.world.faults.order(Fault("status", status=401, times=2))
    with pytest.raises(AuthFailed):
        list(stage.connector.articles(None))


def test_a_help_center_that_is_down_is_no_empty_one(stage):
    stage.world.faults.order(Fault("status", path="/help_center/", status=503))
    with pytest.raises(Unavailable):
        list(stage.connector.articles(None))


# --- fields ---------------------------------------------------------------------------------------------------

FIELDS = {"deskhand_category": "Deskhand category", "deskhand_sla": "Deskhand SLA"}


def test_fields_are_made_once(stage):
    first = stage.connector.prepare(FIELDS)
    assert stage.connector.prepare(FIELDS) == first
    assert sorted(f["title"] for f in stage.host.state.fields.values()) == ["Deskhand SLA", "Deskhand category"]


def test_a_field_that_an_admin_renamed_is_still_ours(stage):
    first = stage.connector.prepare(FIELDS)
    stage.host.state.fields[int(first["deskhand_sla"])]["title"] = "Promised until"
    assert stage.connector.prepare(FIELDS) == first


def test_a_prepared_field_can_be_written_and_read_by_name(stage):
    ids = stage.connector.prepare(FIELDS)
    named = Zendesk(connection(stage.base, stage.host, **{f"field:{name}": id for name, id in ids.items()}))
    receipt = named.apply(stage.ref, [SetField("deskhand_sla", "4h"), Note("n")], key="k")
    assert receipt.skipped == ()
    assert named.ticket(stage.ref).fields["deskhand_sla"] == "4h"
