"""The people of an account, and who of them fits. Loaded when somebody first asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.db import connections, roster
from app.db.roster import HELD, Sitting
from app.engine import assigning, routing
from app.engine.routing import Agent, Choice, Need
from app.services import Services
from app.web.api import parts
from app.web.api.declared import Page
from app.web.api.planned import Place

MOST = 50
"""Agents in one answer."""
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in a cursor where there is no moment."""


@dataclass(frozen=True)
class Desk:
    """The people of one connection."""

    connection: str
    agents: tuple[Agent, ...]


def found(services: Services, account_id: str, need: Need, *, available: bool) -> dict[str, Any]:
    """Whoever should have it, everybody who knows how (``available``: and could now), and why. Assigns nothing."""
    desks, now = _desks(services, account_id)
    return _answer(desks, need, available, now)


def everybody(services: Services, account_id: str, query: Page) -> dict[str, Any]:
    """A part of the account's people, by connection and id."""
    desks, now = _desks(services, account_id)
    after = parts.place(query.cursor)
    named = sorted(
        ((f"{desk.connection}:{agent.id}", desk, agent) for desk in desks for agent in desk.agents), key=_name
    )
    rest = [one for one in named if after is None or one[0] > after[1]]
    here = rest[: query.limit]
    following = parts.written(FIRST, here[-1][0]) if len(rest) > query.limit else None
    return {"items": [_shown(desk, agent, now) for _, desk, agent in here], "next": following}


def known(services: Services, connection_id: str, agent: str) -> bool:
    """Whether that is one of the helpdesk's agents; where nobody was ever listed the helpdesk will say."""
    with services.database.reading() as session:
        people = roster.people(session, connection_id)
    return not people or agent in {one.id for one in people}


def seat(services: Services, there: Place, agent: str) -> None:
    """Whoever else gives tickets away sees that this agent is to have one more."""
    with services.database.session() as session:
        sitting = Sitting(there.ticket_id, there.connection_id, agent, "", 1.0)
        roster.sit(session, sitting, HELD, services.database.now(session))


def _name(one: tuple[str, Desk, Agent]) -> str:
    return one[0]


def _desks(services: Services, account_id: str) -> tuple[list[Desk], datetime]:
    rules = services.configuration(account_id).rules
    with services.database.reading() as session:
        now = services.database.now(session)
        every = [one.id for one in connections.of_account(session, account_id) if one.active]
        known = [(id, roster.people(session, id), roster.taken(session, id, now)) for id in every]
    return [Desk(id, assigning.roster(people, taken, rules)) for id, people, taken in known if people], now


def _answer(desks: Sequence[Desk], need: Need, available: bool, now: datetime) -> dict[str, Any]:
    choices = [(desk, routing.choose(need, desk.agents, now)) for desk in desks]
    desk, choice = next(((desk, choice) for desk, choice in choices if choice.agent), (None, None))
    listed = [_shown(one, agent, now) for one in desks for agent in one.agents if _knows(agent, need)]
    chosen = _of(desk, choice, now) if desk and choice else None
    return {
        "agent": chosen,
        "agents": [one for one in listed if one["available"] or not available][:MOST],
        "reasons": _reasons([choice] if choice else [found for _, found in choices]),
    }


def _of(desk: Desk, choice: Choice, now: datetime) -> dict[str, Any]:
    return next(_shown(desk, agent, now) for agent in desk.agents if agent.id == choice.agent)


def _reasons(choices: list[Choice]) -> list[dict[str, str]]:
    if not choices:
        return [{"code": "nobody_known", "text": "no agents are known: see escalation.assignment and agents"}]
    return [{"code": reason.code, "text": reason.text} for choice in choices for reason in choice.reasons]


def _knows(agent: Agent, need: Need) -> bool:
    team = need.team.casefold()
    return need.skills <= agent.skills and (not (team and agent.teams) or team in agent.teams)


def _shown(desk: Desk, agent: Agent, now: datetime) -> dict[str, Any]:
    """An agent as callers see them."""
    there = agent.available and (agent.calendar is None or agent.calendar.is_open(now))
    return {
        "id": agent.id,
        "name": agent.name,
        "connection": desk.connection,
        "teams": sorted(agent.teams),
        "skills": sorted(agent.skills),
        "languages": sorted(agent.languages),
        "available": there and agent.load < agent.capacity,
        "load": agent.load,
        "capacity": agent.capacity,
    }
