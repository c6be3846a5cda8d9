"""A played repository with one issue."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from app.sandbox.backends.github import GitHubBackend
from app.sandbox.world import World
from connectors.errors import ConnectorError, RateLimited
from connectors.github import GitHub
from tests.connectors.backends import connection, played


class RepositoryStage:
    name = "github"
    personal = ("Jane", "ends with error 500")
    bare = frozenset({"close_issue"})
    answers: ClassVar[dict[int, type[ConnectorError]]] = {403: RateLimited}
    """With Retry-After: its second limit on calls."""

    def __init__(self, played_: GitHubBackend, backend: GitHub) -> None:
        self.played, self.world, self.backend, self.secrets = played_, played_.world, backend, (played_.token,)
        self.number = str(played_.write("Export fails with 500", "Known.").number)
        self.examples = {
            "search_issues": {"query": "Export fails with 500"},
            "find_issue": {"issue": self.number},
            "create_issue": {"title": "Export fails", "text": "It ends with error 500, says Jane."},
            "comment_issue": {"issue": self.number, "text": "Jane has it, too."},
            "link_issue": {"issue": self.number, "url": "https://desk.example.com/tickets/7", "title": "Ticket 7"},
        }

    def seen(self, operation: str) -> int:
        if operation in ("link_issue", "comment_issue"):
            return len(self.played.issues[int(self.number)].comments)
        return sum(one.state == "open" for one in self.played.issues.values()) - 1


@contextmanager
def open() -> Iterator[RepositoryStage]:
    repository = GitHubBackend(World())
    with played(repository) as base:
        settings = {"repository": "acme/app"}
        yield RepositoryStage(repository, GitHub(connection(base, settings, token=repository.token)))
