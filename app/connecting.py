"""Connecting an account to a vendor: what an admin typed or granted is checked, introduced there, and saved. Asks nobody for anything."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.db import accounts, articles, connections, trail, visits
from app.db.connections import Installed, Taken
from app.db.trail import Entry, What
from app.engine import fields
from app.errors import BadInput, DeskhandError, SealBroken
from app.services import Services
from connectors.base import Connection, Doubts, Helpdesk, Prepares
from connectors.errors import AuthFailed, BadPayload, ConnectorError, NotFound, RateLimited, Refused, Unsupported
from connectors.installing import Grant, Hooked, Revokes
from connectors.operations import Backend, FileSetting, Signals

log = logging.getLogger(__name__)

Kind = type[Helpdesk] | type[Backend]

FIELD = "field:"
"""Before the name of one of our fields, in a connection's settings: its id at the vendor."""

HOOK = "hook_url"
"""The setting that says where the vendor was told to send its news."""

REFUSALS = (NotFound, Refused, AuthFailed, Unsupported)
"""A vendor's no to one thing: no reason to doubt the rest."""
LEFT_OUT = "notes and tags are written without them; create them there, or let the token, then connect again"
UNHOOKED = "the webhook could not be made there; set it up by hand, or connect again as an admin of that place"


def option(name: str) -> str:
    """``--signing-secret`` for ``signing_secret``: how a setting is called on the command line, and in what we say of it."""
    return f"--{name.replace('_', '-')}"


@dataclass(frozen=True)
class Outcome:
    """What became of it; the connection is saved in any case. ``error`` says why it cannot be used yet, ``warnings``
    what will be missing when it is.
    """

    installed: Installed
    updated: bool
    found: Mapping[str, str] = field(default_factory=dict)
    error: ConnectorError | None = None
    warnings: tuple[str, ...] = ()
    hears: bool = True
    """Whether it is told anything by webhook."""

    @property
    def trouble(self) -> str:
        """The error in words, with its kind; empty when all is well."""
        return f"{type(self.error).__name__}: {self.error}" if self.error else ""


def install(services: Services, account_name: str, vendor: str, base_url: str, values: Mapping[str, str]) -> Outcome:
    """Ask the vendor who we are, have our fields made, and save the connection, also when the vendor is away.

    Raises BadInput or UnknownRecord; nothing is saved then.
    """
    kind: Kind = (
        services.connected.backends[vendor]
        if vendor in services.connected.backends
        else services.connected.helpdesks[vendor]
    )
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        there = connections.of_account(session, account.id)
    there = [one for one in there if one.vendor == vendor]
    before = _same(there, kind, base_url, values) or _moved(services, there, kind, values)
    opened = services.vault.open(before.sealed, place=before.id) if before else {}
    known = {**(before.settings if before else {}), **opened, **values}
    _check(kind, known)
    secret = {one.name for one in kind.settings if one.secret}
    new = Installed(
        before.id if before else connections.new_id(),
        account.id,
        vendor,
        base_url,
        {name: value for name, value in known.items() if name not in secret},
        "",
        place=before.place if before else "",
    )
    secrets = {name: value for name, value in known.items() if name in secret}
    new = replace(new, sealed=services.vault.seal(secrets, place=new.id))
    connector = _build(kind, Connection(new.id, base_url, new.settings, secrets))
    hears = vendor in services.connected.helpdesks or isinstance(connector, Signals)
    outcome = _introduce(connector, Outcome(new, before is not None, hears=hears), values)
    _save(services, outcome.installed, anew=before is None)
    return outcome


class Elsewhere(DeskhandError):
    """What was granted cannot become, or change, this account's connection. Nothing is kept of it."""


TWICE = Elsewhere(
    "that place is connected in another account here",
    "one place has one account, else its news would reach one of them alone: disconnect it there first, or sign in there",
)
OTHER = Elsewhere(
    "you gave the permission for another place than the one to connect again",
    "begin again and choose the same one there, or connect the other one as a new connection",
)


