import copy
import functools
import json
import operator
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.reports.exports import Export, past_ticket
from connectors.errors import BadPayload
from connectors.types import Priority, Role

OURS = {
    "id": 7,
    "created_at": "2026-10-01T10:00:00Z",
    "requester": "kim@example.com",
    "subject": "Parcel",
    "messages": [
        {"author": "agent", "public": True, "at": "2026-10-01T12:00:00+02:00", "text": "It arrives tomorrow."},
        {"author": "customer", "public": True, "at": "2026-10-01T09:30:00Z", "text": "Where is it?"},
        {"author": "agent", "public": False, "at": "2026-10-01T13:00:00Z", "text": "Called the carrier."},
    ],
    "tags": ["vip"],
    "category": "order-status",
    "priority": "high",
    "group": "shipping",
}
ZENDESK = {
    "id": 35436,
    "requester_id": 20,
    "subject": "Invoice",
    "description": "Where is my invoice?",
    "status": "closed",
    "created_at": "2026-09-01T08:00:00Z",
    "updated_at": "2026-09-02T08:00:00Z",
    "tags": ["billing"],
    "group": {"id": 5, "name": "Finance"},
    "comments": [
        {
            "id": 1,
            "author_id": 20,
            "plain_body": "Where is my invoice?",
            "public": True,
            "created_at": "2026-09-01T08:00:00Z",
        },
        {"id": 2, "author_id": 33, "plain_body": "Attached.", "public": True, "created_at": "2026-09-01T09:00:00Z"},
    ],
}
INTERCOM = {
    "type": "conversation",
    "id": "991",
    "created_at": 1_788_000_000,
    "updated_at": 1_788_000_600,
    "state": "closed",
    "source": {
        "type": "conversation",
        "body": "<p>How do I export?</p>",
        "author": {"type": "user", "id": "c1", "name": "Ada"},
    },
    "contacts": {"contacts": [{"id": "c1"}]},
    "conversation_parts": {
        "conversation_parts": [
            {
                "id": "p1",
                "part_type": "comment",
                "body": "<p>Under Settings.</p>",
                "created_at": 1_788_000_300,
                "author": {"type": "admin", "id": "a1", "name": "Bo"},
            }
        ]
    },
}

GONE = object()


def said(past):
    return [(m.author.role, m.text, m.public) for m in past.ticket.messages]


def test_our_own_shape_is_read_oldest_first_and_in_utc():
    past = past_ticket(OURS)
    assert said(past) == [
        (Role.CUSTOMER, "Where is it?", True),
        (Role.AGENT, "It arrives tomorrow.", True),
        (Role.AGENT, "Called the carrier.", False),
    ]
    assert past.ticket.messages[1].at == datetime(2026, 10, 1, 10, tzinfo=UTC)
    assert (past.category, past.ticket.priority, past.ticket.group) == ("order-status", Priority.HIGH, "shipping")
    assert past.ticket.requester.email == "kim@example.com"


def test_a_line_of_zendesk_gives_the_conversation_and_the_team_by_name():
    past = past_ticket(ZENDESK)
    assert said(past) == [(Role.CUSTOMER, "Where is my invoice?", True), (Role.AGENT, "Attached.", True)]
    assert (past.ticket.group, past.ticket.tags) == ("Finance", {"billing"})


def test_the_incremental_line_without_comments_gives_the_question():
    row = {name: value for name, value in ZENDESK.items() if name != "comments"}
    assert said(past_ticket(row)) == [(Role.CUSTOMER, "Where is my invoice?", True)]


def test_a_line_of_intercom_gives_the_conversation():
    assert said(past_ticket(INTERCOM)) == [
        (Role.CUSTOMER, "How do I export?", True),
        (Role.AGENT, "Under Settings.", True),
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": ""}, "id"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"messages": [{"author": "customer"}]}, "messages[0].text"),
        ({"messages": [{"author": "ghost", "text": "boo"}]}, "messages[0].author"),
        ({"messages": [], "subject": ""}, "messages"),
    ],
)
def test_what_is_missing_is_named(change, path):
    with pytest.raises(BadPayload) as refused:
        past_ticket(OURS | change)
    assert refused.value.path == path


