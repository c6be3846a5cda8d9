"""Whether a customer is written to before they write: by the configuration's own conditions, within budgets, never at night. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.engine.conditions import ConditionError, condition
from app.engine.configuration.settled import Configuration
from app.engine.configuration.steps import Step, Workflow

PAGE, ERROR = "page", "error"
ASKED = "asked"
"""A program of the account's asks for a conversation with words of its own: as a trigger's, they are a draft."""
REPEATED = "errors > 5"
"""What errors of the product set off, where the configuration says nothing of its own."""
MOST_ERRORS_FOR = 3600
"""Seconds within which repeated errors are counted together."""
PER_PERSON, PER_ACCOUNT = 1, 50
"""Conversations that are begun within a day."""
NIGHT, MORNING = 21, 8
"""Hours by the customer's own clock between which nobody is written to."""
FLOW = "proactive"
REACH = "reachOut"


@dataclass(frozen=True)
class Reaction:
    """What is to be said, and which condition asked for it. ``message`` empty: the message for repeated errors."""

    condition: str
    message: str = ""


def reaction(configuration: Configuration, kind: str, facts: Mapping[str, Any], message: str = "") -> Reaction | None:
    """The first trigger that certainly holds; what a trigger asks about and nobody has told decides nothing."""
    if kind == ASKED:
        return Reaction("", message) if message else None
    for one in _triggers(configuration, kind):
        try:
            if condition(one.condition, configuration.facts).weigh(facts).holds:
                return one
        except ConditionError:
            continue
    return None


def _triggers(configuration: Configuration, kind: str) -> list[Reaction]:
    found = [Reaction(asked, message) for asked, message in configuration.reactions.items()]
    return [*found, Reaction(REPEATED)] if kind == ERROR else found


def quiet(configuration: Configuration, now: datetime, zone: str) -> str:
    """Why nobody is written to now, in a word; empty when somebody may be. An unknown zone counts as none."""
    if not configuration.rules.hours.is_open(now):
        return "closed"
    try:
        hour = now.astimezone(ZoneInfo(zone)).hour if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hour = None
    return "night" if hour is not None and (hour >= NIGHT or hour < MORNING) else ""


def over(person: int, account: int) -> bool:
    """Whether as many conversations were begun within a day as may be."""
    return person >= PER_PERSON or account >= PER_ACCOUNT


def workflow(said: Reaction, about: str) -> Workflow:
    """The one step that says it; what comes of it is the gate's to decide."""
    return Workflow(FLOW, "", (Step(REACH, REACH, {"message": said.message, "about": about}),))
