"""``/_sandbox/``: JSON to move the clock, order faults, write, press and look. For tests, the demo and people; never for the product."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, abort, current_app, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import HTTPException

from app.sandbox.world import Fault, Host, Sent, World

control = Blueprint("control", __name__, url_prefix="/_sandbox")


class Order(BaseModel):
    """What every order has in common: unknown names are refused, so that a slip is not a silent success."""

    model_config = ConfigDict(extra="forbid")


Ordered = TypeVar("Ordered", bound=Order)


class Move(Order):
    """So many seconds into the future, a century at most."""

    seconds: float = Field(ge=0, le=100 * 365 * 86400)


class Failure(Order):
    """A ``world.Fault`` as JSON."""

    kind: str
    host: str = ""
    method: str = ""
    path: str = ""
    times: int = Field(default=1, ge=1, le=10_000)
    status: int = Field(default=503, ge=400, le=599)
    seconds: float = Field(default=30.0, ge=0, le=86400)
    headers: dict[str, str] = {}


class Writing(Order):
    """A customer's words; with ``ticket`` an answer, without a new one."""

    host: str
    who: str = Field(min_length=1)
    text: str = Field(min_length=1)
    subject: str = ""
    ticket: str = ""


class Answering(Order):
    """A human agent's words."""

    host: str
    who: str = Field(min_length=1)
    text: str = Field(min_length=1)
    ticket: str
    public: bool = True


class Pressing(Order):
    """A click on a button of ours."""

    host: str
    who: str = Field(min_length=1)
    ticket: str
    action: str
    value: str


def world() -> World:
    """The world that this application plays."""
    return cast(tuple[World, Sequence[Host]], current_app.extensions["sandbox"])[0]


def hosts() -> Mapping[str, Host]:
    """The played hosts by name."""
    played = cast(tuple[World, Sequence[Host]], current_app.extensions["sandbox"])[1]
    return {host.name: host for host in played}


def host_named(name: str) -> Host:
    """The host, or 404."""
    host = hosts().get(name)
    if host is None:
        abort(404, f"No host {name!r}: one of {', '.join(hosts())}.")
    return host


def _order(kind: type[Ordered]) -> Ordered:
    if not request.is_json:
        abort(415, "Send JSON.")
    return kind.model_validate_json(request.get_data())


@control.errorhandler(ValidationError)
def unreadable(error: ValidationError) -> tuple[Response, int]:
    """Say which field is wrong, without repeating what was in it."""
    wrong = [{"path": ".".join(map(str, e["loc"])), "remedy": e["msg"]} for e in error.errors()]
    return jsonify(error="unreadable", wrong=wrong), 422


@control.errorhandler(HTTPException)
def refused(error: HTTPException) -> tuple[Response, int]:
    """Every refusal is JSON too."""
    return jsonify(error=error.description), error.code or 500


@control.errorhandler(LookupError)
def unknown(_: LookupError) -> tuple[Response, int]:
    """A host does not know the ticket or the person."""
    return jsonify(error="The host does not know this ticket."), 404


@control.get("/")
def overview() -> Response:
    """The time, the hosts, how many faults are still to come, and whether no webhook is on its way."""
    played = [{"name": h.name, "vendor": h.vendor} for h in hosts().values()]
    state = {"faults": len(world().faults.waiting()), "idle": world().idle(0)}
    return jsonify(now=world().clock.now().isoformat(), hosts=played, **state)


@control.post("/clock")
def move() -> Response:
    """Move everybody into the future."""
    world().clock.advance(_order(Move).seconds)
    return jsonify(now=world().clock.now().isoformat())


@control.get("/faults")
def faults() -> Response:
    """What was ordered and has not happened yet."""
    return jsonify(faults=[asdict(fault) for fault in world().faults.waiting()])


@control.post("/faults")
def fail() -> tuple[Response, int]:
    """Order a failure."""
    try:
        world().faults.order(Fault(**_order(Failure).model_dump()))
    except ValidationError:
        raise
    except ValueError as error:
        abort(422, str(error))
    return jsonify(faults=len(world().faults.waiting())), 201


@control.delete("/faults")
def mend() -> tuple[str, int]:
    """Forget every failure that has not happened yet."""
    world().faults.clear()
    return "", 204


@control.get("/deliveries")
def deliveries() -> Response:
    """Every webhook attempt, oldest first; ``?host=`` narrows."""
    wanted = request.args.get("host", "")
    return jsonify(deliveries=[_line(sent) for sent in list(world().sent) if wanted in ("", sent.host)])


@control.get("/tickets")
def tickets() -> Response:
    """Every ticket as an agent sees it; ``?host=`` and ``?ticket=`` narrow."""
    wanted, ticket = request.args.get("host", ""), request.args.get("ticket", "")
    played = [host_named(wanted)] if wanted else list(hosts().values())
    seen = [asdict(view) for host in played for view in host.views() if ticket in ("", view.id)]
    return jsonify(tickets=seen)


@control.post("/tickets")
def write() -> tuple[Response, int]:
    """A customer writes."""
    order = _order(Writing)
    host = host_named(order.host)
    ticket = host.customer_writes(order.who, order.text, subject=order.subject, ticket=order.ticket)
    return jsonify(ticket=ticket), 201


@control.post("/answers")
def answer() -> tuple[Response, int]:
    """A human agent writes."""
    order = _order(Answering)
    host_named(order.host).agent_writes(order.who, order.text, ticket=order.ticket, public=order.public)
    return jsonify(ticket=order.ticket), 201


@control.post("/clicks")
def press() -> tuple[Response, int]:
    """Somebody presses one of our buttons."""
    order = _order(Pressing)
    host_named(order.host).press(order.who, order.ticket, order.action, order.value)
    return jsonify(ticket=order.ticket), 201


def _line(sent: Sent) -> dict[str, Any]:
    """A delivery without its address, which may hold a connection's secret path."""
    return {
        "host": sent.host,
        "at": sent.at.isoformat(),
        "attempt": sent.outcome.attempt,
        "status": sent.outcome.status,
    }
