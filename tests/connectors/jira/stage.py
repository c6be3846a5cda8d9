"""A played Jira site with one issue."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.sandbox.backends.jira import JiraBackend
from app.sandbox.world import World
from connectors.jira import Jira
from tests.connectors.backends import connection, played


class SiteStage:
    name = "jira"
    personal = ("Jane", "ends with error 500")
    bare = frozenset({"close_issue"})

    def __init__(self, site: JiraBackend, backend: Jira) -> None:
        self.played, self.world, self.backend, self.secrets = site, site.world, backend, (site.token,)
        self.key = site.write("Export fails with 500", "Known.").key
        self.examples = {
            "search_issues": {"query": "Export fails with 500"},
            "find_issue": {"issue": self.key},
            "create_issue": {"title": "Export fails", "text": "It ends with error 500, says Jane."},
            "comment_issue": {"issue": self.key, "text": "Jane has it, too."},
            "link_issue": {"issue": self.key, "url": "https://desk.example.com/tickets/7", "title": "Ticket 7"},
        }

    def seen(self, operation: str) -> int:
        if operation == "comment_issue":
            return len(self.played.issues[self.key].comments)
        if operation == "link_issue":
            return len(self.played.issues[self.key].links)
        return sum(one.status != "Done" for one in self.played.issues.values()) - 1


@contextmanager
def open() -> Iterator[SiteStage]:
    site = JiraBackend(World())
    with played(site) as base:
        yield SiteStage(site, Jira(connection(base, {"email": site.email, "project": "SUPPORT"}, token=site.token)))
