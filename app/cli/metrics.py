"""``deskhand metrics`` and ``deskhand invoice``: figures made from the tickets' stories when somebody asks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import yaml

from app.cli import opening
from app.db import accounts, lessons, stories
from app.engine.lessons import Lesson
from app.engine.outcomes import HELD_AFTER, Costs, Hold, Returns, Story, bot_metrics, effectiveness, hold, metrics
from app.engine.plans import PlanError, plan
from app.engine.pricing import Plan, Usage, Use, invoice, money, total
from app.errors import BadInput

DAYS = 30
LONGEST_HOLD = timedelta(days=30)
ACCOUNT = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")


@click.command(name="metrics")
@ACCOUNT
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3660), help="How far back.")
@click.option("--of", "which", type=click.Choice(("desk", "bot", "effectiveness")), default="desk", show_default=True)
@click.option(
    "--hour", default=Costs.hour, show_default=True, type=click.FloatRange(0), help="What a person's hour costs."
)
@click.option(
    "--each",
    default=Costs.automatic,
    show_default=True,
    type=click.FloatRange(0),
    help="What one answer of ours costs.",
)
@opening.as_json
def shown(account_name: str, days: int, which: str, hour: float, each: float, as_json: bool) -> None:
    """Show how the desk is doing: what was resolved and lasted, how long it took, and what it cost."""
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        now = services.database.now(session)
        told = stories.since(session, account.id, now - timedelta(days=days))
        learned = lessons.counts(session, account.id, now - timedelta(days=days))
    right = _right(learned)
    found = {
        "desk": lambda: metrics(told, now, Costs(hour, each)),
        "bot": lambda: bot_metrics(told, right, {}),
        "effectiveness": lambda: effectiveness(told, right),
    }[which]()
    if as_json:
        opening.print_json({"days": days, **found})
        return
    rows = [(name, _words(value)) for name, value in found.items()]
    opening.print_table(f"{account_name}, {days} days", ("figure", "value"), rows)


def _right(learned: dict[str, dict[Lesson, int]]) -> tuple[int, int]:
    """Drafts that people let stand, of all that they judged."""
    every = [(kind, number) for counts in learned.values() for kind, number in counts.items()]
    return sum(number for kind, number in every if kind.right), sum(number for _, number in every)


def _words(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(one)}" for name, one in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(_words(one) for one in value) or "none"
    return "unknown" if value is None else str(value)


@click.command(name="invoice")
@ACCOUNT
@click.option("--month", required=True, metavar="YYYY-MM", help="The month, in UTC.")
@click.option(
    "--plan",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The plan, YAML.",
)
@click.option("--add-on", "chosen", multiple=True, help="An add-on that was on; as often as there are.")
@opening.as_json
def billed(account_name: str, month: str, file: Path, chosen: tuple[str, ...], as_json: bool) -> None:
    """Show what a month costs, line by line with its tickets. Only what lasted is billed; tests never are."""
    services = opening.services()
    start, end = _month(month)
    agreed = _plan(file, chosen)
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        now = services.database.now(session)
        told = stories.since(session, account.id, start, end + LONGEST_HOLD)
    if now < end + HELD_AFTER:
        click.echo(f"Not final before {end + HELD_AFTER:%Y-%m-%d}: what was resolved last has to last.", err=True)
    lines = invoice(agreed, usage(told, start, end, now), chosen)
    if as_json:
        listed = [
            {"text": line.text, "count": line.count, "micros": line.total, "tickets": list(line.refs)} for line in lines
        ]
        opening.print_json({"month": month, "currency": agreed.currency, "lines": listed, "total_micros": total(lines)})
        return
    rows = [
        (line.text, str(line.count), money(line.micros, agreed.currency), money(line.total, agreed.currency))
        for line in lines
    ]
    opening.print_table(f"{account_name}, {month}", ("line", "count", "each", "sum"), rows)
    click.echo(f"\nTotal {money(total(lines), agreed.currency)}")


def usage(told: list[Story], start: datetime, end: datetime, now: datetime) -> list[Usage]:
    """What was used in that time: resolutions that lasted, drafts that people answered with, conversations and seats."""
    returns, used = Returns(told), []
    for story in told:
        if story.test or not start <= story.opened_at < end:
            continue
        used.append(Usage(Use.CONVERSATION, story.ticket, story.channel))
        if story.automatic and hold(story, returns, now) in (Hold.CONFIRMED, Hold.ASSUMED):
            used.append(Usage(Use.AUTOMATIC, story.ticket))
        elif story.drafted and story.touched and story.answered_at:
            used.append(Usage(Use.ASSISTED, story.ticket))
        if story.agent:
            used.append(Usage(Use.SEAT, story.agent))
    return used


def _month(text: str) -> tuple[datetime, datetime]:
    try:
        start = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInput("--month", "give it as 2026-10") from error
    return start, (start + timedelta(days=32)).replace(day=1)


def _plan(file: Path, chosen: tuple[str, ...]) -> Plan:
    try:
        agreed = plan(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError, PlanError) as error:
        raise BadInput("--plan", str(error)) from error
    if unknown := [name for name in chosen if name not in agreed.addons]:
        raise BadInput("--add-on", f"the plan has no {unknown[0]}; it has {', '.join(agreed.addons) or 'none'}")
    return agreed
