"""A batch of changes at one conversation: several calls in a fixed order, the customer's words as late as can be.

Order: attributes in one call, tags, note, reply, assignment, state. All but messages may be made twice without harm.
Assignment comes after the messages: a reply may assign the conversation to its author. What is taken out goes last: the words
that people may keep are in a note of the same batch by then.
"""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from connectors.errors import Conflict, NotFound, Refused
from connectors.intercom import probe
from connectors.intercom.client import Client, Json
from connectors.intercom.directory import Directory
from connectors.intercom.marks import Owner, line
from connectors.intercom.markup import gist, to_html, to_text
from connectors.intercom.parse import admin_assignee, contact_id, parts, source, tag_ids, team_assignee
from connectors.intercom.revision import revision
from connectors.intercom.values import identity
from connectors.redaction import Redact
from connectors.types import (
    REFUSED_AGENT,
    AddMessage,
    Assign,
    Change,
    Note,
    Receipt,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    Tag,
    Untag,
)

NO_PRIORITY = "priority: this vendor's API cannot set its own; written to the attribute deskhand_priority"
FORGOTTEN = 600.0
"""Seconds after which an attribute that was refused is tried again: somebody may have made it by then."""
NO_PENDING = "status: this vendor waits only until a time; none was given, so the state was left"


