"""Which agent a ticket goes on to once its team is known: what the helpdesk and the configuration say of people, and what they have.

Pure: who has what comes from the database, who is there from the vendor, both by the jobs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.engine.configuration.rules import Own, Rules
from app.engine.escalation import GUESS, Escalation
from app.engine.hours import Calendar
from app.engine.routing import Agent, Choice, Need
from app.engine.standing import Case
from connectors.types import Presence, Teammate

SENIOR = 2
"""The level of agent that a VIP's, an upset customer's or an escalated ticket asks for, where one is free."""
NOBODY = Own()


@dataclass(frozen=True)
class Taken:
    """What one agent has: the weight of open tickets, the weight given within the last days, and when the last one was."""

    load: float = 0.0
    lately: float = 0.0
    last: datetime | None = None


NOTHING = Taken()


def roster(people: Iterable[Teammate], taken: Mapping[str, Taken], rules: Rules) -> tuple[Agent, ...]:
    """The account's people as somebody to route to. Who is away, or takes none by configuration, is not available."""
    return tuple(_agent(one, taken.get(one.id, NOTHING), rules) for one in people)


def _agent(one: Teammate, taken: Taken, rules: Rules) -> Agent:
    own = rules.people.get(one.email.casefold()) or rules.people.get(one.id.casefold()) or NOBODY
    teams = {word.casefold() for pair in one.teams.items() for word in pair if word} | own.teams
    return Agent(
        id=one.id,
        name=one.name or one.email or one.id,
        teams=frozenset(teams),
        skills=one.skills | own.skills,
        languages=one.languages | own.languages,
        capacity=rules.assigning.capacity if own.capacity is None else own.capacity,
        load=taken.load,
        available=own.takes and one.presence is not Presence.AWAY,
        calendar=own.hours or _hours(teams, rules),
        level=own.level,
        taken=taken.lately,
        last_assigned=taken.last,
    )


def _hours(teams: Iterable[str], rules: Rules) -> Calendar | None:
    """The hours of the first team that has its own, else the account's; without either everybody counts as there."""
    own = next((rules.teams[team] for team in sorted(teams) if team in rules.teams), None)
    return own or (rules.hours if rules.declared else None)


@dataclass(frozen=True)
class Asked:
    """What is known of a ticket that somebody has to have. ``category`` is empty for a guess."""

    team: str
    category: str = ""
    language: str = ""
    senior: bool = False
    requester: str = ""


def asked(case: Case, escalation: Escalation, team: str) -> Asked:
    """The case as somebody to have is looked for."""
    judged = case.classification
    upset = judged.sentiment is not None and judged.sentiment < case.configuration.anger
    return Asked(
        team=team,
        category=judged.category if judged.confidence >= GUESS else "",
        language=judged.language.casefold(),
        senior=case.vip or upset or escalation.level >= SENIOR,
        requester=case.ticket.requester.id,
    )


def need(given: Asked, rules: Rules, last: str) -> Need:
    """What the ticket asks of whoever takes it; ``last`` is who had the customer's ticket before."""
    return Need(
        team=given.team,
        skills=rules.assigning.skills.get(given.category, frozenset()),
        language=given.language,
        weight=weight(rules, given.category),
        level=SENIOR if given.senior else 1,
        last_agent=last if rules.assigning.sticky else "",
    )


def weight(rules: Rules, category: str) -> float:
    """How much of somebody's capacity a ticket of this category takes."""
    return rules.assigning.weights.get(category, 1.0)


def explained(choice: Choice, agents: Sequence[Agent]) -> str:
    """The choice in one line for the note: who and why, or why nobody."""
    why = ", ".join(reason.text for reason in choice.reasons)
    name = next((agent.name for agent in agents if agent.id == choice.agent), "")
    if not choice.agent:
        return f"**Given to:** {'the team' if choice.team else 'nobody yet'}: {why}."
    return f"**Given to:** {name}: {why}."
