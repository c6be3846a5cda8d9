"""Slack as a helpdesk: threads are tickets, replies go into the thread, notes into an internal channel. The parts do the work."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from connectors.base import Answer, Answers, Connection, Setting
from connectors.errors import AuthFailed, BadPayload, BadSignature, Conflict, NotFound, Refused, Unsupported
from connectors.installing import App, Asking, Grant
from connectors.slack import oauth, parse, surfaces
from connectors.slack.blocks import mrkdwn
from connectors.slack.client import Client
from connectors.slack.erasing import ErasesNobody
from connectors.slack.posts import NO_CHANNEL, NO_TRACE, Posts
from connectors.slack.settings import SETTINGS, Install, install
from connectors.slack.signed import verify
from connectors.slack.threads import Threads
from connectors.surfaces import Page, Wish
from connectors.types import Change, Event, Inbound, Level, Note, Receipt, Ref, Reply, Ticket, Whisper

HOOKS = "hooks.slack.com"
QUICK = 2
"""Seconds for what somebody waits for: a window that is to open lives for three."""
LOOKED_BACK = timedelta(hours=2)
"""How far back an announcement is looked for before it is made again."""


class Slack(ErasesNobody):
    """The connector: Helpdesk, and Greets, TellsChanged, NotesApart, Announces and Answerable besides.

    Slack has no private note: what is not for the customer goes into ``notes_channel`` or to one colleague as a
    whisper, after Slack itself has said that the channel or the person is internal; otherwise it is refused.
    """

    name: ClassVar[str] = "slack"
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS
    app_settings: ClassVar[tuple[Setting, ...]] = oauth.APP_SETTINGS
    place: ClassVar[Setting | None] = oauth.PLACE
    tenant_setting: ClassVar[str] = "team_id"
    supports: ClassVar[frozenset[type[Change]]] = frozenset({Reply, Note, Whisper})
    answers: ClassVar[Answers] = Answers(unreadable=Answer(400, {"x-slack-no-retry": "1"}))

    def __init__(self, connection: Connection, renew: Callable[[], Mapping[str, str]] | None = None) -> None:
        self._connection = connection
        self._install = install(connection)
        self._client = Client(self._install, renew=renew)
        self._quick = Client(self._install, QUICK, renew)
        self._threads = Threads(self._client, self._install)
        self._posts = Posts(self._client, self._threads)

    def check(self) -> Mapping[str, str]:
        """Ask Slack who we are; what it says belongs into the connection's settings. AuthFailed for another workspace."""
        told = self._client.ask(self._client.web.auth_test)
        if not self._install.home.intersection({str(told.get("team_id")), str(told.get("enterprise_id"))}):
            raise AuthFailed("team_id: the token belongs to another workspace")
        names = ("user_id", "bot_id", "app_id", "team_id", "enterprise_id", "url")
        found = {name: str(told[name]) for name in names if told.get(name)}
        return {**found, "account": str(told.get("team") or self._install.team)}

    @staticmethod
    def consent(app: App, place: str, asking: Asking) -> str:
        """Slack's consent page."""
        return oauth.consent(app, place, asking)

    @staticmethod
    def granted(app: App, place: str, asking: Asking, code: str) -> Grant:
        """The installation of a workspace or of a whole organisation."""
        return oauth.granted(app, place, asking, code)

    @staticmethod
    def renewed(connection: Connection) -> Mapping[str, str]:
        """New tokens for the refresh token."""
        return oauth.renewed(connection)

    said = staticmethod(oauth.said)

    def revoke(self) -> None:
        """The app is uninstalled there."""
        oauth.revoke(self._client, self._connection)

    @staticmethod
    def tenants(app: App, request: Inbound) -> Sequence[str]:
        """Which installations a request may be for."""
        return oauth.tenants(app, request)

    @property
    def notes_apart(self) -> bool:
        """Whether a channel for notes is set; each note proves anew that it is internal."""
        return bool(self._install.notes_channel)

    def receive(self, request: Inbound) -> Iterable[Event]:
        """Verify and read events, button presses and commands. Raises BadSignature or BadPayload."""
        verify(request, self._install.signing_secret)
        body = parse.payload(request.body)
        return parse.events(body, self._install, request.at) or surfaces.sent(body, self._install, request.at)

    def wished(self, request: Inbound) -> Wish | None:
        """Whether somebody opened App Home, used our shortcut, or wants to edit a draft."""
        verify(request, self._install.signing_secret)
        body = parse.payload(request.body)
        parse.events(body, self._install, request.at)  # raises for what is another installation's
        return surfaces.wished(body, self._install, self._quick)

    def level(self, person: str) -> Level:
        """What a member of the workspace may do now. Raises BadSignature for guests and for who has left."""
        try:
            level, _ = surfaces.told(self._quick, self._install, person)
        except NotFound as error:
            raise BadSignature("that person is not there any more") from error
        if level is None:
            raise BadSignature("that person is no member of the team")
        return level

    def show(self, wish: Wish, page: Page) -> None:
        """App Home, or a modal."""
        surfaces.show(self._quick, wish, page)

    def greeting(self, request: Inbound) -> Answer | None:
        """The challenge of ``url_verification``. Raises BadSignature."""
        verify(request, self._install.signing_secret)
        try:
            body = parse.payload(request.body)
        except BadPayload:
            return None  # receive() says the same again, to whoever asks it
        if body.get("type") != "url_verification":
            return None
        return Answer(200, {"Content-Type": "text/plain"}, str(body.get("challenge") or ""))

    def ticket(self, ref: Ref) -> Ticket:
        """The whole thread, now."""
        return self._threads.ticket(ref)

    def changed(self, since: datetime) -> Iterable[Event]:
        """What people said since then; the deliveries are those of the webhooks, so that only lost ones count."""
        return self._threads.changed(since)

    def apply(
        self,
        ref: Ref,
        changes: Sequence[Change],
        *,
        key: str,
        expect: str | None = None,
        since: datetime | None = None,
    ) -> Receipt:
        """Post the messages that are not there yet. Whispers leave no trace: with ``since`` they are never sent again."""
        for change in changes:
            if type(change) not in self.supports:
                raise Unsupported(f"Slack has no {type(change).__name__}")
        plan = self._posts.plan(ref, changes, key)
        thread = self._threads.messages(*parse.place(ref)) if expect is not None or since is not None else []
        found = self._posts.sent(plan, thread, key, since) if since is not None else {}
        untold = [post for post in plan if post.user and since is not None]
        due = [post for post in plan if post.part not in found and post not in untold]
        if due and expect is not None and self._threads.revision(thread) != expect:
            raise Conflict("the thread moved on")
        there = {**found, **{post.part: self._posts.send(post, key) for post in due}}
        nowhere = any(isinstance(change, Note) for change in changes) and not self._install.notes_channel
        return Receipt(
            key,
            datetime.now(UTC),
            refs=tuple(there[part] for part in sorted(there)),
            recovered=bool(found) and not due,
            skipped=(*([NO_CHANNEL] if nowhere else []), *([NO_TRACE] if untold else [])),
        )

    def doubts(self) -> Sequence[str]:
        """Whether the channel for notes is internal, as Slack says now."""
        return self._posts.doubts()

    def announce(self, channel: str, text: str, *, key: str, again: bool, buttons: Sequence[str] = ()) -> None:
        """Tell the account's own people in a channel of theirs; ``again`` looks first whether it is there."""
        self._posts.announce(channel, text, buttons, key, datetime.now(UTC) - LOOKED_BACK if again else None)

    def answer(self, url: str, text: str) -> None:
        """Tell the person who pressed a button. Refused for every address but Slack's own."""
        if not _is_slacks(url, self._install):
            raise Refused("response_url: not an address of Slack")
        self._client.tell(url, mrkdwn(text))


def _is_slacks(url: str, site: Install) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    played = site.loopback and (parts.scheme, parts.netloc) == (site.base.scheme, site.base.netloc)
    return played or (parts.scheme, parts.netloc) == ("https", HOOKS)
