"""What issue trackers do alike: eight operations, a search with fewer words where more find nothing, webhooks signed over their body."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from connectors import signing
from connectors.errors import BadSignature, NotFound
from connectors.issues import search_words
from connectors.operations import OPERATIONS, Fields, Operation, Result
from connectors.plain import reading
from connectors.rest import Order, run
from connectors.types import Inbound

FOUND = 5
"""Hits of a search."""
WORDS = (6, 3, 2)
"""Trackers want every word of a query in the issue, so fewer are tried where more find nothing."""
Rows = Sequence[Mapping[str, Any]]


class Tracker(ABC):
    """A backend with issues. Each tracker says how it searches, opens, links, comments and closes."""

    name: ClassVar[str]

    def __init__(self) -> None:
        self._acts: Mapping[str, Callable[[Order], Result]] = {
            "search_issues": self._search,
            "find_issue": self._find,
            "create_issue": self._create,
            "link_issue": self._link,
            "unlink_issue": self._unlink,
            "comment_issue": self._comment,
            "delete_comment": self._uncomment,
            "close_issue": self._close,
        }

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do."""
        return {name: OPERATIONS[name] for name in self._acts}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``connectors.operations.Backend``."""
        with reading(f"{self.name}: {operation}"):
            return run(self._acts, self.operations, operation, Order(inputs, key, since))

    @abstractmethod
    def _search(self, order: Order) -> Result: ...

    @abstractmethod
    def _find(self, order: Order) -> Result: ...

    @abstractmethod
    def _create(self, order: Order) -> Result: ...

    @abstractmethod
    def _link(self, order: Order) -> Result: ...

    @abstractmethod
    def _unlink(self, order: Order) -> Result: ...

    @abstractmethod
    def _comment(self, order: Order) -> Result: ...

    @abstractmethod
    def _uncomment(self, order: Order) -> Result: ...

    @abstractmethod
    def _close(self, order: Order) -> Result: ...


def searched(query: str, ask: Callable[[str], Rows]) -> Rows:
    """What ``ask`` finds for the first words of a query, with ever fewer of them; no words are asked for twice."""
    for words in dict.fromkeys(search_words(query, most) for most in WORDS):
        if words and (found := ask(words)):
            return found
    return ()


def verify(request: Inbound, header: str, secret: str) -> None:
    """Raises BadSignature unless ``header`` (``sha256=`` and the HMAC of the body) was made with the secret; without one nothing was."""
    expected = "sha256=" + signing.mac(secret, request.body, "sha256").hex()
    if not secret or not signing.same(expected, request.headers.get(header.lower(), "")):
        raise BadSignature(header)


def gone(remove: Callable[[], None]) -> Result:
    """What is away already counts as taken away."""
    try:
        remove()
    except NotFound:
        return Result({}, recovered=True)
    return Result({})
