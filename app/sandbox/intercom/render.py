"""A played workspace's things as Intercom's JSON, by API version. Changes nothing."""

import html
import re
from collections.abc import Sequence
from typing import Any

from app.sandbox.intercom.state import Admin, Article, Author, Company, Contact, Conversation, Part, Team, Workspace

Json = dict[str, Any]

_KEPT = re.compile(r"</?(?!(?:p|b|i|a|ul|ol|li|br|h1|h2|strong|em|code|pre)\b)[a-zA-Z][^>]*>")


def clean(body: str) -> str:
    """The HTML that Intercom keeps of a body sent to it; plain text becomes a paragraph."""
    kept = _KEPT.sub("", body)
    return kept if kept.lstrip().startswith("<") else f"<p>{kept}</p>"


def paragraphs(text: str) -> str:
    """What somebody typed, as Intercom keeps it."""
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in text.split("\n\n"))


def plain(body: str | None) -> str:
    """A body without its HTML."""
    text = re.sub(r"</(?:p|li|h1|h2|ul|ol)>|<br\s*/?>", "\n", body or "")
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


GONE = "<p><i>This message was deleted</i></p>"
"""What is left of a message that was taken out."""


def author(given: Author) -> Json:
    """Who wrote it."""
    return {"type": given.type, "id": given.id, "name": given.name or None, "email": given.email}


def part(given: Part, *, as_text: bool = False) -> Json:
    """One part."""
    body = plain(given.body) if as_text and given.body is not None else given.body
    kind, number = given.assigned_to or ("", None)
    to = {"type": kind if number else "nobody_admin", "id": number} if given.assigned_to else None
    return {
        "type": "conversation_part",
        "id": given.id,
        "part_type": given.kind,
        "body": GONE if given.redacted else body,
        "created_at": given.at,
        "updated_at": given.at,
        "notified_at": given.at,
        "assigned_to": to,
        "author": author(given.author),
        "attachments": [_attachment(given.id, *file) for file in given.files],
        "external_id": None,
        "redacted": given.redacted,
        "email_message_metadata": None,
        "metadata": {},
        "state": given.state,
        "tags": [],
        "app_package_code": given.app_code,
    }


def _attachment(part: str, name: str, content_type: str, size: int) -> Json:
    url = f"https://downloads.intercomcdn.com/i/o/{part}/{name}"
    return {"type": "upload", "name": name, "url": url, "content_type": content_type, "filesize": size}


