"""A conversation becomes a ticket, whichever generation wrote it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import BadPayload
from connectors.intercom import parse, people
from connectors.intercom.marks import Owner, line
from connectors.intercom.values import identity, moment
from connectors.types import Person, Priority, Role, Status, Ticket
from tests.connectors.intercom.shapes import CASEY, FIN, OURS, ROBIN, SEAT, START, conversation, first_generation, part

OWNER = Owner(SEAT, "dh")
BEGAN = datetime.fromtimestamp(START, UTC)


def ticket(given: dict[str, Any], owner: Owner = OWNER) -> Ticket:
    return parse.ticket(given, owner, "r1")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("12", "12"), (12, "12"), (None, ""), (0, ""), ("0", ""), ("", ""), (True, ""), ({}, ""), ([1], ""), (1.5, "")],
)
def test_ids_of_every_kind(given: Any, wanted: str) -> None:
    assert identity(given) == wanted


@pytest.mark.parametrize(
    "given",
    [
        START,
        float(START),
        str(START),
        BEGAN.isoformat(),
        "2026-01-10T07:56:29.000Z",
        "2026-01-10T08:56:29+01:00",
        "2026-01-10T07:56:29",
    ],
)
def test_times_of_every_kind(given: Any) -> None:
    at = moment(given)
    assert at == BEGAN
    assert at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("given", [None, "", "soon", True, {}, 10**20, -(10**20), float("nan")])
def test_what_is_no_time(given: Any) -> None:
    assert moment(given) is None


def test_the_present_generation() -> None:
    found = ticket(conversation(part("comment", "<p>Soon.</p>", ROBIN), admin_assignee_id=55001, team_assignee_id="0"))
    assert found.ref.id == "2154"
    assert (found.status, found.priority, found.channel) == (Status.OPEN, Priority.NORMAL, "chat")
    assert (found.assignee, found.group, found.tags) == ("55001", "", frozenset({"vip"}))
    assert found.fields == {"deskhand_category": "refund"}
    assert found.requester == Person(CASEY["id"], Role.CUSTOMER, "Casey", "casey@example.com")
    assert [(m.id, m.text, m.author.role, m.author.external) for m in found.messages] == [
        ("33", "Where is it?", Role.CUSTOMER, True),
        ("p1", "Soon.", Role.AGENT, False),
    ]
    assert (found.created_at, found.updated_at) == (BEGAN, BEGAN + timedelta(seconds=9))


def test_the_generation_of_2019() -> None:
    reply = part("comment", "<p>Yes!</p>", {"type": "admin", "id": 1957}, id=2826, created_at="2019-03-22T21:30:00Z")
    found = ticket(first_generation(reply))
    assert (found.ref.id, found.subject, found.status, found.assignee) == ("2130", "Hello", Status.SOLVED, "1957")
    assert found.requester == Person("5c49", Role.CUSTOMER, "Rose", "rose@example.com")
    assert [(m.id, m.text) for m in found.messages] == [("331", "Anybody?"), ("2826", "Yes!")]
    assert found.url.endswith("/conversations/2130")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"state": "snoozed"}, Status.PENDING),
        ({"state": "closed"}, Status.SOLVED),
        ({"state": None, "open": False}, Status.SOLVED),
        ({"state": "new-word", "open": True}, Status.OPEN),
    ],
)
def test_states(given: dict[str, Any], wanted: Status) -> None:
    assert ticket(conversation(**given)).status is wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("priority", Priority.HIGH),
        ("urgent", Priority.URGENT),
        ("medium", Priority.NORMAL),
        ("none", None),
        (None, None),
    ],
)
def test_priorities_of_both_versions(given: Any, wanted: Priority | None) -> None:
    assert ticket(conversation(priority=given)).priority is wanted


@pytest.mark.parametrize("nobody", [None, 0, "0", ""])
def test_nobody_is_written_in_many_ways(nobody: Any) -> None:
    assert ticket(conversation(admin_assignee_id=nobody, team_assignee_id=nobody)).assignee == ""


def test_our_own_seat_is_no_assignee_and_a_team_is() -> None:
    assert ticket(conversation(admin_assignee_id=int(SEAT))).assignee == ""
    assert ticket(conversation(admin_assignee_id=int(SEAT), team_assignee_id=12)).assignee == "12"


@pytest.mark.parametrize(
    ("author", "more", "wanted"),
    [
        (CASEY, {}, Role.CUSTOMER),
        ({**CASEY, "type": "lead"}, {}, Role.CUSTOMER),
        ({**CASEY, "type": "contact"}, {}, Role.CUSTOMER),
        (FIN, {}, Role.MACHINE),
        ({"type": "operator", "id": "1"}, {}, Role.MACHINE),
        ({"type": "team", "id": "1"}, {}, Role.MACHINE),
        ({"type": "something new", "id": "1"}, {}, Role.MACHINE),
        (None, {}, Role.MACHINE),
        ({**ROBIN, "from_ai_agent": True}, {}, Role.MACHINE),
        (ROBIN, {}, Role.AGENT),
        (ROBIN, {"app_package_code": "dh"}, Role.AGENT),
        (OURS, {"app_package_code": "dh"}, Role.US),
        (OURS, {"app_package_code": "another"}, Role.AGENT),
        (OURS, {}, Role.AGENT),
    ],
)
def test_who_speaks(author: Any, more: dict[str, Any], wanted: Role) -> None:
    said = ticket(conversation(part("comment", "<p>Words</p>", author, **more))).messages[-1]
    assert (said.text, said.author.role) == ("Words", wanted)


@pytest.mark.parametrize(
    ("author", "role", "way", "claimed"),
    [
        ("user", "", "conversation", False),
        ("lead", "", "conversation", True),
        ("visitor", "", "conversation", True),
        ("lead", "", "email", False),
        ("user", "lead", "conversation", True),
        ("lead", "user", "conversation", False),
    ],
)
def test_an_address_that_a_lead_typed_into_the_messenger_is_only_claimed(
    author: str, role: str, way: str, claimed: bool
) -> None:
    opening = {**conversation()["source"], "type": way, "author": {**CASEY, "type": author}}
    given = conversation(source=opening)
    known = people.requester(parse.author_of(given), {"role": role}, ()) if role else None
    assert parse.ticket(given, OWNER, "r1", known).requester.claimed is claimed


def test_a_campaign_is_a_machine() -> None:
    opening = {**conversation()["source"], "delivered_as": "automated", "author": ROBIN}
    assert ticket(conversation(source=opening)).messages[0].author.role is Role.MACHINE


@pytest.mark.parametrize("kind", ["note", "note_and_reopen"])
def test_notes_are_not_public(kind: str) -> None:
    assert ticket(conversation(part(kind, "<p>Internal</p>", ROBIN))).messages[-1].public is False


@pytest.mark.parametrize("kind", ["comment", "assignment", "close", "open", "quick_reply", "assign_and_reopen"])
def test_words_in_an_assignment_or_a_closing_reach_the_customer(kind: str) -> None:
    assert ticket(conversation(part(kind, "<p>Bye</p>", ROBIN))).messages[-1].public is True


def test_parts_without_words_are_no_messages() -> None:
    silent = [part("assignment", None, ROBIN), part("close", "", ROBIN, 2), part("comment", "<p></p>", CASEY, 3)]
    gone = part("comment", "<p><i>This message was deleted</i></p>", ROBIN, 4, redacted=True)
    assert len(ticket(conversation(*silent, gone)).messages) == 1


def test_what_a_customer_said_and_somebody_took_out_was_asked_all_the_same() -> None:
    gone = part("comment", "<p><i>This message was deleted</i></p>", CASEY, 4, redacted=True)
    found = ticket(conversation(gone))
    assert found.messages[-1].text == ""
    assert found.question is found.messages[-1], "nothing before it is answered once more"


def test_a_part_with_only_a_file_is_a_message() -> None:
    file = {"type": "upload", "name": "a.png", "url": "https://f.example/a", "content_type": "image/png", "filesize": 9}
    said = ticket(conversation(part("comment", None, CASEY, attachments=[file]))).messages[-1]
    assert (said.attachments[0].name, said.attachments[0].size) == ("a.png", 9)


def test_mail_headers() -> None:
    addresses = [
        {"type": "from", "email_address": "casey@example.com", "name": "Casey"},
        {"type": "cc", "email_address": "a@example.com"},
        {"type": "cc", "email_address": "b@example.com"},
        {"type": None, "email_address": None},
    ]
    mail = {"subject": "Re: hi", "email_address_headers": addresses}
    said = ticket(conversation(part("comment", "x", CASEY, email_message_metadata=mail))).messages[-1]
    assert said.headers == {"subject": "Re: hi", "from": "casey@example.com", "cc": "a@example.com, b@example.com"}


def test_messages_are_put_in_order() -> None:
    found = ticket(conversation(part("comment", "late", CASEY, 5), part("comment", "early", ROBIN, 2)))
    assert [m.text for m in found.messages] == ["Where is it?", "early", "late"]


@pytest.mark.parametrize("path", ["id", "created_at"])
def test_what_a_conversation_needs(path: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        ticket(conversation(**{path: None}))
    assert refusal.value.path == path


def test_a_bare_conversation_is_read() -> None:
    found = ticket({"id": 5, "created_at": START})
    assert (found.ref.id, found.messages, found.requester.id) == ("5", (), "")


def test_our_note_is_known_by_its_line_without_any_code() -> None:
    note = part("note", f"<p>Draft</p><p><i>{line('k')}</i></p>", OURS)
    assert ticket(conversation(note), Owner(SEAT)).messages[-1].author.role is Role.US


def test_the_customers_page() -> None:
    contact = {
        "role": "user",
        "external_id": 70,
        "email": "c@acme.example",
        "phone": "+49",
        "language_override": "de",
        "custom_attributes": {"vip": True, "note": None, "deep": {"a": 1}, "seats": 4, "blank": ""},
    }
    company = {
        "name": "Acme",
        "plan": {"type": "plan", "id": "1", "name": "gold"},
        "monthly_spend": 300,
        "custom_attributes": {"tier": "A"},
        "tags": {"tags": [{"name": "key"}, {"name": "old"}]},
    }
    found = people.requester(Person("c1", Role.CUSTOMER, "Casey"), contact, [company, {"name": "Other"}])
    assert (found.id, found.name, found.email, found.phone, found.locale) == (
        "c1",
        "Casey",
        "c@acme.example",
        "+49",
        "de",
    )
    assert found.facts == {
        "vip": True,
        "seats": 4,
        "tier": "A",
        "organisation": "Acme",
        "plan": "gold",
        "monthly_spend": 300,
        "company_tags": "key, old",
        "role": "user",
        "external_id": "70",
    }


def test_articles() -> None:
    given = {"id": "9", "state": "published", "title": "Refunds", "body": "<p>Ask.</p>", "updated_at": START}
    found = people.article({**given, "url": "https://help.example/9", "default_locale": "en"})
    assert found is not None
    assert (found.title, found.text, found.url, found.locale, found.restricted) == (
        "Refunds", "Ask.", "https://help.example/9", "en", False,
    )  # fmt: skip
    nowhere, inside = people.article(given), people.internal(given)
    assert nowhere is not None
    assert nowhere.restricted
    assert inside is not None
    assert inside.restricted
    assert people.article({**given, "state": "draft"}) is None
    assert people.article({**given, "id": None}) is None


@pytest.mark.parametrize(
    ("given", "stars"),
    [
        ({}, None),
        ({"rating": 4, "remark": "ok"}, 4),
        ({"rating": None}, None),
        ({"rating": 7}, None),
        ({"rating": True}, None),
    ],
)
def test_what_the_customer_said_when_asked(given: dict[str, Any], stars: int | None) -> None:
    assert parse.rating(given) == stars
