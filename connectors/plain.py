"""A backend's API as plain JSON objects, for backends whose answers are read field by field. No vendor's rule lives here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from connectors.errors import BadPayload, ConnectorError
from connectors.rest import Answer, Call, Rest

Row = Mapping[str, Any]
Judge = Callable[[Answer], ConnectorError | None]


class Plain:
    """Every call is made once. ``judge`` says what a status means at this vendor, where the one table does not fit."""

    def __init__(self, rest: Rest, judge: Judge = Answer.error) -> None:
        self._rest = rest
        self._judge = judge

    def ask(self, method: str, path: str, where: str, *, query: Row | None = None, json: Any = None) -> Any:
        """The answer's JSON, whatever it is. Raises a ConnectorError; ``where`` is the path without any value."""
        answer = self._rest.send(Call(method, path, f"{method} {where}", query=query, json=json))
        if error := self._judge(answer):
            raise error
        return answer.value()

    def row(self, method: str, path: str, where: str, *, query: Row | None = None, json: Any = None) -> Row:
        """The answer as one object. Raises a ConnectorError."""
        found = self.ask(method, path, where, query=query, json=json)
        if not isinstance(found, Mapping):
            raise BadPayload(f"{method} {where}", "an object was expected")
        return found


def rows(given: Any) -> list[Row]:
    """The objects of a list. Raises a TypeError for what is no list of objects."""
    if not isinstance(given, Sequence) or isinstance(given, str) or not all(isinstance(one, Mapping) for one in given):
        raise TypeError("no list of objects")
    return list(given)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Say in our words that an answer has another shape than the API describes; the words of the failure may quote it."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        raise BadPayload(what, f"is not what the API describes ({type(error).__name__})") from None