ODD = (None, 7, -1, 1e300, "", "x", "9999-99-99", [], {}, [None], [7], {"a": 1}, True)


def places(value, path=()):
    """Every place within a line, from the outside in."""
    for name, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, name)
        yield from places(one, (*path, name))


def altered(line, path, odd):
    """The line with something odd at that place, or nothing there."""
    made = copy.deepcopy(line)
    at = functools.reduce(operator.getitem, path[:-1], made)
    if odd is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = odd
    return made


@pytest.mark.parametrize("line", [OURS, ZENDESK, INTERCOM], ids=["ours", "zendesk", "intercom"])
def test_what_is_missing_or_odd_costs_its_own_line_and_no_more(line):
    odd = [altered(line, path, one) for path in places(line) for one in (*ODD, GONE)]
    export = Export(json.dumps(one) for one in [*odd, line | {"id": "last"}])
    *_, last = export
    assert last.ticket.ref.id == "last"
    assert export.read + export.skipped + export.doubled == len(odd) + 1
    assert export.skipped


def test_who_of_the_team_wrote_is_told_apart_where_the_line_says_so():
    said = [{**one, "by": "ana"} for one in OURS["messages"]]
    assert {m.author.id for m in past_ticket(OURS | {"messages": said}).ticket.messages} == {"kim@example.com", "ana"}
    assert {m.author.id for m in past_ticket(OURS).ticket.messages} == {"kim@example.com", "agent"}


def test_a_page_of_a_vendors_interface_is_read_as_its_tickets_are():
    alone = [past_ticket(one) for one in (ZENDESK, ZENDESK | {"id": 2})]
    page = {"tickets": [ZENDESK, ZENDESK | {"id": 2}], "count": 2, "end_of_stream": True, "after_cursor": None}
    talks = {"type": "conversation.list", "conversations": [INTERCOM], "pages": {"type": "pages", "next": None}}
    for indent in (None, 2):
        assert list(Export(json.dumps(page, indent=indent).splitlines(keepends=True))) == alone
        assert list(Export(json.dumps(talks, indent=indent).splitlines(keepends=True))) == [past_ticket(INTERCOM)]


def test_one_bad_line_costs_one_ticket_and_no_word_of_it_is_repeated():
    secret = OURS | {"id": 8, "messages": [{"author": "my card is 4111", "text": "x"}]}
    lines = [json.dumps(OURS), "{broken", json.dumps(secret), json.dumps(OURS), json.dumps(OURS | {"id": 9})]
    export = Export(lines)
    assert [past.ticket.ref.id for past in export] == ["7", "9"]
    assert (export.read, export.skipped, export.doubled) == (2, 2, 1)
    assert [reason.split(":")[0] for reason in export.reasons] == ["line 2", "line 3"]
    assert "4111" not in " ".join(export.reasons)


def test_reasons_do_not_grow_with_the_file():
    export = Export(["{broken\n"] * 1000)
    assert (list(export), export.skipped, len(export.reasons)) == ([], 1000, 5)


def test_a_spreadsheet_is_read_as_well():
    lines = [
        "id,created_at,requester,subject,description,category,tags\n",
        '1,2026-10-01T10:00:00Z,kim@example.com,Parcel,"Where is it,\n',
        'please?",order-status,"a, b"\n',
    ]
    (past,) = Export(lines)
    assert said(past) == [(Role.CUSTOMER, "Where is it,\nplease?", True)]
    assert (past.category, past.ticket.tags) == ("order-status", {"a", "b"})


def test_a_file_that_is_one_array_is_read_line_by_line():
    lines = ["[\n", json.dumps(OURS) + ",\n", json.dumps(OURS | {"id": 8}) + "\n", "]\n"]
    assert [past.ticket.ref.id for past in Export(lines)] == ["7", "8"]


def test_the_line_that_the_docs_show_is_read():
    text = (Path(__file__).parents[2] / "docs" / "rollout.md").read_text("utf-8")
    (line,) = re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)
    (past,) = Export([line])
    assert said(past) == [(Role.CUSTOMER, "Where is it?", True), (Role.AGENT, "It arrives tomorrow.", True)]
    assert (past.category, past.ticket.messages[1].author.id) == ("order-status", "ana")