def granted(services: Services, account_id: str, vendor: str, grant: Grant, again: str = "") -> Installed:
    """Save what an admin granted, at once: the code that brought it is used up. The same place again changes its connection,
    which keeps its id and all that was done there; ``again`` names the connection that has to be the one.

    Of two who bring the same place at once, the second changes what the first made. Raises Elsewhere.
    """
    try:
        return _granted(services, account_id, vendor, grant, again)
    except Taken:  # the other one was faster, and is there now
        return _granted(services, account_id, vendor, grant, again)


def _granted(services: Services, account_id: str, vendor: str, grant: Grant, again: str) -> Installed:
    with services.database.session() as session:
        there = _there(session, services.connected.helpdesks[vendor], vendor, grant)
        if any(one.account_id != account_id for one in there):
            raise TWICE
        before = there[0] if there else None
        if again and (before is None or before.id != again):
            raise OTHER
        kept = services.vault.open(before.sealed, place=before.id) if before else {}
        id = before.id if before else connections.new_id()
        settings = {**(before.settings if before else {}), **grant.settings}
        sealed = services.vault.seal({**kept, **grant.secrets}, place=id)
        place = _place(services.connected.helpdesks[vendor], vendor, grant)
        new = Installed(id, account_id, vendor, grant.base_url, settings, sealed, place=place)
        if before:
            connections.change(session, new)
        else:
            connections.add(session, new, datetime.now(UTC))
        what = What.CONNECTION if before else What.CONNECTED
        trail.record(session, account_id, Entry(what, id, why="granted", detail={"vendor": vendor}))
    return new


def _there(session: Session, kind: Kind, vendor: str, grant: Grant) -> list[Installed]:
    """Every connection to that place, whoever's it is, however its address was typed."""
    names = _named(kind)
    if grant.base_url:
        found = connections.of_address(session, vendor, grant.base_url)
    else:
        found = [one for one in connections.of_vendor(session, vendor) if not one.base_url]
    return [one for one in found if all(one.settings.get(name) == grant.settings.get(name) for name in names)]


def _place(kind: Kind, vendor: str, grant: Grant) -> str:
    """One name for the place, the same whoever connects it."""
    return " ".join((vendor, grant.base_url, *(grant.settings.get(name, "") for name in _named(kind))))


def finish(services: Services, installed: Installed, webhook: str) -> Outcome:
    """Whatever is left of connecting: who we are there, our fields, and the webhook at that address where it can be made.

    Each step may have been done before: twice changes nothing, and what was interrupted goes on. Raises UnknownRecord for a
    connection that was removed meanwhile.
    """
    connector = services.connected.built(installed)
    outcome = _introduce(connector, Outcome(installed, updated=True), {})
    made: Mapping[str, str] = {}
    if outcome.error is None:
        outcome, made = _hooked(connector, outcome, webhook)
    with services.database.session() as session:
        # Not the secrets that we began with: tokens may have been renewed meanwhile, which ends the old ones.
        kept = services.vault.open(connections.find(session, installed.id).sealed, place=installed.id)
        sealed = services.vault.seal({**kept, **made}, place=installed.id)
        outcome = replace(outcome, installed=replace(outcome.installed, sealed=sealed))
        connections.change(session, outcome.installed)
    return outcome


@dataclass(frozen=True)
class Removed:
    """A connection that was ended. ``left`` says in words what is still there at the vendor, and has to go by hand."""

    installed: Installed
    left: tuple[str, ...] = ()


