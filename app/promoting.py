"""What people's judgements prove of each category, and the one way to more autonomy: a person promotes it. Shown nowhere here.

Every writer is proven for itself: pages that are quoted, a model, each workflow; and what a workflow may do, apart from what it says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import evidence, judgements, lessons, members, trials
from app.engine.configuration import Configuration
from app.engine.draft import ENGINE
from app.engine.evidence import Claim, digest, holds
from app.engine.experiments import applied, concerns
from app.engine.lessons import Learned, Lesson
from app.engine.policy import REPLY, judged_on
from app.engine.proving import Proof, missing, own, proof, record
from app.engine.types import Draft, Reason
from app.engine.workflows.choosing import candidates
from app.engine.workflows.limits import author
from app.errors import BadInput
from app.services import Services
from connectors.types import Level

OUTDATED = Reason(
    "evidence_outdated",
    "Configuration, knowledge or engine changed since people judged its answers: they have to judge some of the new ones.",
)
PAGES, MODEL = "pages", "model"
"""Writers that are no workflow: what is quoted from knowledge, and what a language model words."""


@dataclass(frozen=True)
class Writer:
    """Somebody that people have judged in a category: a workflow by its name, pages or a model, as usual or in an experiment's arm.

    ``current``: as it is now.
    """

    name: str
    claim: Claim
    current: bool = True


@dataclass(frozen=True)
class Standing:
    """What one writer is proven to do in a category, what is missing, and how the category's drafts fared."""

    category: str
    asked: str
    found: Proof
    why: Reason | None
    unlocked: bool
    lessons: Mapping[Lesson, int]
    writer: str = ""
    """Empty where nobody was judged who still writes there."""
    action: str = REPLY


@dataclass(frozen=True)
class Asked:
    """What came of asking for a promotion: it was made, unless ``why`` says what is missing."""

    found: Proof
    why: Reason | None
    writer: str = ""


def looked(session: Session, account_id: str, category: str, at: datetime) -> None:
    """Keep that somebody was shown how far the proofs of a category are: who then asks has looked before. Once is enough."""
    for action in (REPLY, *lessons.effects(session, account_id, category)):
        for one in lessons.newest(session, account_id, category, action):
            claim = Claim(account_id, category, action, one.digest)
            if not lessons.looks(session, claim):
                lessons.note(session, claim, lessons.LOOKED, "", "its proof was shown", at)


def standing(
    services: Services, session: Session, account_id: str, name: str, target: float, taught: Mapping[Lesson, int]
) -> Standing:
    """The first of a category's ``standings``: how whoever was judged last replies."""
    return standings(services, session, account_id, name, target, taught)[0]


def standings(
    services: Services, session: Session, account_id: str, name: str, target: float, taught: Mapping[Lesson, int]
) -> tuple[Standing, ...]:
    """A category as it stands now: replies first, and of each kind who was judged last; one that proves nothing where nobody was.

    ``taught``: how its drafts fared, counted by whoever asks for many at once.
    """
    asked, now = str(services.configuration(account_id, session).mode(name)[0]), services.database.now(session)
    found = []
    for action in (REPLY, *lessons.effects(session, account_id, name)):
        held = evidence.in_force(session, account_id, name, action)
        for writer in writers(services, session, account_id, name, action):
            proven = _proof(session, writer.claim)
            promoted = next((one for one in held if one.digest == writer.claim.digest), None)
            unlocked = promoted is not None and writer.current and now < promoted.expires_at and holds(promoted)
            why = missing(proven, target) if writer.current else OUTDATED
            found.append(Standing(name, asked, proven, why, unlocked, taught, writer.name, action))
    return tuple(found)


@dataclass(frozen=True)
class Promotion:
    """What a person wants to let happen by itself. Without a ``writer`` it is whoever was judged last.

    ``person``: their id at the host, where they came in by it; else it is taken that ``by`` is one.
    """

    account_id: str
    category: str
    by: str
    target: float
    writer: str = ""
    action: str = REPLY
    person: str = ""


def promote(services: Services, session: Session, account_id: str, category: str, *, by: str, target: float) -> Asked:
    """Let a category answer by itself, as whoever was judged last writes there, if what people judged proves that it may.

    Every try is counted and makes the next harder. Raises BadInput for what is none of the account's categories.
    """
    return promoted(services, session, Promotion(account_id, category, by, target))