@dataclass
class Batch:
    """One call of ``apply``: what is asked, and what came of it so far."""

    ticket: str
    changes: Sequence[Change]
    key: str
    expect: str | None = None
    since: datetime | None = None
    conversation: Json | None = None
    """As read last, while nothing was written since."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The conversation's tags, name to id, as they were read first."""
    opening: str = ""
    """The id of the conversation's first message."""
    done: Mapping[int, str] = field(default_factory=dict)
    refs: dict[int, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def todo(self, *kinds: type[Any]) -> list[tuple[int, Any]]:
        """The changes of these kinds that are not made yet, with their places."""
        return [
            (n, change) for n, change in enumerate(self.changes) if isinstance(change, kinds) and n not in self.done
        ]

    def receipt(self, *, recovered: bool = False) -> Receipt:
        """What came of it."""
        refs = tuple(ref for _, ref in sorted(self.refs.items()) if ref)
        return Receipt(self.key, datetime.now(UTC), refs, recovered=recovered, skipped=tuple(self.skipped))


class Writer:
    """Makes batches at one workspace."""

    def __init__(
        self, client: Client, directory: Directory, owner: Owner, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._now = now
        self._lacking: dict[str, tuple[float, str]] = {}
        """Attribute -> when it was refused, and that in words."""
        self._directory = directory
        self._owner = owner

    def apply(self, batch: Batch) -> Receipt:
        """Make what is not made yet. Raises Conflict, having sent no message, when the conversation moved on."""
        self._look(batch)
        if batch.since is not None and len(batch.done) == len(batch.changes):
            return batch.receipt(recovered=True)
        self._compare(batch)
        self._attributes(batch)
        self._tags(batch)
        self._notes(batch)
        self._copies(batch)
        self._replies(batch)
        self._assignments(batch)
        self._states(batch)
        self._redactions(batch)
        return batch.receipt()

    def _look(self, batch: Batch) -> None:
        """Read the conversation where something hangs on it, and find what is so already."""
        needs = any(isinstance(change, Untag | AddMessage | Redact) for change in batch.changes)
        if batch.since is None and batch.expect is None and not needs:
            return
        batch.conversation = conversation = self._client.conversation(batch.ticket)
        batch.tags, batch.opening = tag_ids(conversation), identity(source(conversation).get("id"))
        if batch.since is not None:
            batch.refs.update(probe.made(batch.changes, conversation, self._owner, batch.key, batch.since))
            batch.done = dict(batch.refs)
        # A reply still to come may assign the conversation to its author.
        if not batch.todo(Reply):
            held = [n for n, change in batch.todo(Assign) if self._holds(change, conversation)]
            batch.done = {**batch.done, **dict.fromkeys(held, "")}

    def _compare(self, batch: Batch) -> None:
        """Raise Conflict unless the conversation is still the one that the batch was decided on."""
        if batch.expect is None:
            return
        if batch.conversation is None:
            batch.conversation = self._client.conversation(batch.ticket)
        ours = [ref for ref in batch.refs.values() if ref]
        if revision(batch.conversation, self._owner, ours) != batch.expect:
            raise Conflict("the conversation moved on since the decision")

    def _attributes(self, batch: Batch) -> None:
        asked = batch.todo(SetField, SetPriority)
        values = dict(probe.attribute(change) for _, change in asked)
        if not values:
            return
        batch.skipped += [NO_PRIORITY for _, change in asked if isinstance(change, SetPriority)][:1]
        lacking = {name: words for name in values if (words := self._refused_lately(name))}
        batch.skipped += lacking.values()
        values = {name: value for name, value in values.items() if name not in lacking}
        if not values:
            return
        try:
            self._firmly(batch, self._client.update, values)
        except Refused as refusal:
            # One unknown attribute makes Intercom refuse them all: find it, leave it out, say so.
            for name, value in values.items():
                why = refusal if len(values) == 1 else self._alone(batch, name, value)
                if why:
                    words = f"attribute {name}: {why}"
                    self._lacking[name] = (self._now(), words)
                    batch.skipped.append(words)

    def _refused_lately(self, name: str) -> str:
        """How it was refused, in words, if it need not be tried again yet."""
        at, words = self._lacking.get(name, (0.0, ""))
        return words if words and self._now() < at + FORGOTTEN else ""

    def _alone(self, batch: Batch, name: str, value: Any) -> Refused | None:
        """One attribute in a call of its own; why the vendor refuses it, if it does."""
        try:
            self._firmly(batch, self._client.update, {name: value})
        except Refused as refusal:
            return refusal
        return None

    def _firmly(self, batch: Batch, call: Callable[..., Any], *given: Any) -> None:
        """Make a call at the conversation. A 404 may mean what is named in it: Refused then, NotFound if the conversation is gone."""
        batch.conversation = None
        try:
            call(batch.ticket, *given)
        except NotFound as error:
            self._client.conversation(batch.ticket)
            raise Refused(f"{error}, yet the conversation is there") from error

    def _tags(self, batch: Batch) -> None:
        for _, change in batch.todo(Untag):
            for name in filter(batch.tags.__contains__, change.names):
                self._softly(batch, f"tag {name}", self._client.untag, batch.tags[name], self._owner.admin_id)
        for _, change in batch.todo(Tag):
            for name in change.names:
                self._tag(batch, name)

    def _tag(self, batch: Batch, name: str) -> None:
        try:
            number, remembered = self._directory.tag(name)
            try:
                self._firmly(batch, self._client.tag, number, self._owner.admin_id)
            except Refused:
                if not remembered:
                    raise
                # Somebody may have deleted the remembered tag: try once more with a fresh one.
                self._directory.forget_tag(name)
                self._firmly(batch, self._client.tag, self._directory.tag(name)[0], self._owner.admin_id)
        except Refused as refusal:
            batch.skipped.append(f"tag {name}: {refusal}")

    def _softly(self, batch: Batch, what: str, call: Callable[..., Any], *given: Any) -> None:
        """Make a call at the conversation; what the vendor refuses is left out, in words."""
        try:
            self._firmly(batch, call, *given)
        except Refused as refusal:
            batch.skipped.append(f"{what}: {refusal}")

    def _notes(self, batch: Batch) -> None:
        replies = [change.text for change in batch.changes if isinstance(change, Reply)]
        every = [n for n, change in enumerate(batch.changes) if isinstance(change, Note)]
        for place, change in batch.todo(Note):
            self._compare(batch)
            order = every.index(place)
            mark = line(batch.key, order, replies if order == 0 else ())
            body = to_html(change.text) + f"<p><i>{mark}</i></p>"
            self._say(batch, place, self._as_admin("note", body) | _attached(change), mark)

    def _replies(self, batch: Batch) -> None:
        for place, change in batch.todo(Reply):
            self._compare(batch)
            body = self._as_admin("comment", to_html(change.text)) | _attached(change)
            self._say(batch, place, body, change.text)

    def _copies(self, batch: Batch) -> None:
        for place, change in batch.todo(AddMessage):
            conversation = batch.conversation or self._client.conversation(batch.ticket)
            body = {
                "message_type": "comment",
                "type": "user",
                "intercom_user_id": contact_id(conversation),
                "body": to_html(probe.copied(change, conversation)),
            }
            self._say(batch, place, body, change.text)

    def _say(self, batch: Batch, place: int, body: Json, words: str) -> None:
        answer = self._client.reply(batch.ticket, body)
        batch.conversation = None
        batch.refs[place] = _newest(answer, words)

    def _as_admin(self, kind: str, body: str) -> Json:
        return {"message_type": kind, "type": "admin", "admin_id": self._owner.admin_id, "body": body}

    def _assignments(self, batch: Batch) -> None:
        for _, change in batch.todo(Assign):
            if change.team:
                self._assign(batch, "team", self._directory.team, change.team)
            if change.agent:
                self._assign(batch, "admin", self._directory.admin, change.agent)

    def _assign(self, batch: Batch, kind: str, found: Callable[[str], str], name: str) -> None:
        what = f"{REFUSED_AGENT}{name}" if kind == "admin" else "assignment"
        try:
            assignee = found(name)
        except Refused as refusal:
            batch.skipped.append(f"{what}: {refusal}")
            return
        body = {"message_type": "assignment", "type": kind, "admin_id": self._owner.admin_id, "assignee_id": assignee}
        self._softly(batch, what, self._client.manage, body)

    def _holds(self, change: Assign, conversation: Json) -> bool:
        """Whether the conversation is assigned just so."""
        try:
            team = not change.team or self._directory.team(change.team) == team_assignee(conversation)
            return team and (not change.agent or self._directory.admin(change.agent) == admin_assignee(conversation))
        except Refused:
            return False

    def _redactions(self, batch: Batch) -> None:
        """Whole messages: Intercom has nothing smaller. One that was taken out already is left."""
        for message in dict.fromkeys(change.message for _, change in batch.todo(Redact)):
            opening = message == batch.opening
            self._softly(batch, "redaction", partial(self._client.redact, opening=opening), message)

    def _states(self, batch: Batch) -> None:
        for _, change in batch.todo(SetStatus):
            wanted = probe.wanted_state(change)
            if not wanted:
                batch.skipped.append(NO_PENDING)
                continue
            body: Json = {"message_type": "close" if wanted == "closed" else wanted, "admin_id": self._owner.admin_id}
            if wanted == "closed":
                body["type"] = "admin"
            if wanted == "snoozed":
                body["snoozed_until"] = int(change.until.timestamp())
            self._softly(batch, "state", self._client.manage, body)


def _attached(change: Note | Reply) -> Json:
    """The files that go with it."""
    files = [
        {"content_type": file.content_type, "name": file.name, "data": base64.b64encode(file.content).decode()}
        for file in change.files
    ]
    return {"attachment_files": files} if files else {}


def _newest(answer: Json, words: str) -> str:
    """The id of the part just written: Intercom answers with the conversation, of which this part may be the only one."""
    if answer.get("type") == "conversation_part":
        return identity(answer.get("id"))
    found = parts(answer)
    told = [part for part in found if gist(words) in gist(to_text(part.get("body")))]
    return identity((told or found)[-1].get("id")) if found else ""
