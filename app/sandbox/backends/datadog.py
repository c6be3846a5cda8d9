"""One played Datadog organisation: metrics that tests set, logs that tests write. Only what the API documents of reading them."""

import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]
EVERY = 60
"""Seconds between two points."""


@dataclass
class Measured:
    """One metric by its query without scope: what it is as a rule, and what it was in some last minutes."""

    usual: float
    unit: str = ""
    lately: float | None = None
    minutes: int = 30
    scopes: list[str] = field(default_factory=list)
    """Every scope that it was asked for, in order."""


class DatadogBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for ``https://api.datadoghq.com``."""

    vendor = "datadog"

    def __init__(
        self,
        world: World,
        name: str = "datadog",
        *,
        api_key: str = "dd-sandbox-api",
        app_key: str = "dd-sandbox-app",
    ) -> None:
        self.world = world
        self.name = name
        self.api_key = api_key
        self.app_key = app_key
        self.metrics: dict[str, Measured] = {}
        self.logs: list[Row] = []
        self.searches: list[str] = []

    def blueprint(self) -> Blueprint:
        """The API: faults first, then the keys, then the answer."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.before_request(self._authorised)
        api.get("/api/v1/validate")(self._validate)
        api.get("/api/v1/query")(self._query)
        api.post("/api/v2/logs/events/search")(self._search)
        return api

    def hook(self, url: str, secret: str) -> None:
        """Nothing is told from here."""

    def log(self, message: str, *, ago: float = 60.0, **facets: str) -> None:
        """An error line, so many seconds ago; facets such as ``account`` and ``email``, ``kind`` and ``stack``."""
        at = self.world.clock.now() - timedelta(seconds=ago)
        error = {"message": message, "kind": facets.pop("kind", ""), "stack": facets.pop("stack", "")}
        own = {"error": error, "account": facets.get("account", ""), "usr": {"email": facets.get("email", "")}}
        self.logs.append({"at": at, "message": message, "attributes": own})

    def _authorised(self) -> Response | None:
        given = request.headers
        keys = [("DD-API-KEY", self.api_key)]
        if request.path.endswith(("/query", "/search")):
            keys.append(("DD-APPLICATION-KEY", self.app_key))
        if not all(hmac.compare_digest(given.get(name, ""), key) for name, key in keys):
            return _says(403, "Forbidden")
        return None

    def _validate(self) -> Response:
        return jsonify(valid=True)

    def _query(self) -> Response:
        start, end, query = (
            request.args.get("from", type=int),
            request.args.get("to", type=int),
            request.args.get("query", ""),
        )
        if start is None or end is None or not re.fullmatch(r".+\{[^{}]*\}.*", query):
            return _says(400, "Error parsing query")
        scope = query[query.index("{") + 1 : query.index("}")]
        known = next((one for name, one in self.metrics.items() if name == query.partition("{")[0]), None)
        series = []
        if known:
            known.scopes.append(scope)
            points = [[at * 1000.0, self._value(known, at)] for at in range(start - start % EVERY, end, EVERY)]
            unit = [{"family": "time", "name": known.unit, "short_name": known.unit}, None] if known.unit else None
            series = [
                {
                    "metric": query.partition("{")[0],
                    "scope": scope,
                    "pointlist": points,
                    "unit": unit,
                    "interval": EVERY,
                }
            ]
        return jsonify(status="ok", res_type="time_series", series=series, from_date=start * 1000, to_date=end * 1000)

    def _value(self, known: Measured, at: int) -> float:
        fresh = at >= self.world.clock.now().timestamp() - known.minutes * 60
        return known.lately if fresh and known.lately is not None else known.usual

    def _search(self) -> Response:
        body = request.get_json(silent=True) or {}
        wanted = body.get("filter") or {}
        query = str(wanted.get("query") or "")
        self.searches.append(query)
        start, end = datetime.fromisoformat(wanted["from"]), datetime.fromisoformat(wanted["to"])
        facets = re.findall(r'(@?[\w.]+):"((?:[^"\\]|\\.)*)"', query)
        hits = [one for one in self.logs if start <= one["at"] <= end and all(_has(one, *facet) for facet in facets)]
        hits.sort(key=lambda one: one["at"], reverse=True)
        rows = [_row(one, place) for place, one in enumerate(hits)][: (body.get("page") or {}).get("limit", 10)]
        return jsonify(data=rows, meta={"status": "done", "elapsed": 12})


def _has(line: Row, facet: str, value: str) -> bool:
    found: Any = line["attributes"]
    for step in facet.removeprefix("@").split("."):
        found = found.get(step, "") if isinstance(found, dict) else ""
    return bool(found == value.replace('\\"', '"').replace("\\\\", "\\"))


def _row(line: Row, place: int) -> Row:
    said = {
        "timestamp": line["at"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "message": line["message"],
        "status": "error",
        "service": "api",
        "tags": ["env:prod"],
        "attributes": line["attributes"],
    }
    return {"id": f"AAAA{place}", "type": "log", "attributes": said}


def _says(status: int, message: str) -> Response:
    answer = jsonify(errors=[message])
    answer.status_code = status
    return answer
