"""What our receiver is measured beside: the least that Flask can do, the obvious handler, and the vendor's own framework."""

import hashlib
import hmac
import json
import os
import sqlite3
import threading
import time

from flask import Flask, request

from app.web import PROCESS


class Idle:
    """Stands where our own application begins what each process has beside its requests: these have nothing."""

    def begin(self) -> None:
        """Nothing is to begin."""

    def end(self) -> None:
        """Nothing was counted."""


def served(name: str) -> Flask:
    """An application that is served as ours is."""
    app = Flask(name)
    app.extensions[PROCESS] = Idle()
    return app


SECRET = "hunter2-the-signing-secret"
FOLDER = os.environ.get("BENCH_FOLDER", "")


def bare() -> Flask:
    """A route that says yes."""
    app = served("bare")

    @app.post("/events")
    def events() -> str:
        return "ok"

    return app


def obvious() -> Flask:
    """What one writes first: verify, insert, enqueue a job for each event."""
    from redis import Redis  # noqa: PLC0415 - each server loads only its own
    from rq import Queue  # noqa: PLC0415

    app = served("obvious")
    local = threading.local()
    queue = Queue(
        "obvious", connection=Redis.from_url(os.environ["BENCH_REDIS"]), serializer="rq.serializers.JSONSerializer"
    )

    def database() -> sqlite3.Connection:
        if not hasattr(local, "database"):
            local.database = sqlite3.connect(f"{FOLDER}/obvious.db", isolation_level=None, timeout=15)
            for pragma in ("journal_mode=wal", "synchronous=full"):
                local.database.execute(f"pragma {pragma}")
            local.database.execute("create table if not exists event (delivery text primary key, body text, at real)")
        return local.database

    @app.post("/events")
    def events() -> tuple[str, int]:
        body, stamp = request.get_data(), request.headers["X-Slack-Request-Timestamp"]
        mac = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        if abs(time.time() - int(stamp)) > 300 or not hmac.compare_digest(
            f"v0={mac}", request.headers["X-Slack-Signature"]
        ):
            return "no", 401
        delivery = json.loads(body)["event_id"]
        database().execute("insert or ignore into event values (?, ?, ?)", (delivery, body.decode(), time.time()))
        queue.enqueue("jobs.ticket.run", delivery, result_ttl=0)
        return "ok", 200

    return app


def bolt() -> Flask:
    """The vendor's framework with a listener that does nothing."""
    from slack_bolt import App  # noqa: PLC0415
    from slack_bolt.adapter.flask import SlackRequestHandler  # noqa: PLC0415
    from slack_bolt.authorization import AuthorizeResult  # noqa: PLC0415

    def known(**_: object) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_id="B1", bot_user_id="U0BOT")

    listener = App(signing_secret=SECRET, authorize=known, process_before_response=True)

    @listener.event("message")
    def message() -> None:
        """Nothing."""

    app = served("bolt")
    handler = SlackRequestHandler(listener)

    @app.post("/events")
    def events():
        return handler.handle(request)

    return app
