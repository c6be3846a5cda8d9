"""One GraphQL endpoint: a document and its variables in, ``data`` in a shape out, Shopify's three kinds of refusal as our errors."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from connectors.base import Connection
from connectors.errors import ConnectorError, Forbidden, NotFound, RateLimited, Refused, Unavailable
from connectors.http import SANE
from connectors.rest import Answer, Call, Header, Rest, Shape

VERSION = "2025-10"
"""Of the Admin API; Shopify keeps each for a year and answers with the next one after that."""

D = TypeVar("D", bound=Shape)


class _Extensions(Shape):
    code: str = ""


class _Trouble(Shape):
    extensions: _Extensions = _Extensions()


class _Throttle(Shape):
    currentlyAvailable: float  # noqa: N815 - their spelling
    restoreRate: float  # noqa: N815


class _Cost(Shape):
    requestedQueryCost: float | None = None  # noqa: N815
    throttleStatus: _Throttle | None = None  # noqa: N815


class _Bill(Shape):
    cost: _Cost | None = None


class _Envelope(Shape):
    errors: tuple[_Trouble, ...] | str = ()
    extensions: _Bill | None = None


class _Data(Shape, Generic[D]):
    data: D


class Client:
    """Speaks for one shop."""

    def __init__(self, connection: Connection) -> None:
        token = Header("X-Shopify-Access-Token", connection.secrets["access_token"])
        self._rest = Rest("shopify", connection, connection.base_url, token)

    def ask(self, kind: type[D], document: str, **variables: Any) -> D:
        """Read. Raises a ConnectorError."""
        answer = self._send(document, variables)
        return answer.read(_Data[kind]).data  # type: ignore[valid-type]  # a model made at run time

    def tell(self, document: str, **variables: Any) -> Answer:
        """Change something; every user error is a refusal, named by its code. Raises a ConnectorError."""
        answer = self._send(document, variables)
        for payload in _mapping(_mapping(answer.value()).get("data")).values():
            for name, errors in _mapping(payload).items():
                if name.lower().endswith("usererrors") and errors:
                    raise _user_error(answer.where, errors)
        return answer

    def opened(self, kind: type[D], answer: Answer) -> D:
        """The ``data`` of a change that was made."""
        return answer.read(_Data[kind]).data  # type: ignore[valid-type]

    def _send(self, document: str, variables: Mapping[str, Any]) -> Answer:
        name = document.split("{", 1)[0].split("(", 1)[0].rsplit(maxsplit=1)[-1]
        body = {"query": document, "operationName": name, "variables": dict(variables)}
        answer = self._rest.send(Call("POST", f"/admin/api/{VERSION}/graphql.json", f"graphql {name}", json=body))
        answer.checked()
        envelope = answer.read(_Envelope)
        if envelope.errors:
            raise _graphql_error(answer.where, envelope)
        return answer


def _graphql_error(where: str, envelope: _Envelope) -> ConnectorError:
    """Errors come with status 200; their messages may quote what was asked, so only codes are told."""
    code = next(
        (e.extensions.code for e in envelope.errors if isinstance(e, _Trouble) and e.extensions.code), "unnamed"
    )
    if code == "THROTTLED":
        return RateLimited(f"{where}: throttled", _pause(envelope))
    if code == "ACCESS_DENIED":
        return Forbidden(f"{where}: access denied")
    if code == "INTERNAL_SERVER_ERROR":
        return Unavailable(f"{where}: internal error")
    return Refused(f"{where}: {_plain(code)}")


def _pause(envelope: _Envelope) -> float:
    """Seconds until the bucket holds enough for this query again."""
    cost = envelope.extensions.cost if envelope.extensions else None
    if not cost or not cost.throttleStatus or cost.requestedQueryCost is None or cost.throttleStatus.restoreRate <= 0:
        return SANE
    lacking = cost.requestedQueryCost - cost.throttleStatus.currentlyAvailable
    return max(1.0, lacking / cost.throttleStatus.restoreRate)


def _user_error(where: str, errors: Any) -> ConnectorError:
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    code = _plain(str(first.get("code") or "user error"))
    return (NotFound if code == "NOT_FOUND" else Refused)(f"{where}: {code}")


def _plain(code: str) -> str:
    return "".join(letter for letter in code if letter.isalnum() or letter in "_ ")[:60]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
