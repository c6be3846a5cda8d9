"""Zendesk's rows as our types, with its quirks."""

from datetime import UTC, datetime

import pytest

from connectors.errors import BadPayload
from connectors.types import Person, Priority, Role, Status
from connectors.zendesk import parse

US, ADA, KIM = "1", "903", "700"
TICKET = {
    "id": 4711,
    "via": {"channel": "Email", "source": {"from": {}, "to": {}, "rel": None}},
    "created_at": "2026-05-04T09:30:00Z",
    "updated_at": "2026-05-04T10:00:00Z",
    "subject": "Broken lamp",
    "raw_subject": "Broken {{dc.lamp}}",
    "priority": None,
    "status": "open",
    "requester_id": 903,
    "assignee_id": 700,
    "group_id": 51,
    "tags": ["webform", "vip"],
    "custom_fields": [{"id": 9, "value": "shipping"}, {"id": 10, "value": None}, {"id": 11, "value": False}],
}
PEOPLE = {
    ADA: Person(ADA, Role.CUSTOMER, "Ada"),
    KIM: Person(KIM, Role.AGENT, "Kim", external=False),
    US: Person(US, Role.US, "Deskhand", external=False),
    "904": Person("904", Role.CUSTOMER, "Charles, in copy"),
}


def comment(id, author, **more):
    row = {"id": id, "author_id": author, "plain_body": "Hello", "public": True, "created_at": "2026-05-04T09:30:00Z"}
    return row | more


def ticket(*comments, people=PEOPLE, **row):
    return parse.ticket(TICKET | row, comments, people, US, {"deskhand_category": "9"}, "https://acme.zendesk.com")


def test_a_ticket():
    read = ticket(comment(1, 903))
    assert (read.ref.id, read.subject, read.status, read.channel) == (
        "4711",
        "Broken {{dc.lamp}}",
        Status.OPEN,
        "email",
    )
    assert read.requester == PEOPLE[ADA]
    assert read.created_at == datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    assert read.updated_at == datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert (read.assignee, read.group, read.priority) == (KIM, "51", None)
    assert read.tags == {"webform", "vip"}
    assert read.fields == {"9": "shipping", "11": False, "deskhand_category": "shipping"}
    assert read.url == "https://acme.zendesk.com/agent/tickets/4711"
    assert not read.shared


def test_we_are_nobody_it_is_assigned_to():
    assert ticket(assignee_id=1).assignee == ""
    assert ticket(assignee_id=None).assignee == ""


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *((s.value, s) for s in Status),
        *((s.value.upper(), s) for s in Status),
        ("deleted", Status.CLOSED),
        ("ARCHIVED", Status.CLOSED),
        ("SCRUBBED", Status.CLOSED),
        (None, Status.CLOSED),
    ],
)
def test_states(word, status):
    assert parse.status(word) is status


def test_priorities_in_both_spellings():
    assert parse.priority("HIGH") is parse.priority("high") is Priority.HIGH
    assert parse.priority(None) is parse.priority("") is parse.priority("blocker") is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-05-04T09:30:00Z", datetime(2026, 5, 4, 9, 30, tzinfo=UTC)),
        ("2026-05-04T09:30:00.5Z", datetime(2026, 5, 4, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-05-04T09:30:00.672717030Z", datetime(2026, 5, 4, 9, 30, 0, 672_717, tzinfo=UTC)),
        ("2026-05-04T11:30:00+02:00", datetime(2026, 5, 4, 9, 30, tzinfo=UTC)),
        ("2026-05-04T09:30:00", datetime(2026, 5, 4, 9, 30, tzinfo=UTC)),
    ],
)
def test_times(text, at):
    assert parse.moment(text, "x") == at
    assert parse.moment(text, "x").tzinfo is UTC


@pytest.mark.parametrize("text", [None, 0, "", "yesterday", "2026-13-01T00:00:00Z", "2026-05-04T09:30:00.xZ"])
def test_no_times(text):
    with pytest.raises(BadPayload) as caught:
        parse.moment(text, "ticket.created_at")
    assert caught.value.path == "ticket.created_at"


# --- who speaks -----------------------------------------------------------------------------------------------


