"""The played API's conversations: find, search, open, reply, parts, tags, update, convert, redact, delete."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.intercom.door import Door, Refusal, invalid, listed, not_found, sent, text
from app.sandbox.intercom.notify import Notifier
from app.sandbox.intercom.render import Json, clean
from app.sandbox.intercom.state import Admin, Contact, Conversation, Part, Workspace

MOST_FILES = 10
SPOKEN = {"note": "conversation.admin.noted", "comment": "conversation.admin.replied"}
MOVED = {"close": "conversation.admin.closed", "open": "conversation.admin.opened"}
SEEN_PARTS = 500
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(b in a if isinstance(a, list) else str(a) == str(b)),
    "!=": lambda a, b: bool(b not in a if isinstance(a, list) else str(a) != str(b)),
    ">": lambda a, b: bool(a >= int(b)),
    "<": lambda a, b: bool(a <= int(b)),
    "IN": lambda a, b: bool(set(a) & set(b) if isinstance(a, list) else a in b),
}


class Conversations:
    """The routes. Writes through the API carry ``app_code`` on their parts, or nothing where the app shows none."""

    def __init__(self, workspace: Workspace, door: Door, notifier: Notifier, app_code: str | None) -> None:
        self.app_code = app_code
        self._workspace = workspace
        self._door = door
        self._notifier = notifier

    def mount(self, blueprint: Blueprint) -> None:
        """Put the routes on the blueprint."""
        add = blueprint.add_url_rule
        one = "/conversations/<number>"
        add("/conversations", view_func=self.index, methods=["GET"])
        add("/conversations", view_func=self.create, methods=["POST"])
        add("/conversations/search", view_func=self.search, methods=["POST"])
        add("/conversations/redact", view_func=self.redact, methods=["POST"])
        add(one, view_func=self.find, methods=["GET"])
        add(one, view_func=self.update, methods=["PUT"])
        add(one, view_func=self.delete, methods=["DELETE"])
        add(f"{one}/reply", view_func=self.reply, methods=["POST"])
        add(f"{one}/parts", view_func=self.manage, methods=["POST"])
        add(f"{one}/convert", view_func=self.convert, methods=["POST"])
        add(f"{one}/tags", view_func=self.tag, methods=["POST"])
        add(f"{one}/tags/<tag>", view_func=self.untag, methods=["DELETE"])

    def index(self) -> Response:
        """Every conversation, the latest updated first, without parts."""
        with self._workspace.lock:
            return jsonify(listed(self._rows(lambda _: True), "conversations", "conversation.list"))

    def search(self) -> Response:
        """Conversations that fit a query of one filter or of several under AND or OR."""
        query = sent().get("query")
        if not isinstance(query, dict):
            raise invalid("query not specified")
        with self._workspace.lock:
            rows = self._rows(lambda one: _fits(one, query))
            return jsonify(listed(rows, "conversations", "conversation.list"))

    def create(self) -> Response:
        """A contact opens a conversation."""
        body = sent()
        sender = body.get("from") or {}
        with self._workspace.lock:
            contact = self._workspace.contacts.get(text(sender, "id"))
            if contact is None:
                raise not_found("User")
            made = self._workspace.open(contact, clean(text(body, "body")), str(body.get("subject") or ""))
            self._notifier.tell("conversation.user.created", self._workspace, made, [])
            message = {
                "type": "user_message",
                "id": made.source.id,
                "created_at": made.created_at,
                "body": made.source.body,
                "message_type": "inapp",
                "conversation_id": made.id,
            }
            return jsonify(message)

    def find(self, number: str) -> Response:
        """The conversation with its newest parts."""
        with self._workspace.lock:
            given = self._known(number)
            given.seen = len(given.parts)
            as_text = request.args.get("display_as") == "plaintext"
            return self._shown(given, given.parts[-SEEN_PARTS:], as_text=as_text)

    def update(self, number: str) -> Response:
        """Title, read, and attributes that exist."""
        body = sent()
        with self._workspace.lock:
            given = self._known(number)
            attributes = body.get("custom_attributes") or {}
            for name in attributes:
                if name not in self._workspace.attributes:
                    raise invalid(f"Custom attribute '{name}' does not exist")
            given.attributes |= {name: value for name, value in attributes.items() if value is not None}
            for name in [name for name, value in attributes.items() if value is None]:
                given.attributes.pop(name, None)
            given.title = body.get("title", given.title)
            given.read = bool(body.get("read", given.read))
            given.updated_at = self._workspace.now()
            return self._shown(given, given.parts)

    def delete(self, number: str) -> Response:
        """Gone, and told so."""
        with self._workspace.lock:
            given = self._known(number)
            del self._workspace.conversations[number]
            self._notifier.deleted(given)
            return jsonify({"id": number, "object": "conversation", "deleted": True})

    def reply(self, number: str) -> Response:
        """A teammate's comment or note, or a contact's comment."""
        body = sent()
        with self._workspace.lock:
            given = self._known(number)
            kind = text(body, "message_type")
            if body.get("type") == "admin":
                part, topic = self._admin_reply(given, kind, body)
            else:
                part = self._contact_reply(given, kind, body)
                topic = "conversation.user.replied"
            return self._written(given, part, topic)

    def manage(self, number: str) -> Response:
        """Close, open, snooze, assign."""
        body = sent()
        with self._workspace.lock:
            given = self._known(number)
            admin = self._admin(body)
            kind = text(body, "message_type")
            if kind == "assignment":
                part, topic = self._assigned(given, admin, body), "conversation.admin.assigned"
            elif kind == "snoozed":
                until = text(body, "snoozed_until")
                part = self._workspace.snooze(given, admin, int(until), self.app_code)
                topic = "conversation.admin.snoozed"
            elif kind in MOVED:
                said = clean(str(body["body"])) if body.get("body") else None
                part, topic = self._workspace.move(given, admin, kind, said, self.app_code), MOVED[kind]
            else:
                raise invalid("message_type is invalid")
            return self._written(given, part, topic)

    def convert(self, number: str) -> Response:
        """The conversation becomes a customer's ticket of the same id."""
        body = sent()
        with self._workspace.lock:
            given = self._known(number)
            if given.ticket_type:
                raise invalid("Conversation is already a ticket")
            given.ticket_type = text(body, "ticket_type_id")
            return jsonify({"type": "ticket", "id": given.id, "ticket_id": given.id, "category": "Customer"})

    def tag(self, number: str) -> Response:
        """Put a tag on, by its id."""
        body = sent()
        with self._workspace.lock:
            given, admin, wanted = self._known(number), self._admin(body), text(body, "id")
            if wanted not in self._workspace.tags:
                raise not_found("Tag")
            given.tags.setdefault(wanted, (self._workspace.now(), admin.id))
            given.updated_at = self._workspace.now()
            return jsonify(self._door.renderer().tag(wanted, given.tags[wanted]))

    def untag(self, number: str, tag: str) -> Response:
        """Take a tag off; the teammate is named in the body of the DELETE."""
        body = sent()
        with self._workspace.lock:
            given = self._known(number)
            self._admin(body)
            if tag not in given.tags:
                raise not_found("Tag")
            del given.tags[tag]
            given.updated_at = self._workspace.now()
            return jsonify(self._door.renderer().tag(tag))

    def redact(self) -> Response:
        """Blank one part, or the message that a customer began with."""
        body = sent()
        with self._workspace.lock:
            given = self._known(text(body, "conversation_id"))
            opening = text(body, "type") == "source"
            wanted = text(body, "source_id" if opening else "conversation_part_id")
            among = [given.source] if opening else given.parts
            part = next((one for one in among if one.id == wanted and one.body), None)
            if part is None:
                raise not_found("Conversation part")
            part.redacted = True
            self._notifier.tell("conversation_part.redacted", self._workspace, given, [part])
            return self._shown(given, given.parts)

    def _written(self, given: Conversation, part: Part, topic: str) -> Response:
        """Tell of the app's own part, which the app hears of too, and answer with nothing but that part."""
        part.by_api, part.seen = True, given.seen
        self._notifier.tell(topic, self._workspace, given, [part])
        return self._shown(given, [part])

    def _admin_reply(self, given: Conversation, kind: str, body: Json) -> tuple[Part, str]:
        if kind not in SPOKEN:
            raise invalid("message_type is invalid")
        said = clean(text(body, "body"))
        part = self._workspace.admin_says(given, self._admin(body), kind, said, self.app_code)
        part.files = _files(body)
        return part, SPOKEN[kind]

    def _contact_reply(self, given: Conversation, kind: str, body: Json) -> Part:
        if kind != "comment" or body.get("type") != "user":
            raise invalid("type is invalid")
        contact = self._contact(body)
        if contact is None or contact is not given.contact:
            raise not_found("User")
        return self._workspace.customer_says(given, contact, clean(text(body, "body")), self.app_code)

    def _contact(self, body: Json) -> Contact | None:
        for name, field in (("intercom_user_id", "id"), ("user_id", "external_id"), ("email", "email")):
            if body.get(name):
                found = [one for one in self._workspace.contacts.values() if getattr(one, field) == body[name]]
                return found[0] if found else None
        return None

    def _assigned(self, given: Conversation, admin: Admin, body: Json) -> Part:
        kind, wanted = text(body, "type"), text(body, "assignee_id")
        known = self._workspace.teams if kind == "team" else self._workspace.admins
        if kind not in ("team", "admin") or (wanted != "0" and wanted not in known):
            raise Refusal(422, "parameter_invalid", "assignee_id is invalid")
        said = clean(str(body["body"])) if body.get("body") else None
        to = (kind, None if wanted == "0" else wanted)
        return self._workspace.assign(given, admin, to, said, self.app_code)

    def _admin(self, body: Json) -> Admin:
        admin = self._workspace.admins.get(text(body, "admin_id"))
        if admin is None:
            raise not_found("Admin")
        return admin

    def _known(self, number: str) -> Conversation:
        known = self._workspace.conversations
        if number == "last" and known:
            return max(known.values(), key=lambda one: one.updated_at)
        if number not in known:
            raise not_found("Conversation")
        return known[number]

    def _rows(self, wanted: Callable[[Conversation], bool]) -> list[Json]:
        found = [one for one in self._workspace.conversations.values() if wanted(one)]
        renderer = self._door.renderer()
        return [renderer.conversation(one, None) for one in sorted(found, key=lambda one: -one.updated_at)]

    def _shown(self, given: Conversation, parts: list[Part], *, as_text: bool = False) -> Response:
        return jsonify(self._door.renderer().conversation(given, parts, as_text=as_text))


