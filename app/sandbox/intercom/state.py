"""What a played workspace holds, and how a conversation moves. Knows no HTTP and no JSON."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.sandbox.world import World


@dataclass
class Contact:
    """Somebody who writes to the workspace."""

    id: str
    role: str
    email: str = ""
    name: str = ""
    external_id: str = ""
    phone: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    companies: list[str] = field(default_factory=list)
    created_at: int = 0


@dataclass
class Company:
    """A customer's organisation."""

    id: str
    name: str
    plan: str = ""
    monthly_spend: int = 0
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Admin:
    """A teammate. ``away`` is their away mode, ``seat`` whether they work in the inbox."""

    id: str
    name: str
    email: str
    away: bool = False
    seat: bool = True
    teams: list[str] = field(default_factory=list)


@dataclass
class Team:
    """A team of the inbox."""

    id: str
    name: str
    admins: list[str] = field(default_factory=list)


@dataclass
class Author:
    """Who wrote a part, as it was then."""

    type: str
    id: str
    name: str
    email: str


@dataclass
class Part:
    """One line of a conversation's history; ``body`` is HTML."""

    id: str
    kind: str
    author: Author
    at: int
    body: str | None = None
    app_code: str | None = None
    assigned_to: tuple[str, str | None] | None = None
    state: str = "open"
    redacted: bool = False
    by_api: bool = False
    """Known to the sandbox also where the app shows no code."""
    seen: int = 0
    """Of one that came by the API: how many parts there were when the API was asked for the conversation last."""
    files: tuple[tuple[str, str, int], ...] = ()
    """Name, content type and size of each."""


@dataclass
class Conversation:
    """A conversation. ``source`` is its first message."""

    id: str
    contact: Contact
    source: Part
    channel: str
    delivered_as: str
    created_at: int
    updated_at: int
    subject: str = ""
    title: str | None = None
    state: str = "open"
    snoozed_until: int | None = None
    read: bool = False
    priority: str = "not_priority"
    admin: str | None = None
    team: str | None = None
    tags: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Tag id -> when and by whom."""
    attributes: dict[str, Any] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    seen: int = 0
    """How many parts there were when the API was asked for it last."""
    rating: dict[str, Any] | None = None
    ticket_type: str | None = None
    sla: dict[str, Any] | None = None
    """The workspace's own SLA on it, as its API shows it."""


@dataclass
class Article:
    """A page of the help center, or an internal one."""

    id: str
    title: str
    body: str
    author_id: int
    updated_at: int
    state: str = "published"
    url: str | None = None
    locale: str = "en"
    internal: bool = False


