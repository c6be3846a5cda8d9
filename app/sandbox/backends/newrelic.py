"""One played New Relic account behind NerdGraph: metrics that tests set, errors that tests write. Only the queries that read them."""

import hmac
import re
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.backends.datadog import EVERY, Measured
from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]
_FIELD = re.compile(r"(?P<alias>\w+)\s*:\s*nrql\s*\(\s*query\s*:\s*\$(?P<variable>\w+)\s*\)")
_TIMES = re.compile(r"SINCE (?P<since>\d+) minutes ago(?: UNTIL (?P<until>\d+) minutes ago)?")
_METRIC = re.compile(r"FROM (?P<event>\w+) SELECT (?P<selected>.+?) AS 'value'")


class NewRelicBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for ``https://api.newrelic.com``."""

    vendor = "newrelic"

    def __init__(
        self,
        world: World,
        name: str = "newrelic",
        *,
        api_key: str = "NRAK-SANDBOX",
        account_id: int = 1234567,
    ) -> None:
        self.world = world
        self.name = name
        self.api_key = api_key
        self.account_id = account_id
        self.metrics: dict[str, Measured] = {}
        """By ``average(duration) FROM Transaction``."""
        self.errors: list[Row] = []
        self.queries: list[str] = []
        self.trouble = ""
        """A class of error that every question is answered with, such as ``NRDB:1101``."""

    def blueprint(self) -> Blueprint:
        """The API: faults first, then the key, then the answer."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.before_request(self._authorised)
        api.post("/graphql")(self._graphql)
        return api

    def hook(self, url: str, secret: str) -> None:
        """Nothing is told from here."""

    def fail(self, message: str, kind: str, *, ago: float = 60.0, **attributes: str) -> None:
        """A transaction failed, so many seconds ago."""
        at = self.world.clock.now() - timedelta(seconds=ago)
        self.errors.append({"at": at, "error.message": message, "error.class": kind, **attributes})

    def _authorised(self) -> Response | None:
        if not hmac.compare_digest(request.headers.get("API-Key", ""), self.api_key):
            answer = jsonify(
                errors=[{"message": "Invalid credentials provided", "extensions": {"code": "UNAUTHENTICATED"}}]
            )
            answer.status_code = 401
            return answer
        return None

    def _graphql(self) -> Response:
        body = request.get_json(silent=True) or {}
        query, variables = str(body.get("query") or ""), body.get("variables") or {}
        if self.trouble:
            return _failed(self.trouble)
        if "account(" not in query:
            return jsonify(data={"actor": {"user": {"name": "Deskhand", "email": "deskhand@acme.example"}}})
        if variables.get("account") != self.account_id:
            return _failed("ACCESS_DENIED")
        account = {}
        for field in _FIELD.finditer(query):
            asked = str(variables.get(field["variable"]) or "")
            self.queries.append(asked)
            if not _TIMES.search(asked):
                return _failed("INVALID_INPUT")
            account[field["alias"]] = {"results": self._results(asked)}
        return jsonify(data={"actor": {"account": account}})

    def _results(self, asked: str) -> list[Row]:
        times, now = _TIMES.search(asked), self.world.clock.now()
        start = now - timedelta(minutes=int(times["since"] if times else 0))
        end = now - timedelta(minutes=int((times and times["until"]) or 0))
        if asked.startswith("FROM TransactionError"):
            return self._failed(asked, start, end)
        found = _METRIC.search(asked)
        known = self.metrics.get(f"{found['selected']} FROM {found['event']}") if found else None
        if known is None:
            return []
        known.scopes.append(asked)
        seconds = range(int(start.timestamp()), int(end.timestamp()), EVERY)
        return [
            {"beginTimeSeconds": at, "endTimeSeconds": at + EVERY, "value": self._value(known, at)} for at in seconds
        ]

    def _value(self, known: Measured, at: int) -> float:
        fresh = at >= self.world.clock.now().timestamp() - known.minutes * 60 - EVERY
        return known.lately if fresh and known.lately is not None else known.usual

    def _failed(self, asked: str, start: datetime, end: datetime) -> list[Row]:
        """Faceted by message, the commonest first."""
        conditions = re.findall(r"`([\w.]+)` = '((?:[^'\\]|\\.)*)'", asked)
        hits = [one for one in self.errors if start <= one["at"] <= end and all(_is(one, *pair) for pair in conditions)]
        groups: dict[str, list[Row]] = {}
        for one in hits:
            groups.setdefault(one["error.message"], []).append(one)
        rows = [
            {
                "facet": message,
                "error.message": message,
                "count": len(group),
                "at": int(max(one["at"] for one in group).timestamp() * 1000),
                "class": group[-1]["error.class"],
            }
            for message, group in groups.items()
        ]
        return sorted(rows, key=lambda row: row["count"], reverse=True)


def _is(line: Row, name: str, value: str) -> bool:
    return bool(line.get(name) == value.replace("\\'", "'").replace("\\\\", "\\"))


def _failed(kind: str) -> Response:
    """NerdGraph says what went wrong with status 200."""
    return jsonify(data={"actor": {"account": None}}, errors=[{"message": "...", "extensions": {"errorClass": kind}}])
