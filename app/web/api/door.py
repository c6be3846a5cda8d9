"""The one way into our API: whose token, which operation, what is asked, once for each key; and every answer as it was declared."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Response, request

from app import logs, metrics
from app.db import answered, trail
from app.db.answered import Answered, Keyed, OtherRequest, StillAsked
from app.db.trail import Entry, What
from app.services import Services
from app.web.api import reading
from app.web.api.auth import RATE, Caller, Guard
from app.web.api.declared import Nothing, Operation, Told
from app.web.api.problems import SAFE, ApiError
from app.web.limits import Pace

LONGEST_KEY = 100
JSON = "application/json"
SAFE_METHODS = ("GET", "HEAD")
NOBODY = Caller("", "", frozenset())


@dataclass(frozen=True)
class Answer:
    """What is told, if it is not simply the first thing that the operation declares."""

    told: Told
    status: int = 0
    """0: the operation's first."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """A document of its own kind, as JSON."""

    text: str


View = Callable[..., Told | Answer | Written]


class Door:
    """Where resources hang their operations. A view gets the caller, then ``path``, ``query`` and ``body`` as far as declared.

    It is not run for anybody without its scope, nor with anything that is not as declared.
    """

    def __init__(self, pages: Blueprint, services: Services, rate: int = RATE) -> None:
        self.services = services
        self.operations: list[Operation] = []
        self._pages = pages
        self._guard = Guard(services.database, rate, services.rates)

    def serves(self, operation: Operation) -> Callable[[View], View]:
        """Decorates the view of an operation."""

        def hang(view: View) -> View:
            def guarded(**values: str) -> Response:
                caller, pace = self._let_in(operation)
                with (
                    logs.context(account=caller.account_id, access=caller.access_id),
                    trail.acting(f"token:{caller.access_id}", f"token:{caller.access_id}") as acts,
                ):
                    metrics.count(f"api.{operation.id}")
                    answer = self._answered(operation, view, caller, values, pace)
                    if operation.personal or (operation.method not in SAFE_METHODS and not acts.recorded):
                        self._record(operation, caller, values)
                    return answer

            self.operations.append(operation)
            self._pages.add_url_rule(
                operation.flask_rule,
                endpoint=operation.id,
                view_func=guarded,
                methods=[operation.method],
                provide_automatic_options=False,
            )
            return view

        return hang

    def _record(self, operation: Operation, caller: Caller, values: Mapping[str, str]) -> None:
        """That this was read or asked for; who cannot be recorded is told nothing."""
        what = What.READ if operation.method in SAFE_METHODS else What.ASKED
        ticket = values.get("ticketId", "")
        detail = {"data": [operation.personal]} if operation.personal else {}
        entry = Entry(what, operation.id, ticket if re.fullmatch("[0-9a-f]{32}", ticket) else "", detail=detail)
        with self.services.database.session() as session:
            trail.record(session, caller.account_id, entry)

    def _let_in(self, operation: Operation) -> tuple[Caller, Pace]:
        if not operation.scope:
            return NOBODY, self._guard.stranger()
        return self._guard.caller(operation.scope)

    def _answered(
        self, operation: Operation, view: View, caller: Caller, values: Mapping[str, str], pace: Pace
    ) -> Response:
        try:
            given = _given(operation, values)
            response = (
                self._once(operation, view, caller, given) if operation.keyed else _run(operation, view, caller, given)
            )
        except ApiError as error:
            error.headers |= pace.headers
            raise
        response.headers.extend(pace.headers)
        return response

    def _once(self, operation: Operation, view: View, caller: Caller, given: Mapping[str, Any]) -> Response:
        """The view's answer; the one it gave before, where the key came before."""
        keyed = _keyed(operation, caller)
        if keyed is None:
            return _run(operation, view, caller, given)
        known = self._begun(keyed)
        if known:
            return _response(known.status, known.body, {"Idempotency-Replayed": "true"})
        named = hashlib.sha256(f"{keyed.access_id}:{keyed.key}".encode()).hexdigest()[:32]
        done = False
        try:
            response = _run(operation, view, replace(caller, key=named), given)
            done = True
        finally:
            with self.services.database.session() as session:
                if done:
                    answered.finish(session, keyed, Answered(response.status_code, response.get_data(as_text=True)))
                else:
                    answered.forget(session, keyed)
        return response

    def _begun(self, keyed: Keyed) -> Answered | None:
        database = self.services.database
        try:
            with database.session() as session:
                return answered.begin(session, keyed, database.now(session))
        except OtherRequest:
            raise ApiError(
                409, "key_reused", "This Idempotency-Key was used for another request: send a new one."
            ) from None
        except StillAsked:
            detail = "The same request is being answered right now."
            raise ApiError(409, "key_in_use", detail, {"Retry-After": "2"}) from None


def idempotency_key() -> str:
    """The key that came along, or nothing. Raises ApiError for one that cannot be kept."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY or not key.isprintable() or not key.isascii():
        raise ApiError(400, "bad_key", f"Idempotency-Key: give at most {LONGEST_KEY} printable characters.")
    return key


def _keyed(operation: Operation, caller: Caller) -> Keyed | None:
    key = idempotency_key()
    if not key:
        return None
    asked = "\n".join((operation.id, request.full_path)).encode() + b"\n" + request.get_data()
    return Keyed(caller.access_id, key, hashlib.sha256(asked).hexdigest())


def _given(operation: Operation, values: Mapping[str, str]) -> dict[str, Any]:
    """What was asked, as declared. Raises ApiError."""
    given: dict[str, Any] = {}
    if operation.path is not Nothing:
        given["path"] = reading.parameters(operation.path, {name: [value] for name, value in values.items()})
    query = reading.parameters(operation.query, request.args.to_dict(flat=False))
    if operation.query is not Nothing:
        given["query"] = query
    if operation.body is not None:
        given["body"] = reading.body(operation.body)
    return given


def _run(operation: Operation, view: View, caller: Caller, given: Mapping[str, Any]) -> Response:
    """What the view tells, held against what was declared: an answer that is not so is a mistake of ours."""
    found = view(caller, **given)
    if isinstance(found, Written):
        return _response(next(iter(operation.answers)), found.text, {})
    answer = found if isinstance(found, Answer) else Answer(found)
    status = answer.status or next(iter(operation.answers))
    declared = operation.answers[status]
    if declared is None or not isinstance(answer.told, declared):
        raise TypeError(f"{operation.id} answers {status} with something else than it declares")
    return _response(status, reading.written(answer.told), answer.headers)


def _response(status: int, body: str, headers: Mapping[str, str]) -> Response:
    return Response(body, status, {**SAFE, **headers}, content_type=JSON)
