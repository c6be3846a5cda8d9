"""Categories: how much each may do, what people's judgements prove, what is missing, and a person's promotion."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app import promoting
from app.db import accounts, lessons, trail
from app.db.accounts import Configured, MovedOn
from app.db.trail import Entry, What
from app.db.visits import Visit
from app.engine.configuration.editing import with_mode
from app.engine.configuration.settled import Category, Configuration
from app.engine.evidence import LEAST_TARGET
from app.engine.policy import REPLY
from app.engine.replaying import TARGET
from app.engine.types import Mode
from app.errors import BadInput, UnknownRecord
from app.promoting import Asked, Promotion, Standing
from app.services import Services
from app.web.pages.door import Door
from app.web.pages.settings_nav import may, settings
from connectors.types import Level

log = logging.getLogger(__name__)

LATELY = timedelta(days=90)
MEANS = {
    Mode.OFF: "off: nothing is done",
    Mode.SHADOW: "shadow: watches, shows nobody",
    Mode.ASSIST: "assist: drafts for people",
    Mode.DEFLECT: "deflect: answers, people close",
    Mode.RESOLVE: "resolve: answers and closes",
}


@dataclass(frozen=True)
class Line:
    """One category as the page shows it."""

    category: Category
    mode: Mode
    why: str
    standings: tuple[Standing, ...]
    """Each writer and each effect for itself, replies first."""

    @property
    def answers(self) -> bool:
        """Whether somebody who writes there is proven."""
        return any(one.unlocked and one.action == REPLY for one in self.standings)

    @property
    def now(self) -> str:
        """Who answers, in words."""
        if self.mode in (Mode.OFF, Mode.SHADOW):
            return "nobody is shown anything"
        if self.mode is Mode.ASSIST:
            return "people answer, with drafts"
        return "Deskhand answers" if self.answers else "people answer, until it is proven"


def register(door: Door) -> None:
    """``/app/categories``, its switches, and the promotion of one."""
    services = door.services

    @door.route("/categories", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        return _page(services, who)

    @door.route("/categories/<category>/mode", level=Level.LEAD, methods=("POST",))
    def switch(who: Visit, category: str) -> Response:
        try:
            said = _switched(services, who, category, request.form.get("mode", ""), request.form.get("version", ""))
        except MovedOn:
            return _page(services, who, status=409, bad="Somebody else published meanwhile. This is how it is now.")
        except BadInput as error:
            return _page(services, who, status=400, bad=f"{category} {error.remedy or error.problem}")
        return _page(services, who, said=said)

    @door.route("/categories/<category>/promote", level=Level.LEAD, methods=("POST",))
    def promote(who: Visit, category: str) -> Response:
        try:
            with services.database.session() as session:
                by = who.name or who.person
                writer, action = request.form.get("writer", ""), request.form.get("action", "") or REPLY
                wanted = Promotion(who.account_id, category, by, _target(), writer, action, who.person)
                asked = promoting.promoted(services, session, wanted)
        except BadInput as error:
            raise NotFound from error
        if asked.why:
            return _page(services, who, bad=f"{category} stays with people. {asked.why.text}")
        return _page(services, who, said=_promoted(category, asked))


def _promoted(category: str, asked: Asked) -> str:
    found = asked.found
    log.warning("category.promoted", extra={"category": category})
    return f"{category} may answer by itself: {found.counts}, {found.bound:.1%} proven."


def _target() -> float:
    """What has to be proven: the form's, never less than the least."""
    try:
        return min(max(float(request.form.get("target", TARGET)), LEAST_TARGET), 0.999)
    except ValueError:
        return TARGET


def _switched(services: Services, who: Visit, category: str, wanted: str, version: str) -> str:
    """Publish a version in which the category asks for that mode. Raises MovedOn, BadInput and NotFound."""
    try:
        mode = Mode(wanted)
    except ValueError as error:
        raise BadInput("mode", "has no such mode") from error
    with services.database.session() as session:
        before = accounts.configuration(session, who.account_id)
        if services.configuration(who.account_id, session).category(category) is None:
            raise NotFound
        text = with_mode(before.text, before.name, category, mode)
        base = int(version) if version.isdecimal() and len(version) < 9 else -1
        new = Configured(who.account_id, base, before.name, text, who.name or who.person)
        accounts.publish(session, new, services.database.now(session))
        trail.record(session, who.account_id, Entry(What.MODE, f"category:{category}", why=str(mode)))
    log.warning("category.switched", extra={"category": category, "mode": str(mode)})
    return f"{category} is set to {mode}."


def _page(services: Services, who: Visit, *, status: int = 200, said: str = "", bad: str = "") -> Response:
    with services.database.session() as session:  # that somebody was shown a proof is kept
        try:
            configuration = services.configuration(who.account_id, session)
        except UnknownRecord:
            return settings(who, "settings_categories.html", status=status, lines=[], history=[], bad=bad, said=said)
        lines = _lines(services, session, who.account_id, configuration)
        history = [step for step in lessons.history(session, who.account_id) if step.kind != lessons.LOOKED]
        version = accounts.version(session, who.account_id)
    return settings(
        who,
        "settings_categories.html",
        status=status,
        lines=lines,
        history=history,
        version=version,
        modes=MEANS,
        target=TARGET,
        leads=may(who, Level.LEAD),
        said=said,
        bad=bad,
    )


def _lines(services: Services, session: Session, account_id: str, configuration: Configuration) -> list[Line]:
    now = services.database.now(session)
    taught = lessons.counts(session, account_id, now - LATELY)
    found = []
    for category in configuration.categories:
        mode, why = configuration.mode(category.name)
        of = taught.get(category.name, {})
        standings = promoting.standings(services, session, account_id, category.name, TARGET, of)
        promoting.looked(session, account_id, category.name, now)
        found.append(Line(category, mode, why.text, standings))
    return found
