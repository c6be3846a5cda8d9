"""The vendors of a run: customers write there, and afterwards it is read there what came of it. Nothing here looks into our database."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from app.sandbox.intercom.host import IntercomHost
from app.sandbox.slack.host import SlackHost
from app.sandbox.slack.state import BOT, HOME, NOTES, SHARED
from app.sandbox.world import Fault, World
from app.sandbox.zendesk import ZendeskHost
from connectors.zendesk.batch import MARK
from tests.chaos.plan import Step

SECRET = "the-signing-secret-of-the-run"
PAGES = {
    "shop": (
        "Track your parcel",
        "<p>Where is my order? Open Your orders to track a parcel: where it is shows there.</p>",
    ),
    "": ("Engraving", "<p>Brass lamps can be engraved with names; our workshop does it within a week.</p>"),
}
"""What each account's pages say; those that are not named have the last."""
AGENT = "Sam Okafor"
SILENCE = 11.0
"""Seconds without an answer: one more than our connectors wait."""
NUMBER = re.compile(r"\b(\d{5,})\b")
DECISION = re.compile(r"Deskhand decision\s+(\w+)")


@dataclass(frozen=True)
class Line:
    """One line as the vendor shows it: ``asked`` by a customer, ``said`` or ``noted`` by us, or a ``person``'s of the team."""

    kind: str
    text: str
    id: str
    key: str = ""
    """What the vendor keeps with our writes, where it keeps anything."""
    crossed: bool = False
    """Of ours: customers wrote after we had looked last and before it was there. It stands where we had looked."""

    @property
    def number(self) -> int:
        """The event's number in a customer's words, else 0."""
        found = NUMBER.search(self.text)
        return int(found[1]) if found else 0

    @property
    def decision(self) -> str:
        """The decision that a note of ours names, or nothing."""
        found = DECISION.search(self.text)
        return found[1] if found else ""


@dataclass(frozen=True)
class Transcript:
    """A ticket from its first line to its last. ``record``: it was opened by us, for a thread at another vendor."""

    desk: str
    ticket: str
    lines: tuple[Line, ...]
    record: bool = False


class Desk(ABC):
    """One vendor's account. ``earned``: what is proven there may be answered by itself."""

    api: Mapping[str, str] = MappingProxyType({})
    """Which calls are our writes: method and path, for the faults."""
    host: Any
    lock: AbstractContextManager[Any]

    def __init__(self, name: str, account: str, *, earned: bool) -> None:
        self.name, self.account, self.earned = name, account, earned
        self.tickets: dict[int, str] = {}
        """The plan's ticket -> the vendor's."""

    @property
    def vendor(self) -> str:
        return str(self.host.vendor)

    @abstractmethod
    def given(self) -> Mapping[str, str]:
        """What an admin types into ``deskhand connect``."""

    @abstractmethod
    def transcripts(self) -> Iterator[Transcript]:
        """Everything that is there."""

    def play(self, step: Step, world: World) -> None:
        """One event, with what becomes of its webhook and of our next write."""
        if step.fault:
            world.faults.order(self.fault(step.fault))
        who = f"c{step.ticket}@c{step.ticket}.example"
        with self.lock:  # so that the webhook which is lost or late is this event's
            if step.hook:
                world.faults.order(Fault(step.hook, host=self.name, path="^/hook$", seconds=2.0))
            if step.act == "takes over":
                self.host.agent_writes(AGENT, f"I am on it, {step.number}.", ticket=self.tickets[step.ticket])
            elif step.act == "opens":
                self.tickets[step.ticket] = self.opens(who, step.text)
            else:
                self.host.customer_writes(who, step.text, ticket=self.tickets[step.ticket])

    def opens(self, who: str, text: str) -> str:
        return str(self.host.customer_writes(who, text))

    def fault(self, kind: str) -> Fault:
        """What the vendor does to our next write."""
        statuses = {"refused": (429, {"Retry-After": "1"}), "broken": (500, {}), "conflict": (409, {})}
        if kind in statuses:
            status, headers = statuses[kind]
            return Fault("status", self.name, status=status, headers=headers, **self.api)
        return Fault(kind, self.name, seconds=SILENCE, **self.api)