def remove(services: Services, connection_id: str) -> Removed:
    """End a connection and the sessions that came in by it, and let its articles be quoted no more.

    What we made at the vendor goes where that is possible, and so does what its admin granted us: the token is over there, too.
    A vendor that is away keeps nobody from ending it here. Raises UnknownRecord when there is none (any more).
    """
    with services.database.reading() as session:
        found = connections.find(session, connection_id)
    left = _left(services, found)
    with services.database.session() as session:
        articles.prune(session, found.account_id, found.id, (), datetime.now(UTC))
        connections.remove(session, found.id)
        visits.end_from(session, found.id)
        told = {"vendor": found.vendor, "left": len(left)}
        trail.record(session, found.account_id, Entry(What.DISCONNECTED, found.id, detail=told))
    return Removed(found, left)


def system(services: Services, installed: Installed) -> Helpdesk | Backend:
    """Whatever is connected there, helpdesk or backend. Raises SealBroken, or a ConnectorError for settings that will not do."""
    if installed.vendor not in services.connected.backends:
        return services.connected.connector(installed.id)
    return services.connected.system(installed)


def _hooked(connector: Helpdesk, outcome: Outcome, webhook: str) -> tuple[Outcome, Mapping[str, str]]:
    """And the webhook's secret; a vendor's no leaves a word, since all the rest works and changes are asked for, too."""
    if not isinstance(connector, Hooked):
        return outcome, {}
    try:
        made = connector.hook(webhook)
    except REFUSALS:
        return replace(outcome, warnings=(*outcome.warnings, UNHOOKED)), {}
    except ConnectorError as error:
        return replace(outcome, error=error), {}
    return replace(outcome, installed=_with(outcome.installed, {HOOK: webhook})), made


def _left(services: Services, installed: Installed) -> tuple[str, ...]:
    """Take our webhook away, then give back what was granted; what could not be done, in words."""
    vendor = installed.vendor.capitalize()
    steps = (
        (_unhook, f"our webhook is still at {vendor}: it is answered with 404; take it away there"),
        (_revoke, f"{vendor} could not be told that our token is over: remove the app there, by hand"),
    )
    try:
        connector = system(services, installed)
    except (ConnectorError, SealBroken) as error:
        log.warning("connection.left", extra={"connection": installed.id, "error": type(error).__name__})
        due = (HOOK in installed.settings, bool(installed.place))
        return tuple(words for (_, words), one in zip(steps, due, strict=True) if one)
    return tuple(words for step, words in steps if not step(connector, installed))


def _unhook(connector: Helpdesk | Backend, installed: Installed) -> bool:
    """False while our webhook is still there; one that we were let make, only."""
    if HOOK not in installed.settings or not isinstance(connector, Hooked):
        return True
    try:
        connector.unhook(installed.settings[HOOK])
    except ConnectorError as error:
        log.warning("webhook.left", extra={"connection": installed.id, "error": type(error).__name__})
        return False
    return True


def _revoke(connector: Helpdesk | Backend, installed: Installed) -> bool:
    """False while a token that was granted may still be good; one that was typed in is its owner's to end."""
    if not installed.place or not isinstance(connector, Revokes):
        return True
    try:
        connector.revoke()
    except AuthFailed:  # it is over already
        return True
    except ConnectorError as error:
        log.warning("token.left", extra={"connection": installed.id, "error": type(error).__name__})
        return False
    return True


def _same(there: list[Installed], kind: Kind, base_url: str, values: Mapping[str, str]) -> Installed | None:
    """The vendor's connection to the same installation, if there is one: address, and the id that ``_named`` names."""
    names = _named(kind)
    for one in there:
        if one.base_url == base_url and all(values.get(n, one.settings.get(n)) == one.settings.get(n) for n in names):
            return one
    return None


def _named(kind: Kind) -> list[str]:
    """The first required open setting: a workspace's or an app's id, where the vendor has one."""
    open_ = (one for one in kind.settings if one.required and not one.secret and not isinstance(one, FileSetting))
    return [one.name for one in open_][:1]


