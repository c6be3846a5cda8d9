"""``/metrics``: what all processes counted, and how things stand in the database and the queue. For this machine, or by a token.

One address tells of the whole installation, so it is scraped at one address, however many web processes there are.
"""

import hmac
import ipaddress
import threading
import time
from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Flask, Response, abort, g, request
from sqlalchemy.orm import Session

from app import metrics, pulse
from app.db import chains, gauges
from app.errors import BrokerDown, DatabaseDown
from app.metrics import Sample, exposition
from app.process import Process
from app.services import Services

FRESH = 2.0
"""Seconds for which figures are told again: whoever asks in a loop costs one look."""
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
"""Headers of proxies: who comes through one is not of this machine, whatever the address says."""


def blueprint(process: Process) -> Blueprint:
    """The page."""
    pages = Blueprint("metrics", __name__)
    told = Told(process)

    @pages.get("/metrics")
    def shown() -> Response:
        if not allowed(process.services.settings.metrics_token):
            abort(403)
        return Response(told.text(), content_type=exposition.CONTENT_TYPE)

    return pages


def measure(app: Flask) -> None:
    """Count every request and its time, by room and route: both are of our own table of routes."""

    @app.before_request
    def begun() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def over(response: Response) -> Response:
        room, _, route = (request.endpoint or "none").rpartition(".")
        room = room.partition(".")[0] or "none"
        vendor = (request.view_args or {}).get("vendor", "")
        if room == "webhooks" and response.status_code != 404:
            route = vendor
        metrics.add("deskhand_http_requests", room, route, str(response.status_code))
        if "begun" in g:
            metrics.observe("deskhand_http_request_seconds", time.perf_counter() - g.begun, room)
        return response


def allowed(token: str) -> bool:
    """Whether whoever asks may read: by the token where one is set, else from this machine and through no proxy."""
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if any(name in request.headers for name in PASSED_ON):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class Told:
    """The figures of this moment, kept for two seconds."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._until = 0.0
        self._text = b""

    def text(self) -> bytes:
        """What Prometheus reads."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._text = exposition.text(self._figures())
                self._until = time.monotonic() + FRESH
            return self._text

    def _figures(self) -> Mapping[Sample, float]:
        begun = time.perf_counter()
        self._process.pulse.tell()
        figures = {**_counted(self._process.services), **_database(self._process.services)}
        return {**figures, Sample("deskhand_scrape_seconds", ()): time.perf_counter() - begun}


def _counted(services: Services) -> Mapping[Sample, float]:
    """What processes told, and the queue. Without a broker there are none of these: totals that fell would mislead."""
    try:
        figures, gone = pulse.read(*services.work.tallied(), time.time())
        queued, failed = services.work.depth()
        if gone:
            services.work.forget(*gone)
    except BrokerDown:
        return {Sample("deskhand_up", ("broker",)): 0.0}
    jobs = {"queued": queued, "failed": failed}
    return {**figures, Sample("deskhand_up", ("broker",)): 1.0, **_labelled("deskhand_queue_jobs", jobs)}


def _database(services: Services) -> Mapping[Sample, float]:
    try:
        with services.database.reading() as session:
            now = services.database.now(session)
            return {
                Sample("deskhand_up", ("database",)): 1.0,
                Sample("deskhand_clock_led", ()): float(gauges.led(session, now)),
                Sample("deskhand_event_oldest_seconds", ()): gauges.oldest(session, now),
                Sample("deskhand_tickets_parked", ()): gauges.parked(session),
                Sample("deskhand_alarms", ()): gauges.alarms(session),
                **_trail(session, now),
                Sample("deskhand_database_bytes", ()): gauges.size(session),
                **_labelled("deskhand_events_waiting", gauges.events(session)),
                **_labelled("deskhand_effects_open", gauges.effects(session)),
                **_labelled("deskhand_connections", gauges.connections(session, now)),
            }
    except DatabaseDown:
        return {Sample("deskhand_up", ("database",)): 0.0}


def _trail(session: Session, now: datetime) -> Mapping[Sample, float]:
    count, oldest = chains.lag(session)
    age = (now - oldest).total_seconds() if oldest else 0.0
    return {Sample("deskhand_trail_unsealed", ()): count, Sample("deskhand_trail_oldest_seconds", ()): max(age, 0.0)}


def _labelled(family: str, values: Mapping[str, int]) -> Mapping[Sample, float]:
    return {Sample(family, (name,)): float(value) for name, value in values.items()}
