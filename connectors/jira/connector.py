"""The backend Jira Cloud: issues of one project, searched, opened, linked, commented on; its webhooks when one is resolved."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from connectors.base import Connection, Setting
from connectors.errors import NotFound, Refused
from connectors.jira import parse
from connectors.jira.client import Client
from connectors.operations import Fields, Result, Signal
from connectors.rest import Order
from connectors.tracker import FOUND, Tracker, gone, searched, verify
from connectors.types import Inbound

SETTINGS = (
    Setting("email", "The address of the Atlassian account that the token belongs to."),
    Setting("token", "An API token of that account.", secret=True),
    Setting("project", "The key of the project for customers' issues.", pattern=r"[A-Z][A-Z0-9_]{1,30}"),
    Setting("issue_type", "What kind of issue is opened, as it is named there (Bug, Task).", required=False),
    Setting(
        "assignees",
        "Whom our teams are there: engineering=5b10a2844c20165700ede21g, ... Others become a label.",
        required=False,
        pattern=r"([^=,]+=[\w:-]+(\s*,\s*[^=,]+=[\w:-]+)*)?",
    ),
    Setting(
        "webhook_secret", "The secret of the site's webhook; without it none is taken.", secret=True, required=False
    ),
)
PRIORITIES: Mapping[str, str] = {
    "low": "Low",
    "normal": "Medium",
    "high": "High",
    "urgent": "Highest",
    "critical": "Highest",
}
SPARED = ("priority", "assignee")
"""Fields that a project may not let anybody set: an issue without them is better than none."""
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}-\d{1,10}")


class Jira(Tracker):
    """One project. What we open carries a label with the key, so that a repeat finds it; links have it as their global id."""

    name: ClassVar[str] = "jira"
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._client = Client(connection)
        self._site = connection.base_url.rstrip("/")
        self._secret = connection.secrets.get("webhook_secret", "")
        self._project = connection.settings.get("project", "")
        self._kind = connection.settings.get("issue_type", "") or "Task"
        pairs = (one.partition("=") for one in connection.settings.get("assignees", "").split(",") if "=" in one)
        self._assignees = {team.strip().casefold(): person.strip() for team, _, person in pairs}

    def check(self) -> Mapping[str, str]:
        """Who the token is there."""
        me = self._client.me()
        return {"user_id": str(me.get("accountId") or ""), "account": self._project}

    def heard(self, request: Inbound) -> Sequence[Signal]:
        """An issue's status or resolution changed."""
        verify(request, "X-Hub-Signature", self._secret)
        return parse.signals(request, self._project)

    # --- reads --------------------------------------------------------------------------------------------------

    def _search(self, order: Order) -> Result:
        here = f'project = "{self._project}"'
        found = searched(
            order.text("query"),
            lambda words: self._client.search(f'{here} AND text ~ "{words}" ORDER BY updated DESC', FOUND),
        )
        return Result({"issues": [parse.issue(row, self._site) for row in found]})

    def _find(self, order: Order) -> Result:
        return Result(parse.found(self._client.issue(_key(order)), self._site))

    # --- effects ------------------------------------------------------------------------------------------------

    def _create(self, order: Order) -> Result:
        mark = _mark(order)
        if order.since:
            known = self._client.search(f'project = "{self._project}" AND labels = "{mark}"', 1)
            if known:
                return Result(self._made(known[0]), recovered=True)
        return Result(self._made(self._opened(self._fields(order, mark))))

    def _fields(self, order: Order, mark: str) -> dict[str, Any]:
        team = order.text("assignee")
        person = self._assignees.get(team.casefold(), "")
        labels = [*(order.inputs.get("labels") or ()), *((team,) if team and not person else ())]
        values: dict[str, Any] = {
            "project": {"key": self._project},
            "issuetype": {"name": self._kind},
            "summary": " ".join(order.text("title").split())[:250],
            "description": parse.document(order.text("text")[:30_000]),
            "labels": list(dict.fromkeys([mark, *(word for one in labels if (word := parse.label(str(one))))])),
        }
        if priority := PRIORITIES.get(order.text("priority").casefold()):
            values["priority"] = {"name": priority}
        return values | ({"assignee": {"accountId": person}} if person else {})

    def _opened(self, values: dict[str, Any]) -> Mapping[str, Any]:
        """Tried once more without the fields that a project's screens often lack."""
        try:
            return self._client.create(values)
        except Refused:
            if not any(name in values for name in SPARED):
                raise
            return self._client.create({name: value for name, value in values.items() if name not in SPARED})

    def _made(self, row: Mapping[str, Any]) -> Fields:
        return {"issue": str(row["key"]), "url": parse.address(self._site, str(row["key"]))}

    def _link(self, order: Order) -> Result:
        """The global id makes a repeat change the same link, so nothing has to be read first."""
        made = self._client.link(_key(order), _mark(order), order.text("url"), order.text("title"))
        return Result({"link": str(made["id"])})

    def _unlink(self, order: Order) -> Result:
        return gone(lambda: self._client.unlink(_key(order), order.text("link")))

    def _comment(self, order: Order) -> Result:
        """Comments show their marker: Jira hides nothing from API tokens that only an app could read."""
        mark, issue = _mark(order), _key(order)
        if order.since:
            for row in self._client.comments(issue):
                if mark in parse.plain(row.get("body")):
                    return Result({"comment": str(row["id"])}, recovered=True)
        return Result(
            {"comment": str(self._client.comment(issue, parse.document(f"{order.text('text')}\n\n{mark}"))["id"])}
        )

    def _uncomment(self, order: Order) -> Result:
        return gone(lambda: self._client.uncomment(_key(order), order.text("comment")))

    def _close(self, order: Order) -> Result:
        """By the first way that leads to a status that means done; one that is done already is left alone."""
        issue = _key(order)
        if parse.resolved(self._client.issue(issue).get("fields") or {}):
            return Result({}, recovered=order.since is not None)
        ways = (row for row in self._client.transitions(issue) if parse.resolved({"status": row.get("to")}))
        way = next(ways, None)
        if way is None:
            raise Refused("close_issue: the project's workflow has no way from here to a status that means done")
        self._client.move(issue, str(way["id"]))
        return Result({})


def _key(order: Order) -> str:
    """Raises NotFound for what is no issue's key."""
    given = order.text("issue").strip()
    if not _KEY.fullmatch(given):
        raise NotFound("no such issue")
    return given.upper()


def _mark(order: Order) -> str:
    return f"deskhand-{order.mark}"
