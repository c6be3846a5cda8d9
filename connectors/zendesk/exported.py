"""A line of a Zendesk export as our ticket: the full JSON export with its comments, or the incremental one without."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.types import Ticket
from connectors.zendesk import parse

Row = Mapping[str, Any]


def exported(row: Row) -> Ticket | None:
    """The ticket, with its team by name where the line has it; None when the line is none of Zendesk's.

    Whoever is described without a role, or not at all, is the customer as requester and an agent otherwise.
    Raises BadPayload naming what cannot be read.
    """
    if "requester_id" not in row or not ("comments" in row or "description" in row):
        return None
    people = {person.id: person for given in _people(row) if (person := parse.person(given, us="")).id}
    ticket = parse.ticket(row, row.get("comments") or [_description(row)], people, us="", names={}, base="")
    named = row.get("group")
    return replace(ticket, group=str(named["name"])) if isinstance(named, Mapping) and named.get("name") else ticket


def _people(row: Row) -> list[Row]:
    authors = [comment.get("author") for comment in row.get("comments") or () if isinstance(comment, Mapping)]
    everybody = (row.get("requester"), row.get("submitter"), row.get("assignee"), *authors)
    return [one for one in everybody if isinstance(one, Mapping) and "role" in one]


def _description(row: Row) -> Row:
    return {
        "id": f"{row.get('id')}-description",
        "author_id": row.get("requester_id"),
        "plain_body": row.get("description"),
        "created_at": row.get("created_at"),
        "public": True,
    }
