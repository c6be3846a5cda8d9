"""The configuration's editor: checked as somebody types, compared and tried on old tickets before it is published, taken back after."""

import difflib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from app.db import accounts
from app.db.accounts import Configured, MovedOn
from app.db.decisions import Sample, sampled
from app.db.visits import Visit
from app.engine.configuration import Configuration, ConfigurationError, Problem, SettingLine, State, load, report
from app.engine.configuration.reading import MOST_CHARACTERS
from app.errors import UnknownRecord
from app.services import Services
from app.web.pages.door import Door
from app.web.pages.settings_nav import settings
from app.web.pages.shell import lock
from connectors.types import Level

log = logging.getLogger(__name__)

EACH = 300
"""Decisions of each category that a draft of a configuration is weighed on, the newest."""
LATELY = timedelta(days=90)
SHOWN = 5
"""Tickets that are named as examples."""
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
    """What would be asked for otherwise in one category: how many of how many, of what to what, and tickets as examples."""

    category: str
    before: str
    after: str
    number: int
    of: int
    total: int
    examples: tuple[str, ...]

    @property
    def about(self) -> int:
        """How many of all the category's decisions that would be, as far as the weighed ones show."""
        return round(self.number / self.of * self.total)


@dataclass(frozen=True)
class Weighed:
    """What a draft of a configuration would ask for otherwise, and on what that was weighed."""

    tried: int
    total: int
    changed: Sequence[Changed]
    unweighed: Sequence[str]
    """Categories whose recognition was changed: that is not weighed here."""

    @property
    def about(self) -> int:
        """How many of all decisions."""
        return sum(one.about for one in self.changed)


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
            weighed = _weighed(services, session, who.account_id, look.settled)
        return _part("settings_configuration_replay.html", weighed=weighed, each=EACH, days=LATELY.days)

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


def _weighed(services: Services, session: Session, account_id: str, new: Configuration) -> Weighed:
    """How much the newest decisions of each category were allowed by what is in force, and would be by the draft.

    They are taken as they were recognised then: what people wrote is not read again.
    """
    old = services.configuration(account_id, session)
    samples = sampled(session, account_id, services.database.now(session) - LATELY, EACH)
    changed = [one for sample in samples for one in _changed(old, new, sample)]
    tried, total = sum(len(one.recognised) for one in samples), sum(one.total for one in samples)
    return Weighed(tried, total, changed, _unweighed(old, new))


def _changed(old: Configuration, new: Configuration, sample: Sample) -> list[Changed]:
    found: dict[tuple[str, str], list[str]] = {}
    for ref, seen in sample.recognised:
        asks = _asks(old, seen.category, seen.confidence), _asks(new, seen.category, seen.confidence)
        if asks[0] != asks[1]:
            found.setdefault(asks, []).append(ref)
    of = len(sample.recognised)
    return [
        Changed(sample.category, before, after, len(refs), of, sample.total, tuple(refs[:SHOWN]))
        for (before, after), refs in found.items()
    ]


def _unweighed(old: Configuration, new: Configuration) -> list[str]:
    """Categories that are new, or by whose words tickets are recognised otherwise."""
    before = {one.name: one.keywords for one in old.categories}
    return [one.name for one in new.categories if before.get(one.name) != one.keywords]


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
