"""``GET /api/v1/agents/find``: who could take a ticket now, by skills, availability and preferred language. Assigns nothing."""

from collections.abc import Mapping

from flask import Response, jsonify, request

from app.engine.routing import Need
from app.web.api.auth import Caller, Door
from app.web.api.problems import ApiError

AVAILABLE, ANY = "available", "any"
LONGEST = 500
"""Characters of a parameter."""


def register(door: Door) -> None:
    """Hang the view on the door."""

    @door.route("/agents/find", scope="agents", methods=("GET",))
    def find_agent(caller: Caller) -> Response:
        from app.web.api.people import found  # noqa: PLC0415  # who takes webhooks needs none of it

        need, available = _asked(request.args.to_dict(flat=False))
        return jsonify(found(door.services, caller.account_id, need, available=available))


def _asked(given: Mapping[str, list[str]]) -> tuple[Need, bool]:
    """What somebody is looked for by, and whether they have to be able to take a ticket now. Raises ApiError which names the parameter."""
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
    return need, availability == AVAILABLE


def _one(given: Mapping[str, list[str]], name: str) -> str:
    values = given.get(name, [""])
    if len(values) > 1:
        raise ApiError(400, "bad_field", f"{name}: give it once.")
    return _text(values[0], name)


def _text(value: str, name: str) -> str:
    if len(value) > LONGEST or "\x00" in value:
        raise ApiError(400, "bad_field", f"{name}: give text of at most {LONGEST} characters.")
    return value.strip()
