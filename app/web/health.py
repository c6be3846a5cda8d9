"""Whether we are well, for load balancers and supervisors. Says nothing about accounts.

Two questions that must not be mixed. Alive: would a restart help? No trouble of a database or a broker is mended by one, and a
probe that failed by them would end every web process at once, with what each has in hand. Ready: can a webhook be taken now?
That needs the database. It does not need the broker: what is saved is rung for later, and who took webhooks away from us because
of it would have vendors drop what we could have kept.
"""

from flask import Blueprint, Response
from sqlalchemy import text

from app.db import migrations
from app.errors import BrokerDown
from app.services import Services


def blueprint(services: Services) -> Blueprint:
    """``/healthz``: this process answers. ``/readyz``: webhooks can be taken; what does not answer besides is named."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain")

    @pages.get("/readyz")
    def readyz() -> Response:
        _writable(services)
        if migrations.pending(services.database):
            return Response("the database is not up to date: deskhand db upgrade\n", 503, content_type="text/plain")
        try:
            services.work.check()
        except BrokerDown as error:
            return Response(f"ready, but {error}; what comes in waits in the database\n", content_type="text/plain")
        return Response("ready\n", content_type="text/plain")

    return pages


def _writable(services: Services) -> None:
    """Raises DatabaseDown unless an event could be saved now (on SQLite this takes the write lock)."""
    with services.database.session() as session:
        session.execute(text("select id from event limit 1"))
