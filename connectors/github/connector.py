"""The backend GitHub: issues of one repository, searched, opened, commented on; its webhooks when one is closed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.base import Connection, Setting
from connectors.errors import NotFound
from connectors.github import parse
from connectors.github.client import Client
from connectors.operations import Fields, Result, Signal
from connectors.rest import Order
from connectors.tracker import FOUND, Tracker, gone, searched, verify
from connectors.types import Inbound

SETTINGS = (
    Setting("repository", "The repository, as owner/name.", pattern=r"[\w.-]+/[\w.-]+"),
    Setting("token", "A fine-grained token of that repository: issues, read and write.", secret=True),
    Setting(
        "webhook_secret",
        "The secret of the repository's webhook (content type application/json, event Issues); without it none is taken.",
        secret=True,
        required=False,
    ),
)
READ_BELOW = 3
"""Hits whose comments are read for a workaround: each costs a call."""
LEEWAY = timedelta(minutes=2)
"""How far the vendor's clock may run behind ours."""


class GitHub(Tracker):
    """One repository. A marker with the key stands unseen in whatever we write, so that a repeat finds it."""

    name: ClassVar[str] = "github"
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._client = Client(connection)
        self._secret = connection.secrets.get("webhook_secret", "")

    def check(self) -> Mapping[str, str]:
        """The repository that the token opens."""
        return {"account": str(self._client.here().get("full_name") or "")}

    def heard(self, request: Inbound) -> Sequence[Signal]:
        """An issue was closed or opened again."""
        verify(request, "X-Hub-Signature-256", self._secret)
        return parse.signals(request, self._client.repository)

    # --- reads --------------------------------------------------------------------------------------------------

    def _search(self, order: Order) -> Result:
        found = searched(order.text("query"), lambda words: self._client.search(words, FOUND))
        below = {
            row["number"]: self._client.comments(row["number"]) for row in found[:READ_BELOW] if row.get("comments")
        }
        return Result({"issues": [parse.issue(row, below.get(row["number"], ())) for row in found]})

    def _find(self, order: Order) -> Result:
        return Result(parse.found(self._client.issue(_number(order))))

    # --- effects ------------------------------------------------------------------------------------------------

    def _create(self, order: Order) -> Result:
        mark = _hidden(order)
        if order.since and (known := self._marked(mark, order.since)):
            return Result(_made(known), recovered=True)
        values = {
            "title": parse.quiet(order.text("title")).replace("\n", " ")[:200],
            "body": f"{parse.quiet(order.text('text'))[:60_000]}\n\n{mark}",
            "labels": list(order.inputs.get("labels") or ()),
        }
        return Result(_made(self._client.create(values)))

    def _marked(self, mark: str, since: datetime) -> Mapping[str, Any] | None:
        lately = self._client.changed(since - LEEWAY)
        return next((row for row in lately if str(row.get("body") or "").rstrip().endswith(mark)), None)

    def _link(self, order: Order) -> Result:
        text = f"Tracked as [{parse.quiet(order.text('title'))}]({order.text('url')})."
        said = self._say(order, text)
        return Result({"link": said.outputs["comment"]}, recovered=said.recovered)

    def _unlink(self, order: Order) -> Result:
        return gone(lambda: self._client.uncomment(int(order.text("link"))))

    def _comment(self, order: Order) -> Result:
        return self._say(order, parse.quiet(order.text("text")))

    def _uncomment(self, order: Order) -> Result:
        return gone(lambda: self._client.uncomment(int(order.text("comment"))))

    def _close(self, order: Order) -> Result:
        self._client.close(_number(order))
        return Result({})

    def _say(self, order: Order, text: str) -> Result:
        number, mark = _number(order), _hidden(order)
        if order.since:
            for row in self._client.comments(number):
                if str(row.get("body") or "").rstrip().endswith(mark):
                    return Result({"comment": str(row["id"])}, recovered=True)
        return Result({"comment": str(self._client.comment(number, f"{text}\n\n{mark}")["id"])})


def _number(order: Order) -> int:
    """Raises NotFound for what is no number of an issue: it is never put into an address."""
    given = order.text("issue").lstrip("#")
    if not (given.isascii() and given.isdigit() and len(given) < 12):
        raise NotFound("no such issue")
    return int(given)


def _hidden(order: Order) -> str:
    return f"<!-- deskhand-{order.mark} -->"


def _made(row: Mapping[str, Any]) -> Fields:
    return {"issue": str(row["number"]), "url": str(row["html_url"])}
