"""Ordered failures at the API's door: wraps a host's blueprint so that hangs, resets and refusals happen on the wire."""

import socket
import threading
from typing import Any

from flask import Blueprint, Response, request

from app.sandbox.world import FAULTS, World


def faulty(blueprint: Blueprint, world: World, host: str) -> Blueprint:
    """The same blueprint; every call first asks the world whether a fault was ordered for it."""

    @blueprint.before_request
    def before() -> Response | None:
        fault = world.faults.take(host, request.method, request.path, FAULTS)
        if fault is None:
            return None
        if fault.kind == "status":
            return Response("{}", fault.status, dict(fault.headers), content_type="application/json")
        if fault.kind in ("reset_after", "hang_after"):
            request.environ["sandbox.reset"] = fault.seconds if fault.kind == "hang_after" else 0.0
            return None
        if fault.kind == "hang":
            threading.Event().wait(fault.seconds)
        return _hang_up()

    @blueprint.after_request
    def after(response: Response) -> Response:
        silent = request.environ.pop("sandbox.reset", None)
        if silent is None:
            return response
        threading.Event().wait(silent)
        return _hang_up()

    return blueprint


def _hang_up() -> Response:
    """Cut the connection without a word. Needs the server to hand over its socket, as werkzeug's does."""
    line: Any = request.environ["werkzeug.socket"]
    line.shutdown(socket.SHUT_RDWR)
    return Response(status=500)
