"""Puts played hosts on one loopback port, with the control API and the inbox page. What a host answers is the host's own."""

import threading
from collections.abc import Mapping, Sequence
from types import TracebackType

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.routes import Route
from app.sandbox.control import control
from app.sandbox.door import watch
from app.sandbox.inbox.place import Place
from app.sandbox.inbox.routes import inbox
from app.sandbox.world import Host, Played, World


def application(
    world: World,
    hosts: Sequence[Host],
    places: Mapping[str, Place] | None = None,
    backends: Sequence[Played] = (),
) -> Flask:
    """One Flask application: each host and backend under ``/<name>``, control under ``/_sandbox/``, the inbox page at ``/``."""
    app = Flask("app.sandbox", static_folder=None)
    app.url_rule_class = Route
    app.config["MAX_CONTENT_LENGTH"] = 16 << 20
    watch(app)
    for played in (*hosts, *backends):
        app.register_blueprint(played.blueprint(), url_prefix=f"/{played.name}", name=played.name)
    app.extensions["sandbox"] = (world, tuple(hosts))
    app.extensions["inbox"] = dict(places or {})
    app.register_blueprint(control)
    app.register_blueprint(inbox)
    return app


class Quiet(WSGIRequestHandler):
    """No access log, and connections kept open as the vendors keep them."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: request lines may hold what a customer searched for."""


class Served:
    """A running sandbox: ``with Served(app) as base: requests.get(base + "/zendesk/...")``."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        """Listens from now on. Raises OSError when somebody else listens there."""
        try:
            self._server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
        except SystemExit as error:  # werkzeug's word for a port that is taken
            raise OSError(f"cannot listen on port {port}: somebody else does") from error
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # the threaded class has it
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def base(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> str:
        self._thread.start()
        return self.base

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
