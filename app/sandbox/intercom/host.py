"""The played workspace as a sandbox host: people at their keyboards, and the API mounted for the app."""

from typing import Any

from flask import Blueprint

from app.sandbox.faulty import faulty
from app.sandbox.intercom.conversations import Conversations
from app.sandbox.intercom.door import Door
from app.sandbox.intercom.inbox import Inbox
from app.sandbox.intercom.notify import Notifier
from app.sandbox.intercom.oauth import OAuth
from app.sandbox.intercom.people import People
from app.sandbox.intercom.render import GONE, paragraphs, plain
from app.sandbox.intercom.state import Admin, Article, Company, Contact, Conversation, Part, Workspace, author_of
from app.sandbox.world import View, World, macros

FIELDS = ("deskhand_category", "deskhand_priority", "deskhand_confidence", "deskhand_sla_due", "deskhand_mode")
"""Attributes that an admin made by hand in this workspace; more with ``attribute``."""
ROLES = {"user": "customer", "lead": "customer", "admin": "agent"}


class IntercomHost:
    """One workspace. ``admin_id`` is the seat that the app writes from; ``app_code`` is shown on its parts, None for never."""

    vendor = "intercom"

    def __init__(
        self,
        world: World,
        name: str = "intercom",
        *,
        token: str = "played-intercom-token",  # noqa: S107  (a played account's)
        app_id: str = "pl4y3d1d",
        admin_id: str = "814860",
        app_code: str | None = "deskhand-app",
    ) -> None:
        self.name = name
        self.token = token
        self.app_id = app_id
        self.admin_id = admin_id
        seat = Admin(admin_id, "Deskhand", "deskhand@team.example")
        self.workspace = Workspace(world, name, seat)
        self.workspace.attributes = dict.fromkeys(FIELDS, "string")
        self.notifier = Notifier(world, name, app_id)
        self.door = Door(self.workspace, app_id, token)
        self.api = Conversations(self.workspace, self.door, self.notifier, app_code)
        self.people = People(self.workspace, self.door, app_id, seat)
        self.oauth = OAuth(token)
        self.inbox = Inbox(self.workspace, app_id)
        self._world = world

    def blueprint(self) -> Blueprint:
        """The API; faults come before everything else."""
        made = faulty(Blueprint(self.name, __name__, template_folder="templates"), self._world, self.name)
        self.door.guard(made)
        self.api.mount(made)
        self.people.mount(made)
        self.oauth.mount(made)
        self.inbox.mount(made)
        return made

    def hook(self, url: str, secret: str) -> None:
        """Save the webhook's address, where our app draws, too. Raises ValueError unless it answers HEAD."""
        self.inbox.hooked(url, secret)
        self.notifier.hook(url, secret)

    def customer_writes(self, who: str, text: str, *, subject: str = "", ticket: str = "") -> str:
        """A customer opens a conversation (by mail when there is a subject) or answers in one."""
        with self.workspace.lock:
            body = paragraphs(text)
            if not ticket:
                channel = "email" if subject else "conversation"
                made = self.workspace.open(self.workspace.contact_of(who), body, subject, channel)
                self._tell("conversation.user.created", made)
                return made.id
            given = self.workspace.conversations[ticket]
            writer = self.workspace.contact_of(who) if who else given.contact
            self._tell("conversation.user.replied", given, self.workspace.customer_says(given, writer, body, None))
            return ticket

    def agent_writes(self, who: str, text: str, *, ticket: str, public: bool = True) -> None:
        """A teammate answers or leaves a note, by hand: the part shows no app's code, also on the app's own seat."""
        with self.workspace.lock:
            given = self.workspace.conversations[ticket]
            kind = "comment" if public else "note"
            part = self.workspace.admin_says(given, self.workspace.admin_of(who), kind, paragraphs(text), None)
            self._tell("conversation.admin.replied" if public else "conversation.admin.noted", given, part)

    def agent_closes(self, who: str, ticket: str) -> None:
        """A teammate closes the conversation."""
        with self.workspace.lock:
            given = self.workspace.conversations[ticket]
            part = self.workspace.move(given, self.workspace.admin_of(who), "close", None, None)
            self._tell("conversation.admin.closed", given, part)

    def agent_assigns(self, who: str, ticket: str, to: str) -> None:
        """A teammate gives the conversation to another one."""
        with self.workspace.lock:
            given = self.workspace.conversations[ticket]
            taker = ("admin", self.workspace.admin_of(to).id)
            part = self.workspace.assign(given, self.workspace.admin_of(who), taker, None, None)
            self._tell("conversation.admin.assigned", given, part)

    def bot_writes(self, text: str, ticket: str) -> None:
        """Fin says something."""
        with self.workspace.lock:
            given = self.workspace.conversations[ticket]
            fin = author_of(Admin("9608808", "Fin", f"operator+{self.app_id}@intercom.io"))
            fin.type = "bot"
            self._tell(
                "conversation.operator.replied", given, self.workspace.add(given, "comment", fin, paragraphs(text))
            )

    def rates(self, ticket: str, rating: int, remark: str = "") -> None:
        """The customer rates the conversation, from 1 to 5."""
        with self.workspace.lock:
            given = self.workspace.conversations[ticket]
            now = self.workspace.now()
            given.rating = {
                "rating": rating,
                "remark": remark,
                "created_at": now,
                "updated_at": now,
                "contact": {"type": "contact", "id": given.contact.id, "external_id": None},
                "teammate": {"type": "admin", "id": given.admin},
            }
            given.updated_at = now
            self._tell("conversation.rating.added", given)

    def press(self, who: str, ticket: str, action: str, value: str) -> None:
        """Our notes have no buttons here: a teammate puts the tag on that the note names. No webhook tells of tags."""
        with self.workspace.lock:
            given = self.workspace.conversations[ticket]
            given.tags[self.workspace.tag_named(action)] = (self.workspace.now(), self.admin_id)
            given.updated_at = self.workspace.now()

    def attribute(self, name: str) -> None:
        """An admin makes an attribute for conversations by hand."""
        self.workspace.attributes[name] = "string"

    def article(self, title: str, body: str, *, internal: bool = False, state: str = "published") -> str:
        """Somebody writes an article; gives its id back."""
        with self.workspace.lock:
            number = self.workspace.new_id("article")
            url = None if internal or state != "published" else f"https://help.example/articles/{number}"
            made = Article(number, title, body, int(self.admin_id), self.workspace.now(), state, url, internal=internal)
            self.workspace.articles[number] = made
            return number

    def customer(self, email: str, name: str, *, company: str = "", plan: str = "", **attributes: Any) -> Contact:
        """A known customer, of a company with a plan."""
        with self.workspace.lock:
            contact = self.workspace.add_contact("user", email=email, name=name, attributes=attributes)
            if company:
                made = Company(self.workspace.new_id("company"), company, plan)
                self.workspace.companies[made.id] = made
                contact.companies.append(made.id)
            return contact

    def views(self) -> list[View]:
        """Every conversation, newest first."""
        with self.workspace.lock:
            found = sorted(self.workspace.conversations.values(), key=lambda one: (-one.updated_at, -int(one.id)))
            return [self._view(one) for one in found]

    def _view(self, given: Conversation) -> View:
        told = [one for one in [given.source, *given.parts] if one.body]
        names = self.workspace.admins, self.workspace.teams
        holder = names[0].get(given.admin or "") or names[1].get(given.team or "")
        return View(
            host=self.name,
            id=given.id,
            subject=given.subject or given.title or "",
            status=given.state,
            customer=given.contact.name or given.contact.email,
            tags=tuple(sorted(self.workspace.tags[number] for number in given.tags)),
            fields=tuple((name, str(value)) for name, value in given.attributes.items()),
            messages=tuple(self._message(one) for one in told),
            priority="priority" if given.priority == "priority" else "",
            assignee=holder.name if holder else "",
        )

    def _message(self, given: Part) -> dict[str, Any]:
        ours, body = given.by_api and given.author.type == "admin", GONE if given.redacted else given.body
        return {
            "author": given.author.name or given.author.email or "Visitor",
            "role": "bot" if ours else ROLES.get(given.author.type, "machine"),
            "kind": "note" if given.kind == "note" else "public",
            "text": plain(body),
            "html": body,
            "at": given.at,
            "buttons": macros(plain(body)) if ours and given.kind == "note" else [],
        }

    def _tell(self, topic: str, given: Conversation, *parts: Part) -> None:
        self.notifier.tell(topic, self.workspace, given, parts)
