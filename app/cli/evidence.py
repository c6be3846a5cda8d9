"""``deskhand evidence`` and ``deskhand promote``: what people's judgements prove, and the one way to more autonomy: a person."""

from dataclasses import dataclass
from datetime import timedelta

import click
from sqlalchemy.orm import Session

from app.cli import opening
from app.db import accounts, evidence, judgements, lessons
from app.db.lessons import Step
from app.engine.configuration import Configuration
from app.engine.draft import ENGINE
from app.engine.evidence import Claim
from app.engine.lessons import Lesson
from app.engine.policy import REPLY, judged_on
from app.engine.proving import Proof, missing, proof, record
from app.engine.replaying import TARGET
from app.engine.types import Draft, Reason
from app.errors import BadInput
from app.services import Services

DAYS = 90
ACCOUNT = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
AT_LEAST = click.FloatRange(0.9, 0.999)


@dataclass(frozen=True)
class Look:
    """Whose evidence is looked at, and with what."""

    services: Services
    account_id: str
    configuration: Configuration


@dataclass(frozen=True)
class Standing:
    """One category: what it is proven to do, what is missing, and how its drafts fared."""

    category: str
    asked: str
    found: Proof
    why: Reason | None
    unlocked: bool
    lessons: dict[Lesson, int]


@click.command(name="evidence")
@ACCOUNT
@click.option("--target", default=TARGET, show_default=True, type=AT_LEAST, help="The accuracy that has to be proven.")
@opening.as_json
def shown(account_name: str, target: float, as_json: bool) -> None:
    """Show for each category what people's judgements prove, and what is missing before it may answer by itself."""
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        now = services.database.now(session)
        counted = lessons.counts(session, account.id, now - timedelta(days=DAYS))
        settled = services.configuration(account.id)
        look = Look(services, account.id, settled)
        every = [_standing(look, session, name, target, counted) for name in _names(settled)]
        steps = lessons.history(session, account.id)
    if as_json:
        opening.print_json({"categories": [_plain(one) for one in every], "history": [_step(step) for step in steps]})
        return
    opening.print_table(f"Evidence of {account_name}", COLUMNS, [_row(one) for one in every])
    for step in steps:
        click.echo(
            f"{step.at:%Y-%m-%d %H:%M}  {step.category}: {step.kind} {f'by {step.by}' if step.by else ''} {step.reason}".rstrip()
        )


COLUMNS = ("category", "asked for", "judged", "wrong", "proven", "now", "missing")


@click.command()
@ACCOUNT
@click.option("--category", required=True, help="The category that may answer by itself from now on.")
@click.option("--by", required=True, metavar="PERSON", help="Who promotes it; it is kept for good.")
@click.option("--target", default=TARGET, show_default=True, type=AT_LEAST, help="The accuracy that has to be proven.")
@opening.as_json
def promote(account_name: str, category: str, by: str, target: float, as_json: bool) -> None:
    """Let a category answer by itself, if what people judged proves that it may. Every try is counted and makes the next harder."""
    services = opening.services()
    with services.database.session() as session:
        account = accounts.named(session, account_name)
        if services.configuration(account.id).category(category) is None:
            raise BadInput(
                "--category", f"is none of the account's: {', '.join(_names(services.configuration(account.id)))}"
            )
        claim, current = _claim(services, session, account.id, category)
        found = proof(lessons.about(session, claim), claim, lessons.looks(session, claim))
        why = missing(found, target) if current else OUTDATED
        now = services.database.now(session)
        if why is None:
            evidence.save(session, account.id, record(found, claim, target, now, services.evidence_key))
        told = why.text if why else f"{found.judged} judged, {found.errors} wrong"
        lessons.note(session, claim, lessons.ASKED if why else lessons.PROMOTED, by, told, now)
    _tell(category, found, why, as_json)


OUTDATED = Reason(
    "evidence_outdated",
    "Configuration, knowledge or engine changed since people judged its answers: they have to judge some of the new ones.",
)


def _tell(category: str, found: Proof, why: Reason | None, as_json: bool) -> None:
    if as_json:
        told = {"category": category, "promoted": why is None, "judged": found.judged, "errors": found.errors}
        opening.print_json({**told, "lower_bound": round(found.bound, 4), "reason": why.text if why else ""})
    elif why is None:
        click.echo(
            f"{category} may answer by itself: {found.judged} judged, {found.errors} wrong, {found.bound:.1%} proven"
        )
    if why:
        raise BadInput("--category", f"{category} stays with people: {why.text}")


def _names(configuration: Configuration) -> list[str]:
    return [category.name for category in configuration.categories]


def _claim(services: Services, session: Session, account_id: str, category: str) -> tuple[Claim, bool]:
    """What the newest lesson is about, and whether that is still what is in force."""
    newest = lessons.latest(session, account_id, category, REPLY)
    if newest is None:
        return Claim(account_id, category, REPLY, ""), True
    judged = judgements.find(session, newest.ticket_id, newest.decision)
    drafted = judged.draft if judged else Draft("", (), (), ENGINE)
    configuration, knowledge = services.configuration(account_id), services.knowledge(account_id).version
    today = judged_on(services.classifier(account_id).version, drafted, knowledge, configuration)
    return Claim(account_id, category, REPLY, newest.digest), newest.digest == today


def _standing(
    look: Look, session: Session, name: str, target: float, counted: dict[str, dict[Lesson, int]]
) -> Standing:
    claim, current = _claim(look.services, session, look.account_id, name)
    found = proof(lessons.about(session, claim), claim, lessons.looks(session, claim))
    held = evidence.newest(session, look.account_id, name)
    unlocked = held is not None and held.digest == claim.digest and current and missing(found, held.target) is None
    why = missing(found, target) if current else OUTDATED
    asked = str(look.configuration.mode(name)[0])
    return Standing(name, asked, found, why, unlocked, counted.get(name, {}))


def _row(one: Standing) -> tuple[str, ...]:
    return (
        one.category,
        one.asked,
        str(one.found.judged),
        str(one.found.errors),
        f"{one.found.bound:.1%}",
        "answers" if one.unlocked else "people answer",
        "" if one.unlocked else one.why.text if one.why else "nothing: a person may promote it",
    )


def _plain(one: Standing) -> dict[str, object]:
    return {
        "category": one.category,
        "asked": one.asked,
        "judged": one.found.judged,
        "errors": one.found.errors,
        "lower_bound": round(one.found.bound, 4),
        "unlocked": one.unlocked,
        "missing": one.why.text if one.why else "",
        "lessons": {str(kind): number for kind, number in one.lessons.items()},
    }


def _step(step: Step) -> dict[str, str]:
    return {
        "category": step.category,
        "kind": step.kind,
        "by": step.by,
        "reason": step.reason,
        "at": step.at.isoformat(),
    }
