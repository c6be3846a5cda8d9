"""``deskhand evidence`` and ``deskhand promote``: what people's judgements prove, and the one way to more autonomy: a person."""

from datetime import timedelta
from typing import Any

import click

from app import promoting
from app.cli import opening
from app.db import accounts, lessons
from app.db.lessons import Step
from app.engine.policy import REPLY
from app.engine.replaying import TARGET
from app.errors import BadInput
from app.promoting import Asked, Promotion, Standing, names, standings

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
            one
            for name in names(services.configuration(account.id, session))
            for one in standings(services, session, account.id, name, target, counted.get(name, {}))
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


COLUMNS = ("category", "by", "does", "asked for", "judged", "people", "wrong", "proven", "now", "missing")


@click.command()
@ACCOUNT
@click.option("--category", required=True, help="The category that may answer by itself from now on.")
@click.option(
    "--writer", default="", metavar="NAME", help="Whose: a workflow, pages or model; else whoever was judged last."
)
@click.option(
    "--action", default=REPLY, show_default=True, help="What it may do: reply, or an effect that people approved."
)
@click.option("--by", required=True, metavar="PERSON", help="Who promotes it; it is kept for good.")
@click.option("--target", default=TARGET, show_default=True, type=AT_LEAST, help="The accuracy that has to be proven.")
@opening.as_json
def promote(account_name: str, as_json: bool, **asked_for: Any) -> None:
    """Let a category act by itself, if what people judged proves that it may. Every try is counted and makes the next harder."""
    services = opening.services()
    with services.database.session() as session:
        account = accounts.named(session, account_name)
        wanted = Promotion(account.id, **asked_for)
        asked = promoting.promoted(services, session, wanted)
    _tell(wanted, asked, as_json)


def _tell(wanted: Promotion, asked: Asked, as_json: bool) -> None:
    found, why = asked.found, asked.why
    if as_json:
        told = {"category": wanted.category, "writer": asked.writer, "action": wanted.action, "promoted": why is None}
        counts = {"judged": found.judged, "errors": found.errors, "people": found.people, "largest": found.largest}
        opening.print_json({**told, **counts, "lower_bound": round(found.bound, 4), "reason": why.text if why else ""})
    elif why is None:
        may = "answer" if wanted.action == REPLY else wanted.action
        proven = f"{found.counts}, {found.bound:.1%} proven"
        click.echo(f"{wanted.category} may {may} by itself, by {asked.writer}: {proven}")
    if why:
        raise BadInput("--category", f"{wanted.category} stays with people: {why.text}")


def _row(one: Standing) -> tuple[str, ...]:
    return (
        one.category,
        one.writer,
        one.action,
        one.asked,
        str(one.found.judged),
        str(one.found.people) if one.found.judged else "-",
        str(one.found.errors),
        f"{one.found.bound:.1%}",
        ("answers" if one.action == REPLY else "does it") if one.unlocked else "people",
        "" if one.unlocked else one.why.text if one.why else "nothing: a person may promote it",
    )


def _plain(one: Standing) -> dict[str, object]:
    return {
        "category": one.category,
        "writer": one.writer,
        "action": one.action,
        "asked": one.asked,
        "judged": one.found.judged,
        "errors": one.found.errors,
        "people": one.found.people,
        "largest": one.found.largest,
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
