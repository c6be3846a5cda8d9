"""GitHub's REST calls for one repository, each made once. What an answer means is read in ``parse``."""

from collections.abc import Iterator
from datetime import UTC, datetime

import requests
from requests.auth import AuthBase

from connectors import http
from connectors.base import Connection
from connectors.errors import ConnectorError, RateLimited
from connectors.plain import Plain, Row, rows
from connectors.rest import Answer, Rest

API = "https://api.github.com"
VERSION = "2022-11-28"
PAGE = 100
PAGES = 5
"""Pages read at most of what was changed lately: 500 issues."""


class Token(AuthBase):
    """Says who we are, and which version of the API we know."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        request.headers["Accept"] = "application/vnd.github+json"
        request.headers["X-GitHub-Api-Version"] = VERSION
        return request


class Client:
    """One repository. Every method raises ConnectorError when it fails, or TypeError for a list that is none."""

    def __init__(self, connection: Connection) -> None:
        rest = Rest("github", connection, connection.base_url or API, Token(connection.secrets.get("token", "")))
        self._line = Plain(rest, judged)
        self.repository = connection.settings.get("repository", "")
        self._root = f"/repos/{self.repository}"

    def here(self) -> Row:
        """The repository."""
        return self._line.row("GET", self._root, "repository")

    def search(self, words: str, most: int) -> list[Row]:
        """Issues that hold all of these words."""
        params = {"q": f"{words} repo:{self.repository} is:issue", "per_page": most}
        return rows(self._line.row("GET", "/search/issues", "search/issues", query=params).get("items"))

    def comments(self, number: int) -> list[Row]:
        """What stands below an issue, oldest first, one page."""
        return rows(
            self._line.ask("GET", f"{self._root}/issues/{number}/comments", "issue/comments", query={"per_page": PAGE})
        )

    def issue(self, number: int) -> Row:
        """One issue."""
        return self._line.row("GET", f"{self._root}/issues/{number}", "issue")

    def changed(self, since: datetime) -> Iterator[Row]:
        """Issues that were changed since then, newest first: a list, which unlike the search never runs behind."""
        params = {"state": "all", "sort": "created", "direction": "desc", "per_page": PAGE, "since": stamp(since)}
        for page in range(1, PAGES + 1):
            found = rows(self._line.ask("GET", f"{self._root}/issues", "issues", query={**params, "page": page}))
            yield from found
            if len(found) < PAGE:
                return

    def create(self, values: Row) -> Row:
        """A new issue."""
        return self._line.row("POST", f"{self._root}/issues", "issues", json=values)

    def close(self, number: int) -> None:
        """Close an issue that turned out to be none."""
        self._line.row(
            "PATCH", f"{self._root}/issues/{number}", "issue", json={"state": "closed", "state_reason": "not_planned"}
        )

    def comment(self, number: int, body: str) -> Row:
        """Write below an issue."""
        return self._line.row("POST", f"{self._root}/issues/{number}/comments", "issue/comments", json={"body": body})

    def uncomment(self, comment: int) -> None:
        """Take a comment of ours away."""
        self._line.ask("DELETE", f"{self._root}/issues/comments/{comment}", "comment")


def stamp(at: datetime) -> str:
    """A moment as GitHub writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def judged(answer: Answer) -> ConnectorError | None:
    """What a status means here: GitHub says 403 as well as 429 to who asks too often, and when to come back in two ways."""
    if answer.status in (403, 429):
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if "retry-after" in headers:
            return RateLimited(f"{answer.where} answered {answer.status}", http.retry_after(headers))
        if headers.get("x-ratelimit-remaining") == "0" or answer.status == 429:
            return RateLimited(f"{answer.where} answered {answer.status}", _until(headers.get("x-ratelimit-reset", "")))
    return answer.error()


def _until(reset: str) -> float:
    """Seconds to a moment given in seconds since 1970; at most an hour."""
    if not (reset.isascii() and reset.isdigit() and len(reset) < 12):
        return http.SANE
    return min(max(float(reset) - datetime.now(UTC).timestamp(), 1.0), http.LONGEST)
