"""The backend Datadog: metrics by the queries that an admin named, errors from the logs. It only reads."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import requests
from requests.auth import AuthBase

from connectors.base import Connection, Setting
from connectors.datadog import parse
from connectors.errors import AuthFailed, ConnectorError, RateLimited
from connectors.http import SANE
from connectors.operations import OPERATIONS, Fields, Operation, Result
from connectors.plain import Plain, Row, reading
from connectors.rest import Answer, Order, Rest, run

SETTINGS = (
    Setting("api_key", "An API key of the organisation.", secret=True),
    Setting("app_key", "An application key that may read metrics and logs.", secret=True),
    Setting(
        "queries",
        "What is measured, as name = query; name = query: latency = avg:trace.http.request.duration{service:api}",
        pattern=r"\s*[\w -]+=[^=;]+(=[^;]*)?(;\s*[\w -]+=[^;]+)*;?\s*",
    ),
    Setting("account_tag", "The tag that names a customer's account on metrics (account).", required=False),
    Setting("errors", "The search for errors in the logs; status:error where none is given.", required=False),
    Setting("account_facet", "The facet that names the account in logs (@account).", required=False),
    Setting("email_facet", "The facet that names the user in logs (@usr.email).", required=False),
)
SITE = "https://api.datadoghq.com"
WEEK = timedelta(days=7)
MOST_LINES = 100
LONGEST = 24 * 60
"""Minutes that are looked at, at most."""


class Keys(AuthBase):
    """Says who we are by two headers."""

    def __init__(self, api_key: str, app_key: str) -> None:
        self._keys = {"DD-API-KEY": api_key, "DD-APPLICATION-KEY": app_key}

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers.update(self._keys)
        return request


class Datadog:
    """What is usual is the same stretch of time a week earlier."""

    name: ClassVar[str] = "datadog"
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    def __init__(self, connection: Connection, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        keys = Keys(connection.secrets.get("api_key", ""), connection.secrets.get("app_key", ""))
        self._line = Plain(Rest("datadog", connection, connection.base_url or SITE, keys), judged)
        self._clock = clock
        values = connection.settings
        self._queries = named(values.get("queries", ""))
        self._tag = values.get("account_tag", "").strip()
        self._errors = values.get("errors", "").strip() or "status:error"
        self._facets = {"account": values.get("account_facet", ""), "email": values.get("email_facet", "")}

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do."""
        return {name: OPERATIONS[name] for name in ("metrics", "errors")}

    def check(self) -> Mapping[str, str]:
        """Whether the API key is known; Datadog does not say whose it is."""
        valid = self._line.row("GET", "/api/v1/validate", "validate").get("valid")
        return {"valid": str(valid).lower()}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``connectors.operations.Backend``."""
        ways = {"metrics": self._metrics, "errors": self._found}
        with reading(f"datadog: {operation}"):
            return run(ways, self.operations, operation, Order(inputs, key, since))

    def _metrics(self, order: Order) -> Result:
        inputs, minutes = order.inputs, _minutes(order)
        wanted = set(inputs.get("names") or self._queries)
        now, account = self._clock(), str(inputs.get("account") or "")
        found = []
        for name, query in self._queries.items():
            if name in wanted:
                asked = parse.narrowed(query, self._tag, account)
                one = parse.series(
                    name, self._measured(asked, now, minutes), self._measured(asked, now - WEEK, minutes)
                )
                found += [one] if one else []
        return Result({"series": found})

    def _measured(self, query: str, end: datetime, minutes: int) -> Mapping[str, Any]:
        until = int(end.timestamp())
        asked: Row = {"from": until - minutes * 60, "to": until, "query": query}
        return self._line.row("GET", "/api/v1/query", "query", query=asked)

    def _found(self, order: Order) -> Result:
        inputs, now = order.inputs, self._clock()
        facets = [(facet, str(inputs.get(name) or "")) for name, facet in self._facets.items()]
        body = {
            "filter": {
                "query": parse.log_query(self._errors, facets),
                "from": (now - timedelta(minutes=_minutes(order))).isoformat(),
                "to": now.isoformat(),
            },
            "sort": "-timestamp",
            "page": {"limit": MOST_LINES},
        }
        if asked_for_somebody(inputs) and not any(facet and value for facet, value in facets):
            # Errors of everybody are not those of the one who was asked about.
            return Result({"errors": []})
        return Result(
            {
                "errors": parse.errors(
                    self._line.row("POST", "/api/v2/logs/events/search", "logs/events/search", json=body)
                )
            }
        )


def asked_for_somebody(inputs: Fields) -> bool:
    """Whether only one account's or one person's errors are wanted."""
    return bool(inputs.get("account") or inputs.get("email"))


def named(text: str) -> Mapping[str, str]:
    """``latency = query; errors = query`` by name."""
    pairs = (one.partition("=") for one in text.replace("\n", ";").split(";") if "=" in one)
    return {name.strip(): query.strip() for name, _, query in pairs if name.strip() and query.strip()}


def judged(answer: Answer) -> ConnectorError | None:
    """What a status means here: Datadog answers 403 to a key that it does not know, and names its wait in a header of its own."""
    if answer.status == 403:
        return AuthFailed(f"{answer.where} answered 403")
    if answer.status == 429:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        left = headers.get("x-ratelimit-reset", "") or headers.get("retry-after", "")
        known = left.isascii() and left.isdigit() and len(left) < 6
        return RateLimited(f"{answer.where} answered 429", min(float(left), 3600.0) if known else SANE)
    return answer.error()


def _minutes(order: Order) -> int:
    return min(max(int(order.inputs["minutes"]), 1), LONGEST)
