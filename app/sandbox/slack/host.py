"""The played Slack as a host: what people do there, and what it sends for it. The API is in ``door``, the state in ``state``."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request

from app.sandbox.slack import windows
from app.sandbox.slack.door import door
from app.sandbox.slack.pressing import find, pressed
from app.sandbox.slack.sending import Sending
from app.sandbox.slack.showing import shown, views
from app.sandbox.slack.speaking import events, spoken, typed
from app.sandbox.slack.state import BOT_USER, CUSTOMERS, HOME, INTERNAL, NOTES, PATIENCE, SHARED, Channel, Slack, User
from app.sandbox.world import View, World


class SlackHost:
    """One workspace with a channel shared with customers, one among colleagues, and one for notes.

    ``grid`` plays customers as people of a grid organisation, whose events name our own team as theirs; ``org`` has the
    app installed for our whole organisation, so that Slack names no workspace; ``patience`` is for tests on
    a machine that is busy. ``slack`` is the state, ``sending`` the way out; both are there for tests to look at and to bend.
    """

    vendor = "slack"

    def __init__(
        self, world: World, name: str = "slack", *, grid: bool = False, org: bool = False, patience: float = PATIENCE
    ) -> None:
        self.name = name
        self.grid = grid
        self.base = f"http://127.0.0.1/{name}"
        """Where this host is mounted: learned from the first call, and used in response_urls."""
        self.slack = Slack(world, org=org, patience=patience)
        self.sending = Sending(self.slack, name)

    def blueprint(self) -> Blueprint:
        """The Web API under ``/api`` and the response_urls under ``/actions``."""
        blueprint = door(self.slack, self.name, self._posted)

        @blueprint.before_request
        def learn() -> None:
            self.base = self.slack.base = f"{request.host_url.rstrip('/')}/{self.name}"

        return blueprint

    def hook(self, url: str, secret: str) -> None:
        """Send events and button presses there, signed with the app's signing secret."""
        self.sending.url, self.sending.secret = url, secret

    def customer_writes(self, who: str, text: str, *, subject: str = "", ticket: str = "") -> str:
        """Somebody from the customer writes in the shared channel; ``ticket`` is a thread, or a channel to begin one in."""
        words = f"*{subject}*\n{text}" if subject else text
        return self.says(self.slack.person(who, CUSTOMERS), words, ticket or SHARED)

    def agent_writes(self, who: str, text: str, *, ticket: str, public: bool = True) -> None:
        """A colleague writes in a thread, or begins one in a channel; what is not public goes to the notes channel."""
        self.says(self.slack.person(who, HOME), text, ticket if public else NOTES)

    def colleague_asks(self, who: str, text: str) -> str:
        """A colleague begins a thread in the internal channel; gives its id back."""
        return self.says(self.slack.person(who, HOME), text, INTERNAL)

    def says(self, user: User, text: str, where: str) -> str:
        """A person writes; ``where`` is ``channel`` or ``channel:root``. Gives the thread's id back."""
        name, _, thread = where.partition(":")
        with self.slack.lock:
            channel = self.slack.channel(name)
            channel.members.add(user.id)
            message = self.slack.add(channel, spoken(user, typed(text), channel, grid=self.grid), thread=thread)
            self._tell(channel, message)
            return f"{channel.id}:{thread or message['ts']}"

    def bot_writes(self, text: str, where: str) -> str:
        """Another app's bot writes, as modern ones do: with a user and without a subtype."""
        name, _, thread = where.partition(":")
        bot = {"user": "U0OTHERBOT", "bot_id": "B0OTHERBOT", "app_id": "A0OTHERAPP", "team": HOME}
        with self.slack.lock:
            channel = self.slack.channel(name)
            message = self.slack.add(channel, {**bot, "text": text}, thread=thread)
            self._tell(channel, message)
            return f"{channel.id}:{thread or message['ts']}"

    def press(self, who: str, ticket: str, action: str, value: str) -> None:
        """Somebody presses a button that belongs to a thread: below a reply, in a whisper, or under a note about it."""
        name, _, root = ticket.partition(":")
        with self.slack.lock:
            lines = shown(self.slack, self.slack.channel(name), root)
            found = find(((place, message) for _, place, message in lines), action, value)
            if found:
                user = self.slack.person(who, HOME)
                self.sending.press(pressed(self.slack, user, *found, self.base))

    def opens_home(self, who: str, *, admin: bool = False, team: str = HOME) -> None:
        """Somebody opens our App Home."""
        user = self.slack.person(who, team)
        user.is_admin = admin
        self.sending.event(windows.opened(user))

    def asks(self, who: str, ticket: str) -> None:
        """A colleague uses our shortcut on a thread's first message."""
        with self.slack.lock:
            channel, message = self._first(ticket)
            self.sending.press(windows.asked(self.slack, self.slack.person(who, HOME), channel, message))

    def sends(self, who: str, words: str) -> None:
        """A colleague puts words into the field of the newest modal, and sends it."""
        with self.slack.lock:
            view = next(view for view in reversed(self.slack.views) if view["type"] == "modal")
            self.sending.press(windows.sent(self.slack, self.slack.person(who, HOME), view, words))

    def views(self) -> list[View]:
        """Every thread, newest first."""
        with self.slack.lock:
            return views(self.slack, self.name)

    def direct(self, who: str, text: str, *, team: str = HOME) -> str:
        """Somebody writes to the bot in a direct message; gives the thread's id back."""
        user = self.slack.person(who, team)
        name = f"D{user.id[1:]}"
        if name not in self.slack.channels:
            made = Channel(name, "", is_im=True, members={BOT_USER, user.id})
            self.slack.channels[name] = made
        return self.says(user, text, name)

    def rename(self, old: str, new: str) -> None:
        """A channel gets another id, as when it begins to be shared."""
        with self.slack.lock:
            channel = self.slack.channels.pop(old)
            channel.id = new
            self.slack.channels[new] = channel
        self.sending.event({"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new})

    def edits(self, ticket: str, text: str) -> None:
        """The thread's first message is edited by its author, or unfurls a link: Slack tells both in the same way."""
        with self.slack.lock:
            channel, message = self._first(ticket)
            before = dict(message)
            ts = self.slack.stamp(channel)
            message.update(text=typed(text), edited={"user": message.get("user"), "ts": ts})
            changed = {"subtype": "message_changed", "message": message, "previous_message": before}
            self._hidden(channel, ts, changed)

    def deletes(self, ticket: str) -> None:
        """The thread's first message is deleted; without replies the thread is gone, else a tombstone stays."""
        with self.slack.lock:
            channel, message = self._first(ticket)
            deleted = {"subtype": "message_deleted", "deleted_ts": message["ts"], "previous_message": dict(message)}
            if len(self.slack.thread(channel, message["ts"])) > 1:
                message.update(user="USLACKBOT", subtype="tombstone", text="This message was deleted.")
            else:
                channel.messages.remove(message)
            self._hidden(channel, self.slack.stamp(channel), deleted)

    def joins(self, who: str, channel: str, *, team: str = HOME) -> None:
        """Somebody comes into a channel: Slack says so in the channel, and as an event that names the channel's team."""
        user = self.slack.person(who, team)
        with self.slack.lock:
            room = self.slack.channel(channel)
            room.members.add(user.id)
            text = f"<@{user.id}> has joined the channel"
            self._tell(room, self.slack.add(room, {"subtype": "channel_join", "user": user.id, "text": text}))
        event = {
            "type": "member_joined_channel",
            "user": user.id,
            "channel": channel,
            "channel_type": "C",
            "team": HOME,
        }
        self.sending.event(event, room)

    def uninstall(self, *, tokens_first: bool = True) -> None:
        """The app goes: two events in either order, both without authorizations."""
        self.slack.tokens.clear()
        told: list[dict[str, Any]] = [
            {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}},
            {"type": "app_uninstalled"},
        ]
        for event in told if tokens_first else reversed(told):
            self.sending.event(event, authorizations=None)

    def overload(self) -> None:
        """Slack tells that it drops events: a body without an event."""
        minute = int(self.slack.now().timestamp()) // 60 * 60
        self.sending.post({"type": "app_rate_limited", "team_id": HOME, "minute_rate_limited": minute})

    def _posted(self, method: str, answer: Mapping[str, Any]) -> None:
        """Every message that the bot posts comes back to it as an event."""
        if method == "chat.postMessage":
            channel = self.slack.channel(answer["channel"])
            self._tell(channel, answer["message"])

    def _tell(self, channel: Channel, message: Mapping[str, Any]) -> None:
        if BOT_USER in channel.members:
            for event in events(message, channel):
                self.sending.event(event, channel)

    def _first(self, ticket: str) -> tuple[Channel, dict[str, Any]]:
        name, _, root = ticket.partition(":")
        channel = self.slack.channel(name)
        return channel, self.slack.root(channel, root)

    def _hidden(self, channel: Channel, ts: str, event: Mapping[str, Any]) -> None:
        told = {"type": "message", "hidden": True, "channel": channel.id, "channel_type": "channel", "ts": ts}
        self.sending.event({**told, "event_ts": ts, **event}, channel)
