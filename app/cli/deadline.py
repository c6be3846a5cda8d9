"""``deskhand deadline``: when an answer is due by a configuration, and why. Asks no host and stores nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app.cli import opening
from app.cli.account import read
from app.engine.configuration import Category, Configuration, ConfigurationError, load
from app.engine.configuration.settled import PRIORITIES
from app.engine.facts import FACTS
from app.engine.hours import NeverOpen
from app.engine.nearest import nearest
from app.engine.promises import Promise, promised
from app.engine.sla import Metric
from app.errors import BadInput
from connectors.types import Priority


@click.command()
@click.option("--config", "file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--category", required=True, metavar="NAME", help="A category of the configuration.")
@click.option("--tier", default="", metavar="NAME", help="The customer's tier, such as enterprise.")
@click.option("--priority", default="", metavar="WORD", help="Else the category's own, else normal.")
@click.option("--severity", default="", metavar="WORD", help="What triggers may ask about.")
@click.option("--channel", default="", metavar="TYPE", help="Where the customer writes, such as email.")
@click.option("--at", "at", required=True, metavar="TIME", help="When the customer wrote: 2026-03-02T09:00:00Z.")
@opening.as_json
def deadline(file: Path, category: str, at: str, as_json: bool, **said: str) -> None:
    """Say when an answer is due by a configuration, and why."""
    try:
        configuration = load(read(file), name=file.name)
    except ConfigurationError as error:
        raise BadInput("--config", str(error)) from error
    known = _category(configuration, category)
    urgency = _priority(said["priority"]) or known.priority or Priority.NORMAL
    facts = {**_facts(configuration, said), "category": known.name, "priority": str(urgency)}
    promise = promised(configuration, known.name, urgency, facts)
    told = _told(promise, _moment(at))
    if as_json:
        opening.print_json(told)
        return
    for name in ("policy", "first_reply", "resolution"):
        click.echo(f"{name:<12} {told[name] or 'not promised'}")
    for line in told["trace"]:
        click.echo(f"{'because':<12} {line}")


def _facts(configuration: Configuration, said: Mapping[str, str]) -> dict[str, str]:
    """What was said of the ticket and its customer, by the names that conditions use."""
    _check("--severity", said["severity"], FACTS["severity"].words)
    _check("--channel", said["channel"], configuration.facts["channel"].words)
    tier = _tier(configuration, said["tier"])
    named = {
        "severity": said["severity"],
        "channel": said["channel"],
        **dict.fromkeys(("tier", "plan", "accountPlan"), tier),
    }
    return {name: given for name, given in named.items() if given}


def _told(promise: Promise, at: datetime) -> dict[str, Any]:
    """The answer as scripts read it. Further metrics are in the trace."""
    trace = list(promise.trace)
    dues = {}
    for metric in Metric:
        try:
            moment = promise.due(metric, at)
        except (NeverOpen, OverflowError) as error:
            raise BadInput("--at", f"no deadline can be counted from there: {error}") from error
        dues[metric] = _shown(moment) if moment else None
        if moment:
            trace.append(f"{metric} due {dues[metric]}")
    return {
        "first_reply": dues[Metric.FIRST_REPLY],
        "resolution": dues[Metric.RESOLUTION],
        "policy": promise.name or None,
        "trace": trace,
    }


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _category(configuration: Configuration, name: str) -> Category:
    if known := configuration.category(name):
        return known
    raise BadInput(
        "--category", f"{name!r} is no category; {nearest(name, (c.name for c in configuration.categories))}"
    )


def _tier(configuration: Configuration, name: str) -> str:
    """The tier as given. Where the configuration has tiers it has to be one of them: a mistyped one would cost hours."""
    tiers = configuration.rules.tiers
    if name and tiers and name.casefold() not in tiers:
        raise BadInput("--tier", f"{name!r} is no tier; {nearest(name, tiers.values())}")
    return name


def _priority(word: str) -> Priority | None:
    _check("--priority", word, tuple(PRIORITIES))
    return PRIORITIES.get(word.casefold())


def _check(option: str, word: str, known: tuple[str, ...]) -> None:
    if word and word.casefold() not in known:
        raise BadInput(option, f"{word!r} is not known here; {nearest(word, known)}")


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput("--at", f"{text!r} is no time; write 2026-03-02T09:00:00Z") from error
    if at.tzinfo is None:
        raise BadInput("--at", f"{text!r} has no zone; write {text}Z for UTC, or {text}+01:00")
    return at.astimezone(UTC)
