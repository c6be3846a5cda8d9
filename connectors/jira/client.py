"""Jira Cloud's REST v3 calls for one site, each made once. What an answer means is read in ``parse``."""

from urllib.parse import quote

from connectors.base import Connection
from connectors.plain import Plain, Row, rows
from connectors.rest import Rest

ROOT = "/rest/api/3"
FOUND = ("summary", "status", "resolution", "description", "labels", "duedate", "comment", "reporter")


class Client:
    """One site. Every method raises ConnectorError when it fails, or TypeError for a list that is none."""

    def __init__(self, connection: Connection) -> None:
        login = (connection.settings.get("email", ""), connection.secrets.get("token", ""))
        self._line = Plain(Rest("jira", connection, connection.base_url, login))

    def me(self) -> Row:
        """Our own user."""
        return self._line.row("GET", f"{ROOT}/myself", "myself")

    def search(self, jql: str, most: int) -> list[Row]:
        """The first issues that a query finds."""
        body = {"jql": jql, "maxResults": most, "fields": list(FOUND)}
        return rows(self._line.row("POST", f"{ROOT}/search/jql", "search/jql", json=body).get("issues"))

    def issue(self, key: str) -> Row:
        """One issue."""
        return self._line.row("GET", _issue(key), "issue", query={"fields": "summary,status,resolution"})

    def create(self, fields: Row) -> Row:
        """A new issue."""
        return self._line.row("POST", f"{ROOT}/issue", "issue", json={"fields": dict(fields)})

    def transitions(self, key: str) -> list[Row]:
        """Where an issue can go from where it is."""
        return rows(self._line.row("GET", f"{_issue(key)}/transitions", "issue/transitions").get("transitions"))

    def move(self, key: str, transition: str) -> None:
        """Move it there."""
        self._line.ask(
            "POST", f"{_issue(key)}/transitions", "issue/transitions", json={"transition": {"id": transition}}
        )

    def link(self, key: str, global_id: str, url: str, title: str) -> Row:
        """Put a web link on an issue; the same global id changes that link."""
        body = {"globalId": global_id, "relationship": "relates to", "object": {"url": url, "title": title[:255]}}
        return self._line.row("POST", f"{_issue(key)}/remotelink", "issue/remotelink", json=body)

    def unlink(self, key: str, link: str) -> None:
        """Take a web link off."""
        self._line.ask("DELETE", f"{_issue(key)}/remotelink/{quote(link, safe='')}", "issue/remotelink")

    def comments(self, key: str) -> list[Row]:
        """What was said on an issue, newest first, one page."""
        found = self._line.row(
            "GET", f"{_issue(key)}/comment", "issue/comment", query={"orderBy": "-created", "maxResults": 100}
        )
        return rows(found.get("comments"))

    def comment(self, key: str, document: Row) -> Row:
        """Say something on an issue."""
        return self._line.row("POST", f"{_issue(key)}/comment", "issue/comment", json={"body": document})

    def uncomment(self, key: str, comment: str) -> None:
        """Take a comment of ours away."""
        self._line.ask("DELETE", f"{_issue(key)}/comment/{quote(comment, safe='')}", "issue/comment")


def _issue(key: str) -> str:
    return f"{ROOT}/issue/{quote(key, safe='')}"
