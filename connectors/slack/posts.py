"""Writing: which messages a change becomes, the proof that each may go where it goes, and whether it went there already."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import Closed, NotFound, Refused, Unsupported
from connectors.slack import sharing
from connectors.slack.actor import is_colleague
from connectors.slack.blocks import messages
from connectors.slack.client import Client
from connectors.slack.parse import block_ids, marks, place
from connectors.slack.threads import Threads, is_internal, permalink
from connectors.types import Change, File, Note, Ref, Reply, Whisper

MARK = "deskhand"
"""The ``event_type`` of the metadata that we leave on every message."""
MARGIN = timedelta(minutes=5)
"""How far Slack's clock may be from ours when a lost note is looked for."""
NO_CHANNEL = "note: no notes_channel is set"
SHARED_NOTES = (
    "notes_channel: Slack does not say that it is internal (shared with others, or not to be seen by the app): "
    "no note is written there; name an internal channel and invite the app"
)
NO_TRACE = "whisper: an earlier attempt may have been seen, and Slack cannot be asked"


@dataclass(frozen=True)
class Post:
    """One message to be. ``user`` is empty unless only they see it; ``part`` is its number among those of its key."""

    part: int
    channel: str
    thread: str
    user: str
    content: Mapping[str, Any]
    file: File | None = None
    """Shared instead of anything said."""

    @property
    def is_note(self) -> bool:
        """Whether it goes elsewhere than into the ticket's thread."""
        return not self.thread


class Posts:
    """Plans, finds and sends our messages."""

    def __init__(self, client: Client, threads: Threads) -> None:
        self._client = client
        self._threads = threads

    def plan(self, ticket: Ref, changes: Sequence[Change], key: str) -> list[Post]:
        """The messages that these changes need, each proved allowed. Raises before anything is sent."""
        targets = [one for change in changes for one in self._targets(ticket, change, key)]
        return [
            Post(part, channel, thread, user, {}, content)
            if isinstance(content, File)
            else Post(part, channel, thread, user, _marked(content, key, part))
            for part, (channel, thread, user, content) in enumerate(targets)
        ]

    def _targets(
        self, ticket: Ref, change: Change, key: str
    ) -> Iterator[tuple[str, str, str, Mapping[str, Any] | File]]:
        channel, root = place(ticket)
        match change:
            case Reply(text=text, buttons=buttons):
                where = (channel, root, "")
            case Note(text=text, buttons=buttons):
                where = (self._notes_channel(), "", "")
                text = f"{text}\n\n[Open the thread]({permalink(self._threads.site, channel, root)})"
            case Whisper(person, text, buttons):
                where = (channel, root, self._colleague(person))
            case _:
                raise Unsupported(f"Slack has no {type(change).__name__}")
        if where[0]:
            for content in messages(text, buttons, ticket=ticket.id, value=key):
                yield (*where, content)
            for file in change.files if isinstance(change, Reply | Note) else ():
                yield (*where, file)

    def _notes_channel(self) -> str:
        """The channel for notes, proved internal just now; empty when none is set."""
        channel = self._threads.site.notes_channel
        if channel and not is_internal(self._threads.channel(channel)):
            raise Refused("notes_channel: not proved to be internal")
        return channel

    def doubts(self) -> list[str]:
        """Why notes would be refused; nothing when they would not be."""
        try:
            self._notes_channel()
        except Refused:
            return [SHARED_NOTES]
        return []

    def announce(self, channel: str, text: str, buttons: Sequence[str], key: str, since: datetime | None) -> None:
        """Post into a channel that is proved internal just now; with ``since``, only what is not there since then."""
        if not is_internal(self._threads.channel(channel)):
            raise Refused("channel: not proved to be internal")
        contents = messages(text, buttons, ticket=channel, value=key)
        plan = [Post(n, channel, "", "", _marked(content, key, n)) for n, content in enumerate(contents)]
        found = self.sent(plan, [], key, since) if since else {}
        for post in plan:
            if post.part not in found:
                self.send(post, key)

    def _colleague(self, person: str) -> str:
        """The person, proved a colleague just now."""
        if not is_colleague(self._threads.people.about(person, anew=True), self._threads.site.home):
            raise Refused("whisper: the person is not proved to be a colleague")
        return person

    def sent(
        self, plan: Sequence[Post], thread: Sequence[Mapping[str, Any]], key: str, since: datetime
    ) -> dict[int, str]:
        """What an earlier attempt left in the thread and, if a note is planned, in the notes channel: part -> ``ts``."""
        notes = {post.channel for post in plan if post.is_note}
        elsewhere = [m for channel in notes for m in self._threads.since(channel, since - MARGIN)]
        # Only our own: any app in the workspace may write metadata that looks like ours.
        own = [m for m in [*thread, *elsewhere] if self._threads.is_ours(m)]
        blocks = {block: str(m.get("ts") or "") for m in own for block in block_ids(m)}
        seen = {post.part: blocks[mark] for post in plan if (mark := _mark(key, post.part)) in blocks}
        there = sharing.shared(own)
        names = {post.part: sharing.named(post.file, key, post.part) for post in plan if post.file}
        files = {part: there[name] for part, name in names.items() if name in there}
        return {**seen, **files, **marks(own, MARK, key)}

    def send(self, post: Post, key: str) -> str:
        """Post one message, once; gives its ``ts`` back."""
        web = self._client.web
        where = {"channel": post.channel, **({"thread_ts": post.thread} if post.thread else {})}
        if post.file:
            name = sharing.named(post.file, key, post.part)
            sharing.share(self._client, self._threads.site, where, post.file, name)
            return ""
        if post.user:
            answer = self._client.ask(web.chat_postEphemeral, user=post.user, **where, **post.content)
            return str(answer.get("message_ts") or "")
        left = {"event_type": MARK, "event_payload": {"key": key, "part": post.part}}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        try:
            answer = self._client.ask(web.chat_postMessage, **where, **post.content, **quiet, metadata=left)
        except (NotFound, Closed) as error:
            if post.is_note:  # the ticket is still there; it is the notes channel that is not
                raise Refused("notes_channel: gone or archived") from error
            raise
        return str(answer.get("ts") or "")


def _marked(content: Mapping[str, Any], key: str, part: int) -> Mapping[str, Any]:
    """The content with its mark as the name of its first block: metadata is shown only to those who ask in the right way."""
    first, *rest = content["blocks"]
    return {**content, "blocks": [{**first, "block_id": _mark(key, part)}, *rest]}


def _mark(key: str, part: int) -> str:
    return f"{MARK}-{hashlib.blake2b(f'{part}:{key}'.encode(), digest_size=16).hexdigest()}"
