"""Whether we are well, for load balancers and supervisors. Says nothing about accounts."""

from flask import Blueprint, Response
from sqlalchemy import text

from app.db import migrations
from app.errors import BrokerDown
from app.services import Services


def blueprint(services: Services) -> Blueprint:
    """``/healthz``: webhooks can be taken. ``/readyz``: they will be worked on, too."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        _writable(services)
        return Response("ok\n", content_type="text/plain")

    @pages.get("/readyz")
    def readyz() -> Response:
        _writable(services)
        if migrations.pending(services.database):
            return Response("the database is not up to date: deskhand db upgrade\n", 503, content_type="text/plain")
        try:
            services.work.check()
        except BrokerDown as error:
            return Response(f"{error}\n", 503, content_type="text/plain")
        return Response("ready\n", content_type="text/plain")

    return pages


def _writable(services: Services) -> None:
    """Raises DatabaseDown unless an event could be saved now (on SQLite this takes the write lock)."""
    with services.database.session() as session:
        session.execute(text("select id from event limit 1"))
