"""Reading: a thread with its people and its channel as one ticket. What Slack does not tell counts as shared and external."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import AuthFailed, NotFound, Refused
from connectors.slack.actor import claimed_teams, is_colleague, is_home
from connectors.slack.client import Client
from connectors.slack.parse import (
    SLACKBOT,
    attachments,
    is_machine,
    is_noise,
    is_speech,
    mapping,
    moment,
    place,
    plain,
    revision,
    said,
)
from connectors.slack.settings import Install
from connectors.types import Event, Message, Person, Ref, Role, Status, Ticket

log = logging.getLogger(__name__)

UNTOLD = (AuthFailed, NotFound, Refused)
"""An optional read that our permissions do not cover, or that leads nowhere: go on without, and trust less."""
PAGE = 200
PAGES = 25
LOOKBACK = timedelta(days=2)
"""How old a thread may be whose new replies ``changed`` still finds."""
KEEP = 300.0
"""Seconds for which what Slack says about a person is remembered."""


class People:
    """Who is who, by ``users.info``; remembered for ``KEEP`` seconds."""

    def __init__(self, client: Client, now: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._now = now
        self._known: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def about(self, user: str, *, anew: bool = False) -> Mapping[str, Any]:
        """What Slack says about a user; nothing when it does not say. ``anew`` asks past what is remembered."""
        told = self._known.get(user)
        if told and not anew and self._now() - told[0] < KEEP:
            return told[1]
        try:
            answer = self._client.ask(self._client.web.users_info, user=user, include_locale=True)
        except UNTOLD as error:
            log.warning("person.untold", extra={"reason": str(error)})
            return {}
        about = mapping(answer.get("user"))
        self._known = {**(self._known if len(self._known) < 1000 else {}), user: (self._now(), about)}
        return about


class Threads:
    """Reads threads of one installation."""

    def __init__(self, client: Client, site: Install) -> None:
        self._client = client
        self._site = site
        self.people = People(client)

    @property
    def site(self) -> Install:
        """The installation, with who we are there: asked once where the settings do not say."""
        if not (self._site.user_id or self._site.bot_id):
            told = self._client.ask(self._client.web.auth_test)
            user, bot = (str(told.get(name) or "") for name in ("user_id", "bot_id"))
            self._site = replace(self._site, user_id=user, bot_id=bot)
        return self._site

    def messages(self, channel: str, root: str) -> list[Mapping[str, Any]]:
        """Every message of a thread, oldest first, with the marks that we left. Raises NotFound when there is none."""
        method = self._client.web.conversations_replies
        pages = self._pages(method, channel=channel, ts=root, include_all_metadata=True)
        found = {m["ts"]: m for m in pages if isinstance(m.get("ts"), str)}
        if not found:
            raise NotFound("the thread is gone")
        return [found[ts] for ts in sorted(found, key=lambda ts: moment(ts, "messages.ts"))]

    def since(self, channel: str, at: datetime) -> Iterator[Mapping[str, Any]]:
        """The roots in a channel from then on, newest first, with the marks that we left."""
        method, oldest = self._client.web.conversations_history, f"{at.timestamp():.6f}"
        return self._pages(method, channel=channel, oldest=oldest, include_all_metadata=True)

    def _pages(self, method: Callable[..., Any], **arguments: Any) -> Iterator[Mapping[str, Any]]:
        cursor = None
        for _ in range(PAGES):
            answer = self._client.ask(method, limit=PAGE, **arguments, **({"cursor": cursor} if cursor else {}))
            listed = answer.get("messages") or answer.get("channels")
            yield from (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, Mapping))
            cursor = mapping(answer.get("response_metadata")).get("next_cursor")
            if not cursor:
                return
        # Half a thread is worse than none: what a person said last, or what we did, would be missing.
        raise Refused("longer than can be read")

    def channel(self, channel: str) -> Mapping[str, Any]:
        """What Slack says about a channel, now; nothing when it does not say."""
        try:
            answer = self._client.ask(self._client.web.conversations_info, channel=channel)
        except UNTOLD as error:
            log.warning("channel.untold", extra={"reason": str(error)})
            return {}
        return mapping(answer.get("channel"))

    def is_ours(self, message: Mapping[str, Any]) -> bool:
        """Whether we wrote this."""
        site = self.site
        pairs = (("user", site.user_id), ("bot_id", site.bot_id), ("app_id", site.app_id))
        return any(ours and message.get(name) == ours for name, ours in pairs)

    def revision(self, messages: Iterable[Mapping[str, Any]]) -> str:
        """The revision of the ticket that these messages make."""
        return revision(m for m in messages if not self.is_ours(m))

    def ticket(self, ticket: Ref) -> Ticket:
        """The whole thread, now."""
        channel, root = place(ticket)
        messages = self.messages(channel, root)
        room = self.channel(channel)
        authors = self._authors(messages, internal=channel.startswith("D") or is_internal(room))
        names = {one.id: one.name for one in authors if one.name}
        site = self.site
        spoken = tuple(
            _message(one, author, plain(str(one.get("text") or ""), names, site.user_id))
            for one, author in zip(messages, authors, strict=True)
        )
        first = next((one for one in authors if one.role is Role.CUSTOMER), authors[0])
        return Ticket(
            ref=ticket,
            revision=self.revision(messages),
            subject=next(iter(spoken[0].text.splitlines()), "")[:80],
            status=Status.CLOSED if room.get("is_archived") is True else Status.OPEN,
            requester=first,
            messages=spoken,
            created_at=spoken[0].at,
            updated_at=spoken[-1].at,
            channel="slack",
            shared=not is_internal(room),
            direct=room.get("is_im") is True and not first.external,
            url=permalink(site, channel, root),
        )

    def _authors(self, messages: Iterable[Mapping[str, Any]], *, internal: bool) -> list[Person]:
        authors = [self._author(one) for one in messages]
        if not internal:
            return authors
        # Among colleagues, whoever began is the one who asks; the others help.
        asker = next((one.id for one in authors if one.role in (Role.CUSTOMER, Role.AGENT)), "")
        return [replace(one, role=Role.CUSTOMER) if one.id == asker and one.id else one for one in authors]

    def _author(self, message: Mapping[str, Any]) -> Person:
        who = str(message.get("user") or message.get("bot_id") or "")
        if self.is_ours(message):
            return Person(who, Role.US, name="Deskhand", external=False)
        if is_machine(message) or who in ("", SLACKBOT) or not is_speech(message):
            return Person(who, Role.MACHINE, name=str(message.get("username") or ""))
        about = self.people.about(who)
        if about.get("is_bot"):
            return Person(who, Role.MACHINE, name=_name(about))
        home = self._site.home
        claims = [*claimed_teams(message), *([message["team"]] if message.get("team") else [])]
        inside = is_colleague(about, home) and all(is_home(claim, home) for claim in claims)
        return _person(who, about, inside=inside)

    def changed(self, since: datetime) -> Iterator[Event]:
        """What people said since then, in the channels that the bot is in."""
        kinds = "public_channel,private_channel"
        method = self._client.web.users_conversations
        try:
            rooms = list(self._pages(method, types=kinds, exclude_archived=True))
        except UNTOLD as error:
            log.warning("channels.untold", extra={"reason": str(error)})
            return
        site = self.site
        for room in rooms:
            yield from self._changed(str(room.get("id") or ""), site, since)

    def _changed(self, channel: str, site: Install, since: datetime) -> Iterator[Event]:
        try:
            roots = list(self.since(channel, since - LOOKBACK))
        except UNTOLD as error:
            log.warning("channel.untold", extra={"reason": str(error)})
            return
        for root in roots:
            latest = root.get("latest_reply")
            grown = isinstance(latest, str) and moment(latest, "latest_reply") >= since
            for message in self.messages(channel, str(root.get("ts"))) if grown else [root]:
                placed = {**message, "channel": channel}
                if moment(message.get("ts"), "ts") >= since and not is_noise(placed, site):
                    yield said(placed, site)


def is_internal(room: Mapping[str, Any]) -> bool:
    """Whether a channel is proved to have no other organisation in it, and none invited. Unknown is not proved."""
    invited = room.get("is_pending_ext_shared") or room.get("pending_shared")
    return room.get("is_ext_shared") is False and not invited


def permalink(site: Install, channel: str, root: str) -> str:
    """An address that opens the thread."""
    if site.url.startswith("https://"):
        return f"{site.url.rstrip('/')}/archives/{channel}/p{root.replace('.', '')}"
    return f"https://app.slack.com/client/{site.team}/{channel}/thread/{channel}-{root}"


def _message(message: Mapping[str, Any], author: Person, text: str) -> Message:
    at = moment(message["ts"], "messages.ts")
    return Message(message["ts"], author, text, at, public=True, attachments=attachments(message))


def _person(who: str, about: Mapping[str, Any], *, inside: bool) -> Person:
    profile = mapping(about.get("profile"))
    facts = {"team": about["team_id"]} if isinstance(about.get("team_id"), str) else {}
    return Person(
        who,
        Role.AGENT if inside else Role.CUSTOMER,
        name=_name(about),
        email=str(profile.get("email") or ""),
        locale=str(about.get("locale") or ""),
        external=not inside,
        facts=facts,
    )


def _name(about: Mapping[str, Any]) -> str:
    return str(mapping(about.get("profile")).get("real_name") or about.get("real_name") or about.get("name") or "")