def test_roles_come_from_the_vendor_and_never_from_text():
    rows = [comment(1, 903), comment(2, 700), comment(3, 1), comment(4, -1), comment(5, 904)]
    authors = [m.author for m in ticket(*rows).messages]
    assert [a.role for a in authors] == [Role.CUSTOMER, Role.AGENT, Role.US, Role.MACHINE, Role.CUSTOMER]
    assert authors[4].id != ticket().requester.id


def test_a_rules_comment_is_a_machines_whoever_it_is_signed_by():
    row = comment(1, 700, via={"channel": "rule", "source": {"from": {"id": 5}, "rel": "trigger"}})
    assert ticket(row).messages[0].author.role is Role.MACHINE


def test_who_cannot_be_read_counts_as_staff_but_for_the_requester():
    read = ticket(comment(1, 903), comment(2, 555), people={})
    assert [m.author.role for m in read.messages] == [Role.CUSTOMER, Role.AGENT]
    assert read.requester.role is Role.CUSTOMER
    assert all(m.author.external for m in read.messages)
    assert read.question is None


def test_a_person_with_facts():
    user = {"id": 903, "name": "Ada", "email": "ada@example.com", "role": "end-user", "locale": "de", "phone": None}
    user |= {"tags": ["b", "a"], "suspended": True, "user_fields": {"plan": "pro", "seats": 3, "x": None, "y": {}}}
    organization = {"name": "Engines", "tags": ["gold"], "organization_fields": {"tier": "one"}}
    read = parse.person(user, US, organization)
    assert (read.id, read.role, read.email, read.phone, read.external) == (
        ADA,
        Role.CUSTOMER,
        "ada@example.com",
        "",
        True,
    )
    assert read.facts == {
        "tags": "a b",
        "suspended": True,
        "user.plan": "pro",
        "user.seats": 3,
        "organization": "Engines",
        "organization.tags": "gold",
        "organization.tier": "one",
    }


@pytest.mark.parametrize(("role", "read"), [("agent", Role.AGENT), ("admin", Role.AGENT), ("end-user", Role.CUSTOMER)])
def test_vendor_roles(role, read):
    person = parse.person({"id": 5, "role": role}, US)
    assert (person.role, person.external) == (read, read is Role.CUSTOMER)


def test_nobody_is_not_us():
    assert parse.person({"id": None, "role": "end-user"}, "").role is Role.CUSTOMER


# --- what is said ---------------------------------------------------------------------------------------------


def test_oldest_first_whatever_the_page_says():
    rows = [comment(3, 903, created_at="2026-05-04T09:32:00Z"), comment(2, 903), comment(1, 903)]
    assert [m.id for m in ticket(*rows).messages] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"plain_body": "Hello,&nbsp; you\r\n\r\n\r\n\r\nbye  "}, "Hello,  you\n\nbye"),
        ({"plain_body": None, "body": "from body"}, "from body"),
        ({"plain_body": "", "body": "", "html_body": "<p>a &amp; b</p><ul><li>c</li></ul>"}, "a & b\n\n- c"),
        ({"plain_body": "5 &lt; 6"}, "5 &lt; 6"),
        ({"plain_body": None}, ""),
    ],
)
def test_text_is_plain(row, text):
    assert ticket(comment(1, 903, **row)).messages[0].text == text


@pytest.mark.parametrize(("given", "public"), [(True, True), (False, False), (None, False), ("true", False)])
def test_only_what_is_said_to_be_public_is(given, public):
    assert ticket(comment(1, 903, public=given)).messages[0].public is public


def test_mail_headers_as_far_as_zendesk_keeps_them():
    via = {"channel": "email", "source": {"from": {"address": "ada@example.com"}, "to": {}, "rel": None}}
    row = comment(1, 903, via=via, metadata={"system": {"message_id": "<x@y>"}, "custom": {}, "flags": [2, 4]})
    expected = {"message-id": "<x@y>", "from": "ada@example.com", "auto-submitted": "auto-generated"}
    assert ticket(row).messages[0].headers == expected
    assert ticket(comment(1, 903, metadata={"system": {}, "flags": [2]})).messages[0].headers == {}


