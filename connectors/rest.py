"""A backend's HTTP API: guarded calls with every limit set, and answers that are read into a shape or refused. No vendor's rule.

Nothing is ever sent twice from here: whether an effect may be repeated is for whoever knows its key.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import requests
from pydantic import BaseModel, ConfigDict, ValidationError
from requests.auth import AuthBase

from connectors import http, watch
from connectors.base import Connection, Setting
from connectors.errors import BadPayload, ConnectorError, Unavailable, Unsupported
from connectors.guard import Guarded, reach
from connectors.operations import Fields, Operation, Result

LARGEST = 8_000_000
"""Bytes of one answer."""
SECONDS = (5.0, 20.0)
"""To connect, and between two pieces of an answer."""
LONGEST = 40.0
"""Seconds for one whole answer, however slowly it drips."""

PRIVATE = Setting(
    "private",
    "yes, if this backend has a private address (10.x, 192.168.x, fd..); left out, only public ones are called",
    required=False,
    pattern="yes|no",
)
"""For backends that people run in their own network."""


class Shape(BaseModel):
    """What an answer has to look like; whatever else is in it is not looked at. No value is bent into another type."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


S = TypeVar("S", bound=Shape)


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status. ``where`` names the call and holds no value of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    where: str

    def read(self, kind: type[S]) -> S:
        """The body as this shape. Raises BadPayload, which names the path and quotes nothing."""
        try:
            return kind.model_validate_json(self.body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            path = ".".join(map(str, first["loc"])) or "body"
            raise BadPayload(f"{self.where}: {path}", f"is not what the API describes ({first['type']})") from None

    def value(self) -> Any:
        """The body as plain JSON; nothing, if there is none. Raises BadPayload."""
        try:
            return json.loads(self.body) if self.body.strip() else None
        except ValueError:
            raise BadPayload(f"{self.where}: body", "is not JSON") from None

    def error(self) -> ConnectorError | None:
        """What the status means, by the one table; None for 2xx."""
        return http.error(self.status, self.headers, self.where)

    def checked(self) -> "Answer":
        """This answer, if it is 2xx. Raises the ConnectorError that it is otherwise."""
        if error := self.error():
            raise error
        return self


@dataclass(frozen=True)
class Call:
    """One request. ``where`` is how errors name it: the method and the path's pattern, never a value."""

    method: str
    path: str
    where: str
    query: Mapping[str, Any] | None = None
    json: Any = None
    form: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None


class Rest:
    """One API of one connection: where it is, how we say who we are, how far its requests may go."""

    def __init__(self, name: str, connection: Connection, base_url: str, auth: AuthBase | tuple[str, str]) -> None:
        if not base_url:
            raise BadPayload("base_url", f"is needed: where {name} is (https)")
        self._name, self._base = name, base_url.rstrip("/")
        self._session = Guarded(reach(self._base, private=connection.settings.get(PRIVATE.name) == "yes"))
        self._session.auth = auth
        self._session.headers.update({"User-Agent": "deskhand/1", "Accept": "application/json"})

    def send(self, call: Call) -> Answer:
        """Send it once. Raises Unavailable without an answer; what the status means is the caller's to ask."""
        where = f"{self._name}: {call.where}"
        try:
            with (
                watch.call(self._name, call.method) as told,
                self._session.request(
                    call.method,
                    self._base + call.path,
                    params=call.query,
                    json=call.json,
                    data=call.form,
                    headers=call.headers,
                    timeout=SECONDS,
                    stream=True,
                ) as answer,
            ):
                told.answered(answer.status_code, answer.headers.get("Date"))
                return Answer(answer.status_code, answer.headers, _body(answer, where), where)
        except requests.RequestException as error:
            raise Unavailable(f"{where}: no answer ({type(error).__name__})") from None

    def get(self, path: str, where: str = "", **query: Any) -> Answer:
        """Read. Raises the ConnectorError that the status means."""
        return self.send(Call("GET", path, f"GET {where or path}", query=query)).checked()

    def fetch(self, url: str, where: str) -> bytes:
        """A public file that an answer named, asked for without our credentials. Raises a ConnectorError."""
        bare = Guarded(reach(url) if reach(self._base) == reach(url) else reach(""))
        try:
            with bare.get(url, timeout=SECONDS, stream=True, headers={"User-Agent": "deskhand/1"}) as answer:
                return (
                    Answer(answer.status_code, answer.headers, _body(answer, where), f"{self._name}: {where}")
                    .checked()
                    .body
                )
        except requests.RequestException as error:
            raise Unavailable(f"{self._name}: {where}: no answer ({type(error).__name__})") from None


class Header(AuthBase):
    """Says who we are in one header."""

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign the request."""
        request.headers[self._name] = self._value
        return request


@dataclass(frozen=True)
class Order:
    """One operation to carry out: its inputs, the name of the effect, and since when an earlier attempt may count."""

    inputs: Fields
    key: str = ""
    since: datetime | None = None

    @property
    def mark(self) -> str:
        """The effect's name as it is left at the vendor: short, plain, and telling nobody anything."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]

    def text(self, name: str) -> str:
        """An input as text, trimmed; empty when it is not there."""
        return str(self.inputs.get(name) or "").strip()


def run(
    ways: Mapping[str, Callable[[Order], Result]],
    operations: Mapping[str, Operation],
    name: str,
    order: Order,
) -> Result:
    """Carry out one operation by its own way. Raises Unsupported for one that is not there or lacks an input or its key."""
    if name not in ways:
        raise Unsupported(f"there is no operation {name} here")
    operation = operations[name]
    lacking = [one for one in operation.inputs if order.inputs.get(one) in (None, "", [], {})]
    if lacking:
        raise Unsupported(f"{name} cannot be done without {', '.join(lacking)}")
    if operation.risk != "read" and not order.key:
        raise Unsupported(f"{name} is not done without a key")
    return ways[name](order)


def moment(at: datetime | None) -> str | None:
    """A moment as plain JSON: ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def folded(email: str | None) -> str | None:
    """An e-mail address as owners are compared."""
    return email.strip().casefold() if email and email.strip() else None


def nested(fields: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Mappings and lists as form fields with brackets: ``{"a": {"b": [1]}}`` is ``a[b][0]=1``. Nothing is left out."""
    flat: dict[str, str] = {}
    for name, value in fields.items():
        path = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, Mapping):
            flat |= nested(value, path)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            flat |= nested({str(place): one for place, one in enumerate(value)}, path)
        elif value is not None:
            flat[path] = str(value).lower() if isinstance(value, bool) else str(value)
    return flat


def _body(answer: requests.Response, where: str) -> bytes:
    end, content = time.monotonic() + LONGEST, bytearray()
    for piece in answer.iter_content(65536):
        content += piece
        if len(content) > LARGEST:
            raise BadPayload(f"{where}: body", f"has more than {LARGEST // 1_000_000} MB")
        if time.monotonic() > end:
            raise Unavailable(f"{where}: the answer did not end in time")
    return bytes(content)