class Renderer:
    """Renders one workspace for one API version (``(2, 14)``)."""

    def __init__(self, workspace: Workspace, app_id: str, version: tuple[int, int]) -> None:
        self._workspace = workspace
        self._app_id = app_id
        self._version = version

    def conversation(self, given: Conversation, parts: Sequence[Part] | None, *, as_text: bool = False) -> Json:
        """A conversation with these parts, or without the member at all where ``parts`` is None (lists and searches)."""
        shown: Json = {
            "type": "conversation",
            "id": given.id,
            "title": given.title,
            "created_at": given.created_at,
            "updated_at": given.updated_at,
            "waiting_since": self._waiting(given),
            "snoozed_until": given.snoozed_until,
            "open": given.state != "closed",
            "state": given.state,
            "read": given.read,
            "priority": self._priority(given.priority),
            "admin_assignee_id": self._assignee(given.admin),
            "team_assignee_id": self._assignee(given.team),
            "tags": {"type": "tag.list", "tags": [self.tag(number, applied) for number, applied in given.tags.items()]},
            "conversation_rating": given.rating,
            "source": self._source(given, as_text=as_text),
            "contacts": {"type": "contact.list", "contacts": [self._reference(given.contact)]},
            "teammates": {"type": "admin.list", "admins": []},
            "custom_attributes": dict(given.attributes),
            "first_contact_reply": {"created_at": given.created_at, "type": given.channel, "url": None},
            "sla_applied": given.sla,
            "statistics": {
                "type": "conversation_statistics",
                "count_conversation_parts": len(given.parts),
                "count_reopens": sum(1 for one in given.parts if one.kind == "open"),
            },
            "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
            "ai_agent_participated": False,
            "ai_agent": None,
        }
        if parts is not None:
            found = [part(one, as_text=as_text) for one in parts]
            shown["conversation_parts"] = {
                "type": "conversation_part.list",
                "conversation_parts": found,
                "total_count": len(found),
            }
        return shown

    def tag(self, number: str, applied: tuple[int, str] | None = None) -> Json:
        """A tag, and when it was put on."""
        shown: Json = {"type": "tag", "id": number, "name": self._workspace.tags.get(number, "")}
        if applied:
            shown |= {"applied_at": applied[0], "applied_by": {"type": "admin", "id": applied[1]}}
        return shown

    def contact(self, given: Contact) -> Json:
        """A contact's page."""
        companies = [{"type": "company", "id": number, "url": f"/companies/{number}"} for number in given.companies]
        return {
            "type": "contact",
            "id": given.id,
            "workspace_id": self._app_id,
            "external_id": given.external_id or None,
            "role": given.role,
            "email": given.email,
            "phone": given.phone or None,
            "name": given.name or None,
            "created_at": given.created_at,
            "updated_at": given.created_at,
            "custom_attributes": dict(given.attributes),
            "companies": {
                "type": "list",
                "data": companies,
                "url": f"/contacts/{given.id}/companies",
                "total_count": len(companies),
                "has_more": False,
            },
        }

    def company(self, given: Company) -> Json:
        """A company."""
        return {
            "type": "company",
            "id": given.id,
            "name": given.name,
            "app_id": self._app_id,
            "plan": {"type": "plan", "id": given.plan, "name": given.plan} if given.plan else {},
            "company_id": given.id,
            "monthly_spend": given.monthly_spend,
            "custom_attributes": dict(given.attributes),
            "tags": {"type": "tag.list", "tags": []},
            "segments": {"type": "segment.list", "segments": []},
        }

    def article(self, given: Article) -> Json:
        """An article of the help center, or an internal one."""
        if given.internal:
            return {
                "type": "internal_article",
                "id": given.id,
                "title": given.title,
                "body": given.body,
                "owner_id": given.author_id,
                "author_id": given.author_id,
                "created_at": given.updated_at,
                "updated_at": given.updated_at,
                "locale": given.locale,
            }
        return {
            "type": "article",
            "id": given.id,
            "workspace_id": self._app_id,
            "title": given.title,
            "description": "",
            "body": given.body,
            "author_id": given.author_id,
            "state": given.state,
            "created_at": given.updated_at,
            "updated_at": given.updated_at,
            "url": given.url,
            "parent_id": None,
            "parent_ids": [],
            "parent_type": None,
            "default_locale": given.locale,
        }

    def _assignee(self, number: str | None) -> int | None:
        if number:
            return int(number)
        return 0 if self._version >= (2, 16) else None

    def _priority(self, given: str) -> str:
        if self._version < (2, 16):
            return given
        return "high" if given == "priority" else "none"

    def _waiting(self, given: Conversation) -> int | None:
        said = [one for one in given.parts if one.kind in ("comment", "open") and one.body]
        last = said[-1] if said else given.source
        return None if last.author.type == "admin" else last.at

    def _source(self, given: Conversation, *, as_text: bool) -> Json:
        return {
            "type": given.channel,
            "id": given.source.id,
            "delivered_as": given.delivered_as,
            "subject": given.subject,
            "body": GONE
            if given.source.redacted
            else plain(given.source.body)
            if as_text
            else (given.source.body or ""),
            "author": author(given.source.author),
            "attachments": [],
            "url": None,
            "redacted": given.source.redacted,
        }

    def _reference(self, given: Contact) -> Json:
        return {"type": "contact", "id": given.id, "external_id": given.external_id or None}


def admin(given: Admin) -> Json:
    """A teammate."""
    return {
        "type": "admin",
        "id": given.id,
        "name": given.name,
        "email": given.email,
        "job_title": "",
        "away_mode_enabled": given.away,
        "away_mode_reassign": False,
        "has_inbox_seat": given.seat,
        "team_ids": [int(one) if one.isdecimal() else one for one in given.teams],
    }


def team(given: Team) -> Json:
    """A team."""
    return {"type": "team", "id": given.id, "name": given.name, "admin_ids": list(given.admins)}
