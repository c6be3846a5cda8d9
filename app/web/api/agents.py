"""``GET /api/v1/agents/find``: who could take a ticket now, by skills, availability and preferred language. Assigns nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from app.db import connections, roster
from app.engine import assigning, routing
from app.engine.configuration.rules import Rules
from app.engine.routing import Agent, Choice, Need
from app.web.api.auth import Caller, Door
from app.web.api.problems import ApiError

AVAILABLE, ANY = "available", "any"
LONGEST = 500
"""Characters of a parameter."""
MOST = 50
"""Agents in one answer."""


def register(door: Door) -> None:
    """Hang the view on the door."""

    @door.route("/agents/find", scope="agents", methods=("GET",))
    def find_agent(caller: Caller) -> Response:
        asked = _asked(request.args.to_dict(flat=False))
        services = door.services
        rules = services.configuration(caller.account_id).rules
        with services.database.reading() as session:
            now = services.database.now(session)
            every = [one.id for one in connections.of_account(session, caller.account_id) if one.active]
            desks = [_desk(session, id, rules, now) for id in every]
        return jsonify(_answer([desk for desk in desks if desk.agents], asked, now))


@dataclass(frozen=True)
class _Asked:
    """What somebody is looked for by."""

    need: Need
    available: bool


@dataclass(frozen=True)
class _Desk:
    """The people of one connection."""

    connection: str
    agents: tuple[Agent, ...]


def _asked(given: Mapping[str, list[str]]) -> _Asked:
    """Raises ApiError which names the parameter."""
    unknown = sorted(set(given) - {"skills", "availability", "preferredLanguage", "team"})
    if unknown:
        raise ApiError(400, "bad_field", f"{unknown[0][:60]}: give skills, availability, preferredLanguage or team.")
    skills = {
        word.strip().casefold() for value in given.get("skills", []) for word in _text(value, "skills").split(",")
    }
    availability = _one(given, "availability") or ANY
    if availability not in (AVAILABLE, ANY):
        raise ApiError(400, "bad_field", f"availability: give {AVAILABLE} or {ANY}.")
    language = _one(given, "preferredLanguage").partition("-")[0].casefold()
    need = Need(_one(given, "team"), frozenset(skills - {""}), language)
    return _Asked(need, availability == AVAILABLE)


def _one(given: Mapping[str, list[str]], name: str) -> str:
    values = given.get(name, [""])
    if len(values) > 1:
        raise ApiError(400, "bad_field", f"{name}: give it once.")
    return _text(values[0], name)


def _text(value: str, name: str) -> str:
    if len(value) > LONGEST or "\x00" in value:
        raise ApiError(400, "bad_field", f"{name}: give text of at most {LONGEST} characters.")
    return value.strip()


def _desk(session: Session, connection_id: str, rules: Rules, now: datetime) -> _Desk:
    taken = roster.taken(session, connection_id, now)
    return _Desk(connection_id, assigning.roster(roster.people(session, connection_id), taken, rules))


def _answer(desks: list[_Desk], asked: _Asked, now: datetime) -> dict[str, Any]:
    """Whoever should have it, everybody who knows how, and why."""
    choices = [(desk, routing.choose(asked.need, desk.agents, now)) for desk in desks]
    desk, choice = next(((desk, choice) for desk, choice in choices if choice.agent), (None, None))
    listed = [_shown(one, agent, now) for one in desks for agent in one.agents if _knows(agent, asked.need)]
    chosen = _of(desk, choice, now) if desk and choice else None
    return {
        "agent": chosen,
        "agents": [one for one in listed if one["available"] or not asked.available][:MOST],
        "reasons": _reasons([choice] if choice else [found for _, found in choices]),
    }


def _of(desk: _Desk, choice: Choice, now: datetime) -> dict[str, Any]:
    return next(_shown(desk, agent, now) for agent in desk.agents if agent.id == choice.agent)


def _reasons(choices: list[Choice]) -> list[dict[str, str]]:
    if not choices:
        return [{"code": "nobody_known", "text": "no agents are known: see escalation.assignment and agents"}]
    return [{"code": reason.code, "text": reason.text} for choice in choices for reason in choice.reasons]


def _knows(agent: Agent, need: Need) -> bool:
    team = need.team.casefold()
    return need.skills <= agent.skills and (not (team and agent.teams) or team in agent.teams)


def _shown(desk: _Desk, agent: Agent, now: datetime) -> dict[str, Any]:
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