def test_attachments():
    row = {"file_name": "lamp.jpg", "content_type": "image/jpeg", "size": 12, "content_url": "https://x/lamp.jpg"}
    [found] = ticket(comment(1, 903, attachments=[row])).messages[0].attachments
    assert (found.name, found.content_type, found.size, found.url) == (
        "lamp.jpg",
        "image/jpeg",
        12,
        "https://x/lamp.jpg",
    )


# --- the revision ---------------------------------------------------------------------------------------------

BASE = ticket(comment(1, 903)).revision


@pytest.mark.parametrize(
    "changed",
    [
        ticket(comment(1, 903), comment(2, 903)),
        ticket(comment(1, 903), comment(2, 700, public=False)),
        ticket(comment(1, 903), comment(2, -1)),
        ticket(comment(1, 903, public=False)),
        ticket(comment(1, 903), status="pending"),
        ticket(comment(1, 903), assignee_id=701),
        ticket(comment(1, 903), assignee_id=None),
        ticket(comment(1, 903), requester_id=904),
    ],
)
def test_the_revision_changes_with_what_others_do(changed):
    assert changed.revision != BASE


@pytest.mark.parametrize(
    "same",
    [
        ticket(comment(1, 903), comment(2, 1)),
        ticket(comment(1, 903), comment(2, 1, public=False)),
        ticket(comment(1, 903), tags=["x"]),
        ticket(comment(1, 903), custom_fields=[{"id": 9, "value": "billing"}]),
        ticket(comment(1, 903), priority="high", updated_at="2026-05-05T00:00:00Z", subject="New"),
        ticket(comment(1, 903), people={}),
    ],
)
def test_the_revision_stays_with_what_we_do(same):
    assert same.revision == BASE


def test_our_own_name_on_the_ticket_is_no_assignee():
    assert ticket(assignee_id=1).revision == ticket(assignee_id=None).revision


# --- articles -------------------------------------------------------------------------------------------------

ARTICLE = {
    "id": 5,
    "title": "Returns",
    "body": "<h2>How</h2><ol><li>Pack it</li><li>Send it</li></ol><script>alert(1)</script>",
    "html_url": "https://acme.zendesk.com/hc/en-us/articles/5",
    "locale": "en-us",
    "user_segment_id": None,
    "updated_at": "2026-05-04T10:00:00Z",
}


def test_an_article():
    read = parse.article(ARTICLE)
    assert (read.id, read.title, read.locale, read.restricted) == ("5", "Returns", "en-us", False)
    assert read.text == "How\n\n1. Pack it\n2. Send it"


@pytest.mark.parametrize("more", [{"user_segment_id": 7}, {"user_segment_id": 0}, {"user_segment_ids": [7]}])
def test_a_segment_makes_it_restricted(more):
    assert parse.article(ARTICLE | more).restricted


@pytest.mark.parametrize(
    ("given", "stars"),
    [
        (None, None),
        ({"score": "offered"}, None),
        ({"score": "unoffered"}, None),
        ({"score": "good", "comment": "Great"}, 5),
        ({"score": "Bad"}, 1),
        ({}, None),
        ("good", None),
    ],
)
def test_what_the_customer_said_when_asked(given, stars):
    assert parse.rating(given) == stars


@pytest.mark.parametrize(
    ("where", "verified", "claimed"),
    [
        ({"via": {"channel": "native_messaging"}}, False, True),
        ({"via": {"channel": "api"}, "from_messaging_channel": True}, False, True),
        ({"via": {"channel": "chat"}}, None, True),
        ({"via": {"channel": "chat"}}, True, False),
        ({"via": {"channel": "web"}}, False, False),
        ({"via": {"channel": "email"}}, False, False),
    ],
)
def test_an_address_that_was_typed_into_a_chat_proves_nobody(where, verified, claimed):
    """Unless Zendesk has verified it. By mail the answer goes to the address's owner, whoever wrote."""
    user = {"id": 903, "role": "end-user", "email": "ada@victim.example"} | (
        {} if verified is None else {"verified": verified}
    )
    read = ticket(comment(1, 903), people={**PEOPLE, ADA: parse.person(user, US)}, **where)
    assert read.requester.claimed is claimed
