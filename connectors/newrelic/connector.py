"""The backend New Relic: metrics by the queries that an admin named, errors of transactions, all through NerdGraph. It only reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from connectors.base import Connection, Setting
from connectors.newrelic import parse
from connectors.operations import OPERATIONS, Fields, Operation, Result
from connectors.plain import Plain, reading
from connectors.rest import Header, Order, Rest, run

SETTINGS = (
    Setting("api_key", "A user key (NRAK-...).", secret=True),
    Setting("account_id", "The number of the account.", pattern=r"\d{1,12}"),
    Setting(
        "queries",
        "What is measured, as name = expression; name = expression: latency = average(duration) FROM Transaction",
        pattern=r"\s*[\w -]+=[^;]* FROM [^;]+(;\s*[\w -]+=[^;]* FROM [^;]+)*;?\s*",
    ),
    Setting("account_attribute", "The attribute that names a customer's account.", required=False, pattern=r"[\w.]*"),
    Setting("email_attribute", "The attribute that names the user.", required=False, pattern=r"[\w.]*"),
)
API = "https://api.newrelic.com"
LONGEST = 24 * 60
"""Minutes that are looked at, at most."""


class NewRelic:
    """What is usual is the same stretch of time a week earlier."""

    name: ClassVar[str] = "newrelic"
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    def __init__(self, connection: Connection) -> None:
        key = Header("API-Key", connection.secrets.get("api_key", ""))
        self._line = Plain(Rest("newrelic", connection, connection.base_url or API, key))
        values = connection.settings
        self._account = int(values.get("account_id") or 0)
        self._queries = _named(values.get("queries", ""))
        self._attributes = {
            "account": values.get("account_attribute", ""),
            "email": values.get("email_attribute", ""),
        }

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do."""
        return {name: OPERATIONS[name] for name in ("metrics", "errors")}

    def check(self) -> Mapping[str, str]:
        """Whose key it is."""
        answer = self._ask(parse.WHO)
        user = ((answer.get("data") or {}).get("actor") or {}).get("user") or {}
        return {"account": str(self._account), "user": str(user.get("name") or "")}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``connectors.operations.Backend``."""
        ways = {"metrics": self._metrics, "errors": self._errors}
        with reading(f"newrelic: {operation}"):
            return run(ways, self.operations, operation, Order(inputs, key, since))

    def _metrics(self, order: Order) -> Result:
        inputs, minutes = order.inputs, _minutes(order)
        wanted = set(inputs.get("names") or self._queries)
        facets = [(self._attributes["account"], str(inputs.get("account") or ""))]
        found = []
        for name, expression in self._queries.items():
            if name in wanted:
                now = parse.nrql(expression, minutes, facets=facets)
                usual = parse.nrql(expression, minutes, facets=facets, ago=parse.WEEK)
                answer = self._ask(parse.QUERY, account=self._account, now=now, usual=usual)
                one = parse.series(name, "", parse.results(answer, "now"), parse.results(answer, "usual"))
                found += [one] if one else []
        return Result({"series": found})

    def _errors(self, order: Order) -> Result:
        inputs, minutes = order.inputs, _minutes(order)
        facets = [(attribute, str(inputs.get(name) or "")) for name, attribute in self._attributes.items()]
        named = bool(inputs.get("account") or inputs.get("email"))
        if named and not any(attribute and value for attribute, value in facets):
            # Errors of everybody are not those of the one who was asked about.
            return Result({"errors": []})
        answer = self._ask(parse.ONE, account=self._account, now=parse.error_nrql(minutes, facets))
        return Result({"errors": [parse.error(row) for row in parse.results(answer, "now")]})

    def _ask(self, query: str, **variables: Any) -> Mapping[str, Any]:
        answer = self._line.row("POST", "/graphql", "graphql", json={"query": query, "variables": variables})
        if failed := parse.failed(answer):
            raise failed
        return answer


def _named(text: str) -> Mapping[str, str]:
    pairs = (one.partition("=") for one in text.replace("\n", ";").split(";") if "=" in one)
    return {name.strip(): query.strip() for name, _, query in pairs if name.strip() and " FROM " in query}


def _minutes(order: Order) -> int:
    return min(max(int(order.inputs["minutes"]), 1), LONGEST)
