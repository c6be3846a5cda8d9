"""The configuration's editor: checked as somebody types, compared and tried on old tickets before it is published, taken back after."""

import difflib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from app.db import accounts
from app.db.accounts import Configured, MovedOn
from app.db.decisions import Asked, found
from app.db.visits import Visit
from app.engine.configuration import Configuration, ConfigurationError, Problem, SettingLine, State, load, report
from app.engine.configuration.reading import MOST_CHARACTERS
from app.errors import UnknownRecord
from app.services import Services
from app.web.pages.door import Door
from app.web.pages.settings_decisions import EVER
from app.web.pages.settings_nav import settings
from app.web.pages.shell import lock
from connectors.types import Level

log = logging.getLogger(__name__)

TRIED = 200
"""Decisions that a draft of a configuration is tried on, newest first."""
EMPTY = """service: my-service
classification:
  categories:
    - name: order-status
      keywords: [where is my order, parcel, tracking]
"""


@dataclass(frozen=True)
class Draft:
    """A configuration that somebody is writing, and the version that they began with."""

    name: str
    text: str
    base: int

    @classmethod
    def sent(cls) -> "Draft":
        """What the form holds. Line ends are those of a file: browsers send others."""
        base = request.form.get("base", "")
        text = request.form.get("text", "").replace("\r\n", "\n")[:MOST_CHARACTERS]
        return cls(request.form.get("name", "")[:200], text, int(base) if base.isdecimal() and len(base) < 9 else -1)


@dataclass(frozen=True)
class Checked:
    """What is wrong with a draft, or what becomes of each of its settings."""

    problems: Sequence[Problem]
    lines: Sequence[SettingLine] = ()
    settled: Configuration | None = None

    @property
    def remarks(self) -> list[SettingLine]:
        """Settings that do not simply work."""
        return [line for line in self.lines if line.state in (State.NOT_YET, State.WARNING)]


@dataclass(frozen=True)
class Changed:
    """What would be decided otherwise: the decision's ticket, and how much it may do in either version."""

    ref: str
    category: str
    before: str
    after: str


def register(door: Door) -> None:
    """``/app/configuration``: its parts answer to htmx, and to a plain form."""
    services = door.services

    @door.route("/configuration", level=Level.LEAD)
    def show(who: Visit) -> Response:
        return _page(services, who, _draft(services, who, request.args.get("version", "")))

    @door.route("/configuration/check", level=Level.LEAD, methods=("POST",))
    def check(who: Visit) -> Response:
        return _part("settings_configuration_check.html", checked=checked(Draft.sent()))

    @door.route("/configuration/compare", level=Level.LEAD, methods=("POST",))
    def compare(who: Visit) -> Response:
        draft = Draft.sent()
        before = _draft(services, who)
        return _part("settings_configuration_compare.html", lines=compared(before.text, draft.text), base=before.base)

    @door.route("/configuration/replay", level=Level.LEAD, methods=("POST",))
    def replay(who: Visit) -> Response:
        look = checked(Draft.sent())
        if look.settled is None:
            return _part("settings_configuration_check.html", checked=look)
        with services.database.reading() as session:
            tried, changed = _replayed(services, session, who.account_id, look.settled)
        return _part("settings_configuration_replay.html", tried=tried, changed=changed)

    @door.route("/configuration/publish", level=Level.LEAD, methods=("POST",))
    def publish(who: Visit) -> Response:
        return _published(services, who, Draft.sent())


def checked(draft: Draft) -> Checked:
    """What this version does with each setting, or everything that is wrong."""
    try:
        settled = load(draft.text, name=draft.name or "configuration.yaml")
    except ConfigurationError as error:
        return Checked(error.problems)
    return Checked((), report(settled), settled)


def compared(before: str, after: str) -> list[tuple[str, str]]:
    """(kind, line): ``add``, ``cut``, ``at`` and nothing for what is the same."""
    kinds = {"+": "add", "-": "cut", "@": "at"}
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return [(kinds.get(line[0], ""), line) for line in islice(lines, 2, None)]


def _replayed(services: Services, session: Session, account_id: str, new: Configuration) -> tuple[int, list[Changed]]:
    """How much the newest decisions were allowed by what is in force, and would be by the draft. What people wrote is not read again."""
    until = services.database.now(session)
    old = services.configuration(account_id, session)
    tried, changed = 0, []
    for entry in islice(found(session, Asked(account_id, EVER, until)), TRIED):
        tried += 1
        category = entry.judged.classification.category
        sure = entry.judged.classification.confidence
        before, after = _asks(old, category, sure), _asks(new, category, sure)
        if before != after:
            changed.append(Changed(entry.ref, category, before, after))
    return tried, changed


def _asks(configuration: Configuration, category: str, sure: float) -> str:
    """What a configuration asks for where a ticket was recognised like that."""
    known = configuration.category(category)
    if known is None:
        return "no such category: a person"
    if known.requires_human:
        return "a person"
    return str(configuration.mode(category)[0]) if sure >= known.confidence else "a person: not sure enough"


def _published(services: Services, who: Visit, draft: Draft) -> Response:
    """Publish it if it is right, and made out of what is in force; else show it again just as it was typed."""
    look = checked(draft)
    if look.problems:
        return _page(services, who, draft, status=400, checked=look)
    name = draft.name or "configuration.yaml"
    new = Configured(who.account_id, draft.base, name, draft.text, who.name or who.person)
    try:
        with services.database.session() as session:
            done = accounts.publish(session, new, services.database.now(session))
    except MovedOn:
        theirs = _draft(services, who)
        moved = {"moved": compared(theirs.text, draft.text), "theirs": theirs.base}
        return _page(services, who, Draft(draft.name, draft.text, theirs.base), status=409, checked=look, **moved)
    log.warning("configuration.published", extra={"version": done.version})
    return _page(services, who, Draft(name, draft.text, done.version), said=f"Version {done.version} is in force.")


def _draft(services: Services, who: Visit, version: str = "") -> Draft:
    """The version in force to begin with, or the text of an older one over it."""
    with services.database.reading() as session:
        base = accounts.version(session, who.account_id)
        try:
            if version.isdecimal() and len(version) < 9:
                given = accounts.of_version(session, who.account_id, int(version))
            else:
                given = accounts.configuration(session, who.account_id)
        except UnknownRecord:
            return Draft("configuration.yaml", EMPTY, base)
    return Draft(given.name, given.text, base)


def _page(services: Services, who: Visit, draft: Draft, *, status: int = 200, **more: object) -> Response:
    with services.database.reading() as session:
        versions = accounts.versions(session, who.account_id)
    shown = {"checked": checked(draft), **more}
    return settings(who, "settings_configuration.html", status=status, draft=draft, versions=versions, **shown)


def _part(template: str, **values: object) -> Response:
    """What htmx puts into the page."""
    return lock(Response(render_template(template, **values), content_type="text/html; charset=utf-8"))
