"""What a played Zendesk account holds, as the rows that its API shows. Rules about changes live in ``edits``."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.sandbox.world import World

Row = dict[str, Any]

SYSTEM = -1
PRIORITIES = ("low", "normal", "high", "urgent")
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")


class Problem(Exception):
    """An answer that is no success: the status and Zendesk's body for it."""

    def __init__(self, status: int, error: str, description: str = "", **more: Any) -> None:
        super().__init__(error)
        self.status = status
        self.body: Row = {"error": error} | ({"description": description} if description else {}) | more


def not_found() -> Problem:
    """What Zendesk says to an id that it does not have, or no longer."""
    return Problem(404, "RecordNotFound", "Not found")


def invalid(field: str, description: str) -> Problem:
    """A 422 about one field."""
    details = {field: [{"description": description}]}
    return Problem(422, "RecordInvalid", "Record validation errors", details=details)


def stamp(at: datetime) -> str:
    """Zendesk's times have whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Record:
    """A ticket with what hangs on it. ``row`` is what the API shows."""

    row: Row
    comments: list[Row] = field(default_factory=list)
    audits: list[Row] = field(default_factory=list)
    deleted: bool = False


Listener = Callable[[Record, Row, bool], None]
"""Told of each audit: the ticket, the audit, and whether the ticket was created by it."""


class State:
    """One account. ``lock`` guards every change; listeners run inside it and must not wait."""

    def __init__(self, world: World, base: Callable[[], str], email: str, account_id: int) -> None:
        self.world = world
        self.base = base
        self.account_id = account_id
        self.lock = threading.RLock()
        self.tickets: dict[int, Record] = {}
        self.users: dict[int, Row] = {}
        self.organizations: dict[int, Row] = {}
        self.groups: dict[int, Row] = {}
        self.memberships: dict[int, Row] = {}
        self.presences: dict[int, str] = {}
        """Agent -> the word they set; whoever set none is in no list."""
        self.targets: dict[int, list[Row]] = {}
        """Ticket -> the account's own SLA clocks, as its sideload shows them."""
        self.fields: dict[int, Row] = {}
        self.articles: dict[int, Row] = {}
        self.jobs: dict[str, Row] = {}
        self.uploads: dict[str, Row] = {}
        """Token -> the attachment that no comment has taken yet."""
        self.idempotent: dict[str, tuple[datetime, str, int]] = {}
        self.listeners: list[Listener] = []
        self.bot = self.add_user("Deskhand", email, role="admin")["id"]
        self.add_group("Support", default=True)

    def now(self) -> str:
        """The account's clock, as the API writes it."""
        return stamp(self.world.clock.now())

    def id(self, kind: str) -> int:
        """A new number; tickets count from one as in a fresh account, the rest is long."""
        number = self.world.ids.next(f"zendesk.{kind}")
        return number - 1000 if kind == "ticket" else 6_130_000_000_000 + number

    def record(self, id: int) -> Record:
        """A ticket that is there. Raises Problem 404, also for a deleted one."""
        record = self.tickets.get(id)
        if record is None or record.deleted:
            raise not_found()
        return record

    def live(self) -> list[Record]:
        """Every ticket that is not deleted, oldest first."""
        return [record for _, record in sorted(self.tickets.items()) if not record.deleted]

    def add_user(self, name: str, email: str | None, role: str = "end-user", **more: Any) -> Row:
        """A new user, verified."""
        id = self.id("user")
        now = self.now()
        row: Row = {
            "id": id,
            "url": f"{self.base()}/api/v2/users/{id}.json",
            "name": name,
            "email": email,
            "created_at": now,
            "updated_at": now,
            "time_zone": "Etc/UTC",
            "iana_time_zone": "Etc/UTC",
            "phone": None,
            "shared_phone_number": None,
            "photo": None,
            "locale_id": 1,
            "locale": "en-US",
            "organization_id": None,
            "role": role,
            "verified": True,
            "external_id": None,
            "tags": [],
            "alias": None,
            "active": True,
            "shared": False,
            "shared_agent": False,
            "last_login_at": None,
            "two_factor_auth_enabled": None,
            "signature": None,
            "details": None,
            "notes": None,
            "role_type": 4 if role == "admin" else None,
            "custom_role_id": None,
            "moderator": role != "end-user",
            "ticket_restriction": "requested" if role == "end-user" else None,
            "only_private_comments": False,
            "restricted_agent": False,
            "suspended": False,
            "default_group_id": None,
            "report_csv": role == "admin",
            "user_fields": {},
        }
        self.users[id] = row | more
        return self.users[id]

    def add_group(self, name: str, default: bool = False) -> Row:
        """A new group."""
        id, now = self.id("group"), self.now()
        url = f"{self.base()}/api/v2/groups/{id}.json"
        row: Row = {"url": url, "id": id, "is_public": True, "name": name, "description": "", "default": default}
        self.groups[id] = row | {"deleted": False, "created_at": now, "updated_at": now}
        return self.groups[id]

    def add_organization(self, name: str, **more: Any) -> Row:
        """A new organization."""
        id, now = self.id("organization"), self.now()
        row: Row = {"url": f"{self.base()}/api/v2/organizations/{id}.json", "id": id, "name": name}
        row |= {"shared_tickets": False, "shared_comments": False, "external_id": None, "created_at": now}
        row |= {"updated_at": now, "domain_names": [], "details": None, "notes": None, "group_id": None}
        self.organizations[id] = row | {"tags": [], "organization_fields": {}} | more
        return self.organizations[id]

    def add_field(self, values: Row) -> Row:
        """A new ticket field; every ticket shows it at once, empty."""
        id, now, title = self.id("field"), self.now(), values.get("title")
        kind = values.get("type", "text")
        if not title:
            raise invalid("title", "Title: cannot be blank")
        row: Row = {"url": f"{self.base()}/api/v2/ticket_fields/{id}.json", "id": id, "type": kind}
        for name in ("title", "description", "title_in_portal"):
            text = values.get(name) or title
            row |= {name: text, f"raw_{name}": text}
        row |= {"position": 9999, "active": True, "required": False, "collapsed_for_agents": False}
        row |= {"regexp_for_validation": None, "visible_in_portal": False, "editable_in_portal": False}
        row |= {"required_in_portal": False, "tag": values.get("tag"), "created_at": now, "updated_at": now}
        row |= {"removable": True, "key": None, "agent_description": values.get("agent_description")}
        if kind in ("tagger", "multiselect"):
            row["custom_field_options"] = options(values.get("custom_field_options") or (), self)
        self.fields[id] = row
        for record in self.tickets.values():
            for key in ("custom_fields", "fields"):
                record.row[key].append({"id": id, "value": None})
        return row

    def add_article(self, title: str, body: str, **more: Any) -> Row:
        """A new Help Center article, published and for everybody unless ``more`` says otherwise."""
        id, now = self.id("article"), self.now()
        row: Row = {"id": id, "url": f"{self.base()}/api/v2/help_center/en-us/articles/{id}.json"}
        row |= {"html_url": f"{self.base()}/hc/en-us/articles/{id}", "author_id": self.bot, "comments_disabled": False}
        row |= {"draft": False, "promoted": False, "position": 0, "vote_sum": 0, "vote_count": 0, "section_id": 1}
        row |= {"created_at": now, "updated_at": now, "name": title, "title": title, "source_locale": "en-us"}
        row |= {"locale": "en-us", "outdated": False, "outdated_locales": [], "edited_at": now, "label_names": []}
        row |= {"user_segment_id": None, "permission_group_id": 1, "content_tag_ids": [], "body": body}
        self.articles[id] = row | more
        return self.articles[id]

    def user_named(self, who: str, role: str) -> Row:
        """The user with this name or address, made when there is none."""
        for user in self.users.values():
            if who in (user["name"], user["email"]):
                return user
        mail = who if "@" in who else f"{'.'.join(who.lower().split()) or 'somebody'}@example.com"
        return self.add_user(who.split("@", maxsplit=1)[0], mail, role=role)


def options(given: Iterable[Row], state: State) -> list[Row]:
    """The options of a drop-down field, with ids."""
    return [
        {"id": o.get("id") or state.id("option"), "name": o["name"], "raw_name": o["name"], "value": o["value"]}
        for o in given
    ]