def _moved(services: Services, there: list[Installed], kind: Kind, values: Mapping[str, str]) -> Installed | None:
    """The connection whose address is put right here: all that was given is as before, and nobody answers at the old one.

    Two installations may share their secrets; two addresses of which one is dead are one installation that moved.
    """
    for one in there:
        known = {**one.settings, **services.vault.open(one.sealed, place=one.id)}
        required = [name for name in _needed(kind) if name in values]
        alike = required and all(known.get(name, "") == value for name, value in values.items())
        if alike and not _answers(services, one):
            return one
    return None


def _needed(kind: Kind) -> list[str]:
    return [one.name for one in kind.settings if one.required]


def _answers(services: Services, installed: Installed) -> bool:
    """Whether the vendor is at this address: one that does not like our token is there all the same."""
    try:
        system(services, installed).check()
    except (AuthFailed, RateLimited):
        return True
    except ConnectorError:
        return False
    return True


def _check(kind: Kind, values: Mapping[str, str]) -> None:
    """Raises BadInput, which names the option, for what is missing or does not have the right shape."""
    for one in kind.settings:
        value = values.get(one.name, "")
        if one.required and not value:
            raise BadInput(option(one.name), f"is needed: {one.help}")
        if value and one.pattern and not re.fullmatch(one.pattern, value):
            raise BadInput(option(one.name), f"does not look right: {one.help}")


def _build(kind: Kind, connection: Connection) -> Helpdesk | Backend:
    try:
        return kind(connection)
    except ConnectorError as error:
        if isinstance(error, BadPayload) and error.path == "base_url":
            raise BadInput("--base-url", error.remedy) from error
        raise BadInput("the connection cannot be made", str(error)) from error


def _save(services: Services, installed: Installed, *, anew: bool) -> None:
    with services.database.session() as session:
        if anew:
            connections.add(session, installed, datetime.now(UTC))
        else:
            connections.change(session, installed)
        what = What.CONNECTED if anew else What.CONNECTION
        entry = Entry(what, installed.id, why="given", detail={"vendor": installed.vendor})
        trail.record(session, installed.account_id, entry)


def _introduce(connector: Helpdesk | Backend, outcome: Outcome, given: Mapping[str, str]) -> Outcome:
    """Learn who we are there and make our fields. A host that is away, or lacks the extras, only leaves a word."""
    try:
        found = connector.check()
        ours = {one.name for one in connector.settings if not one.secret}
        learnt = {name: value for name, value in found.items() if name in ours and name not in given}
        outcome = replace(outcome, found=found, installed=_with(outcome.installed, learnt))
        if isinstance(connector, Prepares):
            made, missing = _prepared(connector, fields.TITLES)
            outcome = replace(outcome, installed=_with(outcome.installed, {FIELD + n: v for n, v in made.items()}))
            outcome = replace(outcome, warnings=(_missing(missing),) if missing else ())
        if isinstance(connector, Doubts):
            outcome = replace(outcome, warnings=(*outcome.warnings, *connector.doubts()))
    except ConnectorError as error:
        if isinstance(error, BadPayload) and error.path == "base_url":
            raise BadInput("--base-url", error.remedy) from error
        outcome = replace(outcome, error=error)
    return outcome


def _prepared(connector: Prepares, wanted: Mapping[str, str]) -> tuple[Mapping[str, str], list[str]]:
    """The ids of our fields, and the titles of those that we may not create: tickets are worked on without them."""
    try:
        return connector.prepare(wanted), []
    except REFUSALS:
        made: dict[str, str] = {}
        missing = []
        for name, title in wanted.items():
            try:
                made.update(connector.prepare({name: title}))
            except REFUSALS:
                missing.append(title)
        return made, missing


def _missing(titles: list[str]) -> str:
    return f"these fields are not there and may not be created with this token: {', '.join(titles)}; {LEFT_OUT}"


def _with(installed: Installed, more: Mapping[str, str]) -> Installed:
    return replace(installed, settings={**installed.settings, **more})