class Workspace:
    """All of it, behind one lock. Times are whole seconds of the sandbox's clock, as Intercom counts."""

    def __init__(self, world: World, name: str, seat: Admin) -> None:
        self.lock = threading.RLock()
        self.contacts: dict[str, Contact] = {}
        self.companies: dict[str, Company] = {}
        self.admins: dict[str, Admin] = {seat.id: seat}
        self.teams: dict[str, Team] = {}
        self.tags: dict[str, str] = {}
        self.articles: dict[str, Article] = {}
        self.attributes: dict[str, str] = {}
        """Conversation attributes that exist: name -> data type."""
        self.conversations: dict[str, Conversation] = {}
        self._world = world
        self._name = name

    def now(self) -> int:
        """The time."""
        return int(self._world.clock.now().timestamp())

    def at(self) -> datetime:
        """The time, exactly."""
        return self._world.clock.now()

    def new_id(self, kind: str) -> str:
        """The next id of this kind."""
        return str(self._world.ids.next(f"{self._name}.{kind}"))

    def add_contact(self, role: str, **facts: Any) -> Contact:
        """Make a contact."""
        contact = Contact(f"{int(self.new_id('contact')):024x}", role, created_at=self.now(), **facts)
        self.contacts[contact.id] = contact
        return contact

    def contact_of(self, who: str) -> Contact:
        """The contact with this id, address or name; made when there is none."""
        for contact in self.contacts.values():
            if who and who in (contact.id, contact.email, contact.name, contact.external_id):
                return contact
        name = who.partition("@")[0].replace(".", " ").title()
        return self.add_contact("user" if "@" in who else "lead", email=who if "@" in who else "", name=name)

    def admin_of(self, who: str) -> Admin:
        """The teammate with this id, name or address; made when there is none."""
        for admin in self.admins.values():
            if who in (admin.id, admin.name, admin.email):
                return admin
        admin = Admin(self.new_id("admin"), who, f"{who.lower().replace(' ', '.')}@team.example")
        self.admins[admin.id] = admin
        return admin

    def add_team(self, name: str) -> Team:
        """Make a team."""
        team = Team(self.new_id("team"), name)
        self.teams[team.id] = team
        return team

    def tag_named(self, name: str) -> str:
        """The id of the tag of this name; made when there is none."""
        for number, known in self.tags.items():
            if known.casefold() == name.casefold():
                return number
        number = self.new_id("tag")
        self.tags[number] = name
        return number

    def open(self, contact: Contact, body: str, subject: str = "", channel: str = "conversation") -> Conversation:
        """A contact opens a conversation."""
        now = self.now()
        author = Author("lead" if contact.role == "lead" else "user", contact.id, contact.name, contact.email)
        first = Part(self.new_id("message"), "source", author, now, body)
        made = Conversation(
            self.new_id("conversation"), contact, first, channel, "customer_initiated", now, now, subject
        )
        self.conversations[made.id] = made
        return made

    def add(self, conversation: Conversation, kind: str, author: Author, body: str | None = None, **more: Any) -> Part:
        """Write one part down, after what it does to the conversation."""
        part = Part(self.new_id("part"), kind, author, self.now(), body, state=conversation.state, **more)
        conversation.parts.append(part)
        conversation.updated_at = part.at
        return part

    def customer_says(self, conversation: Conversation, contact: Contact, body: str, app_code: str | None) -> Part:
        """A contact's message opens a closed or snoozed conversation again."""
        kind = "comment" if conversation.state == "open" else "open"
        conversation.state, conversation.snoozed_until, conversation.read = "open", None, False
        author = Author("lead" if contact.role == "lead" else "user", contact.id, contact.name, contact.email)
        return self.add(conversation, kind, author, body, app_code=app_code)

    def admin_says(self, conversation: Conversation, admin: Admin, kind: str, body: str, app_code: str | None) -> Part:
        """A teammate's comment or note."""
        return self.add(conversation, kind, author_of(admin), body, app_code=app_code)

    def move(self, conversation: Conversation, admin: Admin, kind: str, body: str | None, app_code: str | None) -> Part:
        """Close or open."""
        conversation.state = "closed" if kind == "close" else "open"
        conversation.snoozed_until = None
        return self.add(conversation, kind, author_of(admin), body, app_code=app_code)

    def snooze(self, conversation: Conversation, admin: Admin, until: int, app_code: str | None) -> Part:
        """Put it away until then."""
        conversation.state, conversation.snoozed_until = "snoozed", until
        return self.add(conversation, "snoozed", author_of(admin), None, app_code=app_code)

    def assign(
        self,
        conversation: Conversation,
        admin: Admin,
        to: tuple[str, str | None],
        body: str | None,
        app_code: str | None,
    ) -> Part:
        """Give it to a teammate or a team, or to nobody; a body goes to the customer."""
        kind, number = to
        if kind == "team":
            conversation.team = number
        else:
            conversation.admin = number
        return self.add(conversation, "assignment", author_of(admin), body, app_code=app_code, assigned_to=to)


def author_of(admin: Admin) -> Author:
    """A teammate as the author of a part."""
    return Author("admin", admin.id, admin.name, admin.email)
