"""What people's judgements prove of each category, and the one way to more autonomy: a person promotes it. Shown nowhere here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import evidence, judgements, lessons
from app.engine.configuration import Configuration
from app.engine.draft import ENGINE
from app.engine.evidence import Claim
from app.engine.lessons import Lesson
from app.engine.policy import REPLY, judged_on
from app.engine.proving import Proof, missing, proof, record
from app.engine.types import Draft, Reason
from app.errors import BadInput
from app.services import Services

OUTDATED = Reason(
    "evidence_outdated",
    "Configuration, knowledge or engine changed since people judged its answers: they have to judge some of the new ones.",
)


@dataclass(frozen=True)
class Standing:
    """One category: what it is proven to do, what is missing, and how its drafts fared."""

    category: str
    asked: str
    found: Proof
    why: Reason | None
    unlocked: bool
    lessons: Mapping[Lesson, int]


@dataclass(frozen=True)
class Asked:
    """What came of asking for a promotion: it was made, unless ``why`` says what is missing."""

    found: Proof
    why: Reason | None


def looked(session: Session, account_id: str, category: str, at: datetime) -> None:
    """Keep that somebody was shown how far the proof of a category is: who then asks has looked before. Once is enough."""
    newest = lessons.latest(session, account_id, category, REPLY)
    claim = Claim(account_id, category, REPLY, newest.digest) if newest else None
    if claim is not None and not lessons.looks(session, claim):
        lessons.note(session, claim, lessons.LOOKED, "", "its proof was shown", at)


def standing(
    services: Services, session: Session, account_id: str, name: str, target: float, taught: Mapping[Lesson, int]
) -> Standing:
    """A category as it stands now. ``taught``: how its drafts fared, counted by whoever asks for many at once."""
    claim, current = _claim(services, session, account_id, name)
    found = proof(lessons.about(session, claim), claim, lessons.looks(session, claim))
    held = next((one for one in evidence.in_force(session, account_id, name) if one.digest == claim.digest), None)
    unlocked = held is not None and current and missing(found, held.target) is None
    why = missing(found, target) if current else OUTDATED
    asked = str(services.configuration(account_id, session).mode(name)[0])
    return Standing(name, asked, found, why, unlocked, taught)


def promote(services: Services, session: Session, account_id: str, category: str, *, by: str, target: float) -> Asked:
    """Let a category answer by itself, if what people judged proves that it may. Every try is counted and makes the next harder.

    Raises BadInput for what is none of the account's categories.
    """
    settled = services.configuration(account_id, session)
    if settled.category(category) is None:
        raise BadInput("--category", f"is none of the account's: {', '.join(names(settled))}")
    claim, current = _claim(services, session, account_id, category)
    found = proof(lessons.about(session, claim), claim, lessons.looks(session, claim))
    why = missing(found, target) if current else OUTDATED
    now = services.database.now(session)
    if why is None:
        evidence.save(session, account_id, record(found, claim, target, now, services.evidence_key))
    told = why.text if why else f"{found.judged} judged, {found.errors} wrong"
    lessons.note(session, claim, lessons.ASKED if why else lessons.PROMOTED, by, told, now)
    return Asked(found, why)


def names(configuration: Configuration) -> list[str]:
    """The account's categories, in the order of its configuration."""
    return [category.name for category in configuration.categories]


def _claim(services: Services, session: Session, account_id: str, category: str) -> tuple[Claim, bool]:
    """What the newest lesson is about, and whether that is still what is in force."""
    newest = lessons.latest(session, account_id, category, REPLY)
    if newest is None:
        return Claim(account_id, category, REPLY, ""), True
    judged = judgements.find(session, newest.ticket_id, newest.decision)
    drafted = judged.draft if judged else Draft("", (), (), ENGINE)
    configuration, knowledge = services.configuration(account_id, session), services.knowledge(account_id).version
    today = judged_on(services.classifier(account_id).version, drafted, knowledge, configuration)
    return Claim(account_id, category, REPLY, newest.digest), newest.digest == today
