"""What the played Slack remembers: teams' people, channels, messages, tokens. No request is read and no event sent here."""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.sandbox.world import World

HOME = "T0HOMETEAM"
CUSTOMERS = "T0CUSTTEAM"
ORGANISATION = "E0CUSTGRID"
"""The grid organisation that ``CUSTOMERS`` belongs to, where customers are played as grid people."""
HOME_ORGANISATION = "E0HOMEGRID"
BOT_USER = "U0DESKHAND"
BOT = "B0DESKHAND"
APP = "A0DESKHAND"
SHARED = "C0CUSTOMERS"
INTERNAL = "C0COLLEAGUES"
NOTES = "C0NOTES"
PATIENCE = 3.0
"""Seconds to answer, and to open a window, at the real Slack."""
SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "reactions:write",
        "users:read",
        "users:read.email",
    }
)


class Fail(Exception):
    """A method's refusal: 200 with ``ok: false`` and this word."""

    def __init__(self, word: str, **more: Any) -> None:
        super().__init__(word)
        self.word = word
        self.more = more


class Throttled(Exception):
    """A method's 429; ``seconds`` go into Retry-After."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


@dataclass
class User:
    """Somebody in some team."""

    id: str
    name: str
    team: str
    email: str = ""
    is_bot: bool = False
    is_guest: bool = False
    is_admin: bool = False


@dataclass
class Channel:
    """A conversation. ``messages`` and what was whispered are oldest first; roots have no ``thread_ts`` of another."""

    id: str
    name: str
    is_ext_shared: bool = False
    is_archived: bool = False
    is_im: bool = False
    members: set[str] = field(default_factory=set)
    messages: list[dict[str, Any]] = field(default_factory=list)
    whispers: list[dict[str, Any]] = field(default_factory=list)
    last: tuple[int, int] = (0, 0)
    """The newest ``ts``, as seconds and microseconds."""


@dataclass
class Answers:
    """An address that answers one button press: five times, for thirty minutes."""

    channel: str
    thread: str
    user: str
    until: datetime
    left: int = 5


@dataclass
class Rules:
    """Slack's stricter rules, off unless a test wants them."""

    paced: bool = False
    """One message a second and channel, else 429."""
    clipped: bool = False
    """The app is distributed and not in the Marketplace: history one call a minute and fifteen messages."""


class Slack:
    """One workspace's view of Slack, safe between threads: take ``lock`` around what belongs together."""

    def __init__(self, world: World, *, org: bool = False, patience: float = PATIENCE) -> None:
        self.world = world
        self.patience = patience
        """Seconds of real time in which the app has to answer, and to open a window."""
        self.organisation = HOME_ORGANISATION if org else None
        """Set when the whole organisation installed the app: Slack then names it instead of the workspace."""
        self.lock = threading.RLock()
        self.rules = Rules()
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.tokens: dict[str, frozenset[str]] = {"xoxb-sandbox": SCOPES}
        self.codes: set[str] = set()
        self.granted = SCOPES
        """What the admin who installs lets us do."""
        self.ended: set[str] = set()
        """Tokens whose time is over: only their refresh tokens help."""
        self.refreshes: set[str] = set()
        self.client = ("sandbox.client", "sandbox-client-secret")
        self.triggers: dict[str, datetime] = {}
        self.answers: dict[str, Answers] = {}
        self.views: list[dict[str, Any]] = []
        self.reactions: set[tuple[str, str, str]] = set()
        self.calls: dict[str, datetime] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.base = ""
        """Where this Slack is mounted: learned from the first call."""
        self._furnish()

    def _furnish(self) -> None:
        self.users[BOT_USER] = User(BOT_USER, "deskhand", HOME, is_bot=True)
        for channel in (
            Channel(SHARED, "acme-and-us", is_ext_shared=True),
            Channel(INTERNAL, "ask-it"),
            Channel(NOTES, "support-notes"),
        ):
            channel.members.add(BOT_USER)
            self.channels[channel.id] = channel

    def now(self) -> datetime:
        """The sandbox's time."""
        return self.world.clock.now()

    def person(self, name: str, team: str) -> User:
        """The person of this name or id, made a member of ``team`` when met for the first time."""
        with self.lock:
            known = self.users.get(name) or next((u for u in self.users.values() if u.name == name), None)
            if known:
                return known
            email = name if "@" in name else f"{name.lower().replace(' ', '.')}@example.com"
            made = User(f"U{self.world.ids.next('slack.user'):08d}", name, team, email)
            self.users[made.id] = made
            return made

    def channel(self, name: Any) -> Channel:
        """The channel with this id. Fails with ``channel_not_found``."""
        found = self.channels.get(str(name))
        if found is None:
            raise Fail("channel_not_found")
        return found

    def stamp(self, channel: Channel) -> str:
        """The next ``ts`` of a channel: always later than the one before."""
        at = self.now()
        next_ = max((int(at.timestamp()), at.microsecond), (channel.last[0], channel.last[1] + 1))
        channel.last = next_ if next_[1] < 1_000_000 else (next_[0] + 1, 0)
        return f"{channel.last[0]}.{channel.last[1]:06d}"

    def add(self, channel: Channel, message: Mapping[str, Any], *, thread: str = "") -> dict[str, Any]:
        """Put a message into a channel or below a root. Fails as Slack does when there is no such root."""
        with self.lock:
            if channel.is_archived:
                raise Fail("is_archived")
            root = self.root(channel, thread) if thread else None
            ts = self.stamp(channel)
            placed = {"type": "message", **message, "ts": ts, **({"thread_ts": thread} if thread else {})}
            channel.messages.append(placed)
            if root is not None:
                root.update(thread_ts=root["ts"], latest_reply=ts, reply_count=root.get("reply_count", 0) + 1)
                placed["parent_user_id"] = root.get("user", "")
            return placed

    def root(self, channel: Channel, ts: str) -> dict[str, Any]:
        """The message that a thread hangs on. A reply's own ``ts`` is no root: that is always a mistake of ours."""
        for message in channel.messages:
            if message["ts"] == ts:
                if message.get("thread_ts", ts) != ts:
                    raise Fail("cannot_reply_to_message")
                return message
        raise Fail("thread_not_found")

    def thread(self, channel: Channel, ts: str) -> list[dict[str, Any]]:
        """A root and its replies, oldest first."""
        return [m for m in channel.messages if m["ts"] == ts or m.get("thread_ts") == ts]

    def trigger(self) -> str:
        """A ticket to open one modal, as long as Slack has patience."""
        made = f"{self.world.ids.next('slack.trigger')}.{secrets.token_hex(8)}"
        self.triggers[made] = self.now() + timedelta(seconds=self.patience)
        return made

    def answerable(self, channel: str, thread: str, user: str) -> str:
        """The last part of a new response_url."""
        made = secrets.token_hex(12)
        self.answers[made] = Answers(channel, thread, user, self.now() + timedelta(minutes=30))
        return made


def at(ts: str) -> datetime:
    """The time in a ``ts``."""
    seconds, _, micros = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(micros or 0))
