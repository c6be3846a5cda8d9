"""``deskhand evidence`` and ``deskhand promote``: what people's judgements prove, and the one way to more autonomy: a person."""

from datetime import timedelta

import click

from app import promoting
from app.cli import opening
from app.db import accounts, lessons
from app.db.lessons import Step
from app.engine.proving import Proof
from app.engine.replaying import TARGET
from app.engine.types import Reason
from app.errors import BadInput
from app.promoting import Standing, names, standing

DAYS = 90
ACCOUNT = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
AT_LEAST = click.FloatRange(0.9, 0.999)


@click.command(name="evidence")
@ACCOUNT
@click.option("--target", default=TARGET, show_default=True, type=AT_LEAST, help="The accuracy that has to be proven.")
@opening.as_json
def shown(account_name: str, target: float, as_json: bool) -> None:
    """Show for each category what people's judgements prove, and what is missing before it may answer by itself."""
    services = opening.services()
    with services.database.session() as session:
        account = accounts.named(session, account_name)
        now = services.database.now(session)
        for name in names(services.configuration(account.id, session)):
            promoting.looked(session, account.id, name, now)
        counted = lessons.counts(session, account.id, now - timedelta(days=DAYS))
        every = [
            standing(services, session, account.id, name, target, counted.get(name, {}))
            for name in names(services.configuration(account.id, session))
        ]
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
        asked = promoting.promote(services, session, account.id, category, by=by, target=target)
    _tell(category, asked.found, asked.why, as_json)


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