class ZendeskDesk(Desk):
    """Mail in Zendesk."""

    api = MappingProxyType({"method": "PUT", "path": r"/tickets/\d+"})

    def __init__(self, world: World, name: str, account: str, *, earned: bool) -> None:
        super().__init__(name, account, earned=earned)
        self.host = ZendeskHost(world, name)
        self.host.state.add_article(*PAGES.get(account, PAGES[""]))
        self.lock = self.host.state.lock

    def given(self) -> Mapping[str, str]:
        site = {"email": self.host.email, "token": self.host.token, "account_id": str(self.host.account_id)}
        return site | {"signing_secret": SECRET}

    def opens(self, who: str, text: str) -> str:
        return str(self.host.customer_writes(who, text, subject="Where is my order?"))

    def transcripts(self) -> Iterator[Transcript]:
        with self.lock:
            for record in self.host.state.live():
                lines = tuple(self._line(comment) for comment in record.comments)
                ours = record.row["via"]["channel"] == "api"
                yield Transcript(self.name, str(record.row["id"]), lines, record=ours)

    def _line(self, comment: Mapping[str, Any]) -> Line:
        state = self.host.state
        author = comment["author_id"]
        customer = state.users[author]["role"] == "end-user"
        ours = "said" if comment["public"] else "noted"
        kind = "asked" if customer else ours if author == state.bot else "person"
        return Line(kind, comment["plain_body"], str(comment["id"]), comment["metadata"]["custom"].get(MARK, ""))


class IntercomDesk(Desk):
    """Chat in Intercom's messenger."""

    api = MappingProxyType({"method": "POST", "path": r"/conversations/\d+/(reply|parts)"})

    def __init__(self, world: World, name: str, account: str, *, earned: bool) -> None:
        super().__init__(name, account, earned=earned)
        self.host = IntercomHost(world, name)
        self.host.article(*PAGES.get(account, PAGES[""]))
        self.lock = self.host.workspace.lock

    def given(self) -> Mapping[str, str]:
        site = {"access_token": self.host.token, "app_id": self.host.app_id, "admin_id": self.host.admin_id}
        return site | {"client_secret": SECRET}

    def fault(self, kind: str) -> Fault:
        return super().fault("broken" if kind == "conflict" else kind)

    def transcripts(self) -> Iterator[Transcript]:
        with self.lock:
            for one in self.host.workspace.conversations.values():
                yield Transcript(self.name, one.id, (self._line(one.source), *self._as_seen(one.parts)))

    def _as_seen(self, parts: Sequence[Any]) -> list[Line]:
        """Intercom cannot be asked to write only where nothing changed: what came while a call was on its way nobody could see."""
        placed = []
        for place, part in enumerate(parts):
            if not part.body:
                continue
            crossed = part.by_api and any(map(_by_customer, parts[part.seen : place]))
            order = (part.seen, 0, place) if crossed else (place, 1, place)
            placed.append((order, replace(self._line(part), crossed=crossed)))
        return [line for _, line in sorted(placed, key=itemgetter(0))]

    def _line(self, part: Any) -> Line:
        ours = part.by_api and part.author.type == "admin"
        kind = ("noted" if part.kind == "note" else "said") if ours else "person"
        return Line("asked" if _by_customer(part) else kind, part.body, part.id)


def _by_customer(part: Any) -> bool:
    return part.author.type in ("user", "lead") and bool(part.body)


class SlackDesk(Desk):
    """Threads in a channel that is shared with customers, which the account's Zendesk records."""

    api = MappingProxyType({"path": r"chat\.postMessage"})

    def __init__(self, world: World, name: str, account: str, *, earned: bool) -> None:
        super().__init__(name, account, earned=earned)
        self.host = SlackHost(world, name)
        self.lock = self.host.slack.lock

    def given(self) -> Mapping[str, str]:
        token = next(iter(self.host.slack.tokens))
        return {"bot_token": token, "team_id": HOME, "notes_channel": NOTES, "signing_secret": SECRET}

    def fault(self, kind: str) -> Fault:
        return super().fault("broken" if kind == "conflict" else kind)

    def transcripts(self) -> Iterator[Transcript]:
        threads: dict[str, list[Line]] = {}
        with self.lock:
            for message in self.host.slack.channel(SHARED).messages:
                threads.setdefault(message.get("thread_ts") or message["ts"], []).append(self._line(message))
        for root, lines in threads.items():
            yield Transcript(self.name, f"{SHARED}:{root}", tuple(lines))

    def _line(self, message: Mapping[str, Any]) -> Line:
        user = self.host.slack.users.get(message.get("user", ""))
        kind = "said" if message.get("bot_id") == BOT else "person" if user and user.team == HOME else "asked"
        return Line(kind, str(message.get("text", "")), message["ts"])