def _fits(given: Conversation, query: Json) -> bool:
    if query.get("operator") in ("AND", "OR"):
        found = [_fits(given, inner) for inner in query.get("value") or []]
        return all(found) if query["operator"] == "AND" else any(found)
    values = {
        "id": given.id,
        "created_at": given.created_at,
        "updated_at": given.updated_at,
        "state": given.state,
        "open": given.state != "closed",
        "contact_ids": [given.contact.id],
        "admin_assignee_id": given.admin or "0",
        "team_assignee_id": given.team or "0",
        "tag_ids": list(given.tags),
    }
    field, operator = str(query.get("field")), str(query.get("operator"))
    if field not in values or operator not in OPERATORS:
        raise invalid(f"{field} {operator} is not a filter")
    return OPERATORS[operator](values[field], query.get("value"))


def _files(body: Json) -> tuple[tuple[str, str, int], ...]:
    """What is attached: name, content type, size. Refused where the data is no base64 or there are too many."""
    given = body.get("attachment_files") or []
    try:
        found = [
            (str(one["name"]), str(one["content_type"]), len(base64.b64decode(one["data"], validate=True)))
            for one in given
        ]
    except (KeyError, TypeError, binascii.Error):
        raise invalid("attachment_files is invalid") from None
    if len(found) > MOST_FILES:
        raise invalid("attachment_files is too long")
    return tuple(found)
