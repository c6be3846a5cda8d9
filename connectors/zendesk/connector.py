"""Zendesk behind the contract: what comes in, the whole ticket, and changes made once. Shapes are ``parse``'s, calls ``client``'s."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from connectors.base import Answer, Answers, Connection, Entrance, Frame, Setting
from connectors.errors import AuthFailed, Closed, Conflict, NotFound, Refused, Unsupported
from connectors.installing import App, Asking, Grant
from connectors.redaction import Redact
from connectors.types import (
    REFUSED_AGENT,
    AddMessage,
    Article,
    Assign,
    Change,
    Event,
    EventKind,
    Inbound,
    Level,
    LinkTo,
    Merge,
    Note,
    OpenTicket,
    Person,
    Receipt,
    Ref,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    Tag,
    Teammate,
    Ticket,
    Untag,
)
from connectors.zendesk import (
    app,
    availability,
    batch,
    events,
    hooks,
    kin,
    oauth,
    opening,
    package,
    parse,
    redaction,
    solved,
)
from connectors.zendesk.client import Client, unix
from connectors.zendesk.erasing import Erases
from connectors.zendesk.session import Renew
from connectors.zendesk.settings import SETTINGS, address

log = logging.getLogger(__name__)

TRIES = 3
"""How often a PUT is tried again when Zendesk saw a conflict that changes nothing for us (a trigger's tag)."""
MARGIN = timedelta(seconds=61)
"""Incremental reads must begin more than a minute ago."""
FIELD = "field:"
"""Settings under ``field:<our name>`` hold the ids that ``prepare`` gave."""


class Zendesk(Erases):
    """One Zendesk account. Made for one job or request at a time: it holds a session and a few ids it has learnt."""

    name: ClassVar[str] = "zendesk"
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS
    app_settings: ClassVar[tuple[Setting, ...]] = oauth.APP_SETTINGS
    place: ClassVar[Setting | None] = oauth.PLACE
    supports: ClassVar[frozenset[type[Change]]] = frozenset(
        {
            Reply,
            Note,
            Tag,
            Untag,
            Assign,
            SetStatus,
            SetPriority,
            SetField,
            OpenTicket,
            AddMessage,
            Merge,
            LinkTo,
            Redact,
        }
    )
    answers: ClassVar[Answers] = Answers(
        # Only 409, and 429 or 503 with a short Retry-After, are sent again; enough other errors open the circuit.
        unavailable=Answer(503, {"Retry-After": "10"}),
    )

    def __init__(self, connection: Connection, renew: Renew | None = None) -> None:
        self._connection = connection
        self._renew = renew
        self._made: Client | None = None
        self._us = connection.settings.get("user_id", "")
        self._groups: dict[str, str] | None = None

    @staticmethod
    def consent(app: App, place: str, asking: Asking) -> str:
        """The account's consent page."""
        return oauth.consent(app, place, asking)

    @staticmethod
    def granted(app: App, place: str, asking: Asking, code: str) -> Grant:
        """Tokens for the code, with all the scopes that we need."""
        return oauth.granted(app, place, asking, code)

    said = staticmethod(oauth.said)

    def revoke(self) -> None:
        """Our token is over, and its refresh token with it."""
        self._client.send("DELETE", "oauth/tokens/current")

    def hook(self, url: str) -> Mapping[str, str]:
        """Our webhook and our trigger, made or found; the webhook's secret."""
        return hooks.hook(self._client, url, self.us)

    def unhook(self, url: str) -> None:
        """Trigger and webhook are taken away."""
        hooks.unhook(self._client, url)

    @staticmethod
    def renewed(connection: Connection) -> Mapping[str, str]:
        """New OAuth tokens for the refresh token."""
        return oauth.renewed(connection)

    @property
    def _client(self) -> Client:
        """Made at the first call, so that a receiver that calls nobody pays nothing."""
        if self._made is None:
            self._made = Client(self._connection, self._renew)
        return self._made

    @property
    def us(self) -> str:
        """Our own user's id there."""
        if not self._us:
            self._us = self.check()["user_id"]
        return self._us

    def check(self) -> Mapping[str, str]:
        """Who we are there. Raises AuthFailed also where Zendesk answers politely that we are nobody."""
        me = self._client.me()
        if not me.get("id"):
            raise AuthFailed("Zendesk takes these credentials for nobody's")
        role = str(me.get("role") or "")
        known = {"user_id": str(me["id"]), "account": address(self._connection.base_url).netloc, "role": role}
        return known | app.installed(self._client.installations, self._connection)

    def receive(self, request: Inbound) -> Iterable[Event]:
        """The events of a webhook, verified first. Makes no call."""
        signed_at = events.verify(request, self._connection.secrets.get("signing_secret", ""))
        return list(events.read(request, signed_at, self._connection))

    packed = staticmethod(package.packed)
    comes_from = staticmethod(app.comes_from)

    @property
    def frame(self) -> Frame:
        """The agent workspace, and what speaks with it."""
        return app.frame(self._connection)

    def signed_in(self, request: Inbound) -> Entrance:
        """Who opened it, by the signed URL."""
        return app.signed_in(self._connection, request, lambda id: self._client.app_key(number(Ref(id))))

    def level(self, person: str) -> Level:
        """What they may do, by their role now."""
        return app.level(self._client.user(number(Ref(person))))

    def ticket(self, ref: Ref) -> Ticket:
        """The whole conversation, now."""
        id = number(ref)
        row = self._client.ticket(id, clocks=True)
        comments = self._client.comments(id)
        people = self._people(row, comments)
        base = address(self._connection.base_url).base
        return parse.ticket(row, comments, people, self.us, self._fields(), base)

    def apply(
        self,
        ref: Ref,
        changes: Sequence[Change],
        *,
        key: str,
        expect: str | None = None,
        since: datetime | None = None,
    ) -> Receipt:
        """Make the changes in one PUT, or in one for each comment; see the contract for ``key``, ``expect`` and ``since``."""
        for change in changes:
            if type(change) not in self.supports:
                raise Unsupported(f"Zendesk has no {type(change).__name__}")
        if any(isinstance(change, OpenTicket) for change in changes):
            return opening.open_ticket(self._client, self, changes, key, since)
        if kin.concerns(changes):
            return kin.bring_together(self._client, ref, changes, key, expect, self.us)
        id = number(ref)
        plan = batch.batch(changes, key, batch.Lookup(self._field, self._group, self._person, self._uploads))
        done = self._done(id, [put.key for put in plan.puts]) if since else {}
        recovered = since is not None and len(done) == len(plan.puts)
        latest: Mapping[str, Any] = {}
        lost: list[str] = []
        for put in plan.puts:
            if put.key not in done:
                answer = self._said(id, put, expect, lost)
                latest, done[put.key] = answer["ticket"], comment_ids(answer["audit"])
        skipped = plan.skipped + tuple(lost) + (self._tags(id, plan, latest) if plan.added or plan.removed else ())
        sent, left = redaction.redact(self._client, id, changes)
        recovered, skipped = recovered and not sent, skipped + left
        refs = tuple(ref for put in plan.puts for ref in done[put.key])
        return Receipt(key, datetime.now(UTC), refs, recovered, skipped)

    def changed(self, since: datetime) -> Iterable[Event]:
        """An event per ticket updated since then."""
        start = min(since, datetime.now(UTC) - MARGIN)
        for row in self._client.changed(unix(start)):
            at = parse.moment(row.get("updated_at"), "ticket.updated_at")
            # Zendesk's times have whole seconds: what happened later in this second counts as well.
            if at >= since.replace(microsecond=0):
                yield Event(f"changed:{row['id']}:{row['updated_at']}", EventKind.CHANGED, Ref(str(row["id"])), at)

    def articles(self, since: datetime | None) -> Iterable[Article]:
        """Published articles; none where the account has no Help Center.

        Raises Forbidden where the Help Center is shut to us: no reason to forget what was read before.
        """
        try:
            rows = [row for row in self._client.articles() if not row.get("draft")]
        except NotFound:
            log.warning("articles.missing")
            return []
        found = (parse.article(row) for row in rows)
        return [article for article in found if since is None or article.updated_at >= since.replace(microsecond=0)]

    def solved(self, since: datetime) -> Iterable[Ticket]:
        """Every solved ticket updated since then, read one by one."""
        start = since.replace(microsecond=0)
        rows = self._client.changed(unix(min(start, datetime.now(UTC) - MARGIN)))
        return solved.solved(rows, start, self.ticket)

    def teammates(self) -> Sequence[Teammate]:
        """Every agent who can be given tickets."""
        return availability.teammates(self._client, self.us)

    def prepare(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Create the text fields that are missing and give the ids of all."""
        existing = [row for row in self._client.fields() if row.get("active", True)]
        ids: dict[str, str] = {}
        for name, title in fields.items():
            mark = f"deskhand:{name}"
            found = next((row for row in existing if row.get("agent_description") == mark), None)
            found = found or next((row for row in existing if title in (row.get("title"), row.get("raw_title"))), None)
            row = found or self._client.create_field({"type": "text", "title": title, "agent_description": mark})
            ids[name] = str(row["id"])
        return ids

    # --- writing ---------------------------------------------------------------------------------------------

    def _said(self, id: int, put: batch.Put, expect: str | None, lost: list[str]) -> Mapping[str, Any]:
        """Send one PUT. When it is refused for its assignee or for what comes along with its comment, it goes without."""
        try:
            return self._put(id, put, expect)
        except Refused as refusal:
            if agent := put.values.get("assignee_id") or put.values.get("assignee_email"):
                lost.append(f"{REFUSED_AGENT}{agent}: the vendor refused them ({type(refusal).__name__})")
                return self._said(id, put.unassigned(), expect, lost)
            along = put.values.keys() - {"comment"}
            if "comment" not in put.values or not along:
                raise
            answer = self._put(id, batch.Put(put.key, {"comment": put.values["comment"]}), expect)
            # Tags are looked after in a moment by a call of their own.
            if names := sorted(along - {"additional_tags", "remove_tags"}):
                lost.append(f"{', '.join(names)}: the vendor refused them ({type(refusal).__name__})")
            return answer

    def _put(self, id: int, put: batch.Put, expect: str | None) -> Mapping[str, Any]:
        """Send one PUT; a conflict counts only when the ticket is not what the decision was made on."""
        for _ in range(TRIES - 1):
            guard = self._guard(id, expect)
            try:
                return self._client.update(id, put.body() | guard)
            except Conflict:
                if not guard:
                    raise
        return self._client.update(id, put.body() | self._guard(id, expect))

    def _guard(self, id: int, expect: str | None) -> dict[str, Any]:
        """The stamp that makes Zendesk refuse when anybody was faster. Raises Conflict when somebody already was."""
        if expect is None:
            return {}
        # The ticket first: a comment that comes between the two reads is then seen, or moves the stamp.
        row = self._client.ticket(id)
        comments = parse.in_order(self._client.comments(id))
        if parse.revision(row, comments, self.us) != expect:
            raise Conflict("the ticket is not what the decision was made on")
        return {"safe_update": True, "updated_stamp": row["updated_at"]}

    def _done(self, id: int, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Which keys the ticket's audits show, with the comments that came with them."""
        found: dict[str, tuple[str, ...]] = {}
        for audit in self._client.audits(id):
            key = ((audit.get("metadata") or {}).get("custom") or {}).get(batch.MARK)
            if isinstance(key, str) and key in keys:
                found[key] = comment_ids(audit)
        return found

    def _tags(self, id: int, plan: batch.Batch, latest: Mapping[str, Any]) -> tuple[str, ...]:
        """See to the tags where the host did not know ``additional_tags`` on a single update (it is not documented).

        ``latest`` is the ticket as the last PUT left it, or empty when an earlier attempt had sent them all. Gives what
        was refused, in words: what was said is said, and tags alone are no reason to say it was not.
        """
        try:
            have = set((latest or self._client.ticket(id)).get("tags") or ())
            if missing := [tag for tag in plan.added if tag not in have]:
                self._client.add_tags(id, missing)
            if left := [tag for tag in plan.removed if tag in have]:
                self._client.remove_tags(id, left)
        except (NotFound, Closed, Refused, AuthFailed) as error:
            return (f"tags: the vendor refused them ({type(error).__name__})",)
        return ()

    def _uploads(self, change: Note | Reply) -> list[str]:
        """Bring a comment's files there. A reply says that they are attached, so without them it is refused; a note is not."""
        try:
            return [self._client.upload(file) for file in change.files]
        except Refused:
            if isinstance(change, Reply):
                raise
            log.warning("upload.refused")
            return []

    # --- names -----------------------------------------------------------------------------------------------

    def _people(self, row: Mapping[str, Any], comments: Sequence[Mapping[str, Any]]) -> dict[str, Person]:
        """Requester and authors; whose record cannot be read is left out."""
        ids = {row.get("requester_id"), *(comment.get("author_id") for comment in comments)}
        users = list(self._users(sorted(id for id in ids if isinstance(id, int) and id > 0)))
        organization = self._organization(row)
        people = {}
        for user in users:
            of = organization if user.get("id") == row.get("requester_id") else None
            people[str(user["id"])] = parse.person(user, self.us, of)
        return people

    def _users(self, ids: Sequence[int]) -> Iterator[Mapping[str, Any]]:
        try:
            yield from self._client.users(ids)
        except (NotFound, AuthFailed, Refused) as error:
            log.warning("users.refused", extra={"error": type(error).__name__})
            for id in ids:
                try:
                    yield self._client.user(id)
                except (NotFound, AuthFailed, Refused) as one:
                    log.warning("user.refused", extra={"error": type(one).__name__})

    def _organization(self, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if not row.get("organization_id"):
            return None
        try:
            return self._client.organization(int(row["organization_id"]))
        except (NotFound, AuthFailed, Refused) as error:
            log.warning("organization.refused", extra={"error": type(error).__name__})
            return None

    def _fields(self) -> dict[str, str]:
        settings = self._connection.settings.items()
        return {name.removeprefix(FIELD): id for name, id in settings if name.startswith(FIELD)}

    def _field(self, name: str) -> str:
        return name if name.isdecimal() else self._fields().get(name, "")

    def _group(self, name: str) -> str:
        if self._groups is None:
            try:
                self._groups = {str(row["name"]).casefold(): str(row["id"]) for row in self._client.groups()}
            except (NotFound, AuthFailed, Refused) as error:
                log.warning("groups.refused", extra={"error": type(error).__name__})
                self._groups = {}
        return self._groups.get(name.casefold(), "")

    def _person(self, change: AddMessage) -> int:
        return opening.person(self._client, change.author)


def number(ref: Ref) -> int:
    """A ticket's number. Raises NotFound for what cannot be one, also for one with zeros before it: a ticket has one name."""
    if not (ref.id.isascii() and ref.id.isdecimal()) or ref.id.startswith("0"):
        raise NotFound("no ticket has such a number")
    return int(ref.id)


def comment_ids(audit: Mapping[str, Any]) -> tuple[str, ...]:
    """The comments that an audit brought into being."""
    return tuple(str(e["id"]) for e in audit.get("events") or () if e.get("type") in ("Comment", "VoiceComment"))