def promoted(services: Services, session: Session, wanted: Promotion) -> Asked:
    """The same for one writer, or for an effect that a workflow asks for. Raises BadInput for what nobody has judged."""
    settled = services.configuration(wanted.account_id, session)
    if settled.category(wanted.category) is None:
        raise BadInput("--category", f"is none of the account's: {', '.join(names(settled))}")
    every = writers(services, session, wanted.account_id, wanted.category, wanted.action)
    chosen = next((one for one in every if wanted.writer in ("", one.name)), None)
    if chosen is None:
        raise BadInput("--writer", f"is none that people have judged there: {', '.join(one.name for one in every)}")
    found = _proof(session, chosen.claim)
    why = (missing(found, wanted.target) or _own(session, found, wanted)) if chosen.current else OUTDATED
    now = services.database.now(session)
    if why is None:
        signed = record(found, chosen.claim, wanted.target, now, services.evidence_key)
        evidence.save(session, wanted.account_id, signed)
    told = why.text if why else f"{chosen.name}: {found.counts}"
    lessons.note(session, chosen.claim, lessons.ASKED if why else lessons.PROMOTED, wanted.by, told, now)
    return Asked(found, why, chosen.name)


def _own(session: Session, found: Proof, wanted: Promotion) -> Reason | None:
    leads = [
        one for one in members.every(session, wanted.account_id) if one.level and one.level.rank >= Level.LEAD.rank
    ]
    return own(found, wanted.person or wanted.by, {one.who.person for one in leads})


def writers(services: Services, session: Session, account_id: str, category: str, action: str) -> tuple[Writer, ...]:
    """Who has been judged there and still writes as then, the last judged first.

    Where nobody does, one that is not current stands for those before; where nobody was ever judged, one without a name.
    """
    newest = lessons.newest(session, account_id, category, action)
    found = {one.digest: name for one in newest if (name := _writer(services, session, one))}
    if found:
        return tuple(Writer(name, Claim(account_id, category, action, digest)) for digest, name in found.items())
    before = newest[0].digest if newest else ""
    return (Writer("", Claim(account_id, category, action, before), current=not newest),)


def _writer(services: Services, session: Session, judged: Learned) -> str:
    """Whose draft that was, if it would be written with all the same today; else nothing."""
    classifier = services.classifier(judged.account).version
    made = _made(services, session, judged, (classifier,))
    return next((name for name, (now,) in made if now == judged.digest), "")


def made_with(services: Services, session: Session, judged: Learned, before: str, after: str) -> str:
    """What is judged with the classifier ``after`` where this was with ``before`` and all else is as today; else nothing."""
    made = _made(services, session, judged, (before, after))
    return next((then for _, (now, then) in made if now == judged.digest), "")


def _made(
    services: Services, session: Session, judged: Learned, classifiers: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Everybody who may have written that draft, and the hash of all that it is made with today, with each of these classifiers."""
    settled = services.configuration(judged.account, session)
    for flow in candidates(judged.category, settled):
        yield flow.name, tuple(digest(one, author(flow), "", settled.digest) for one in classifiers)
    kept = judgements.find(session, judged.ticket_id, judged.decision)
    draft = kept.draft if kept else Draft("", (), (), ENGINE)
    if draft.work:
        return
    name, knowledge = PAGES if draft.engine == ENGINE else MODEL, services.knowledge(judged.account).version
    for arm, tried in _ways(session, judged, settled):
        known = tuple(judged_on(one, draft, knowledge, tried) for one in classifiers)
        yield (f"{name}, {arm}" if arm else name), known


def _ways(session: Session, judged: Learned, settled: Configuration) -> Iterator[tuple[str, Configuration]]:
    """How answers are written in that category today: as usual, and as each arm of a running experiment has it written."""
    yield "", settled
    for experiment in settled.experiments:
        began = trials.find(session, judged.account, experiment) if concerns(experiment, judged.category) else None
        if began is not None and began.ended_at is None:
            for arm in experiment.arms:
                yield f"{experiment.name}/{arm.name}", applied(settled, arm, judged.category)


def _proof(session: Session, claim: Claim) -> Proof:
    team = lessons.people(session, claim.account)
    return proof(lessons.about(session, claim), claim, lessons.looks(session, claim), team)


def names(configuration: Configuration) -> list[str]:
    """The account's categories, in the order of its configuration."""
    return [category.name for category in configuration.categories]
