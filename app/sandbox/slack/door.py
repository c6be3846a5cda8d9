"""The HTTP side: encodings, tokens, Slack's way of failing at 200, and the addresses that answer a button press."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as Answered

from app.sandbox.faulty import faulty
from app.sandbox.slack import files, methods, oauth, rooms
from app.sandbox.slack.state import BOT, Fail, Slack, Throttled

METHODS = {**methods.METHODS, **rooms.METHODS, **files.METHODS}
POSTED = Callable[[str, Mapping[str, Any]], None]


def door(slack: Slack, name: str, posted: POSTED) -> Blueprint:
    """The blueprint; ``posted(method, answer)`` hears of everything that a method did."""
    blueprint = Blueprint(name, __name__)

    @blueprint.post("/api/<method>")
    def api(method: str) -> Response:
        try:
            with slack.lock:
                answer = _call(slack, method)
        except Fail as refusal:
            return jsonify({"ok": False, "error": refusal.word, **refusal.more})
        except Throttled as wait:
            response = jsonify({"ok": False, "error": "ratelimited"})
            response.status_code = 429
            response.headers["Retry-After"] = str(wait.seconds)
            return response
        posted(method, answer)
        return jsonify({"ok": True, **answer})

    @blueprint.get("/oauth/v2/authorize")
    def authorize() -> Answered:
        """The consent page."""
        return oauth.consent(slack, request.args)

    @blueprint.post("/actions/<address>")
    def actions(address: str) -> Response:
        return _answer(slack, address)

    @blueprint.post("/upload/<id>")
    def upload(id: str) -> Response:
        with slack.lock:
            if id not in slack.files:
                return Response("no such file", 404)
            slack.files[id] |= {"content": request.get_data(), "mimetype": request.mimetype}
        return Response(f"OK - {slack.files[id]['size']}", content_type="text/plain")

    return faulty(blueprint, slack.world, name)


def _call(slack: Slack, method: str) -> dict[str, Any]:
    given = _arguments()
    if method == "oauth.v2.access":
        return oauth.access(slack, {**given, **_basic()})
    scopes = _scopes(slack, given)
    if method == "apps.uninstall":
        return oauth.uninstall(slack, given)
    if method not in METHODS:
        raise Fail("unknown_method", req_method=method)
    needed, act = METHODS[method]
    if needed and needed not in scopes:
        raise Fail("missing_scope", needed=needed, provided=",".join(sorted(scopes)))
    return act(slack, given)


def _arguments() -> dict[str, Any]:
    if request.mimetype == "application/json" and request.get_data():
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise Fail("invalid_json")
        return body
    return {**request.args.to_dict(), **request.form.to_dict()}


def _scopes(slack: Slack, given: Mapping[str, Any]) -> frozenset[str]:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token if kind.lower() == "bearer" else str(given.get("token") or "")
    if not token:
        raise Fail("not_authed")
    if token in slack.ended:
        raise Fail("token_expired")
    if token not in slack.tokens:
        raise Fail("invalid_auth")
    return slack.tokens[token]


def _basic() -> dict[str, str]:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, ValueError):
        return {}
    return {"client_id": client, "client_secret": secret}


def _answer(slack: Slack, address: str) -> Response:
    with slack.lock:
        known = slack.answers.get(address)
        if known is None:
            return Response("invalid_url", 404)
        if slack.now() > known.until:
            return Response("expired_url", 404)
        if known.left < 1:
            return Response("used_url", 404)
        body = request.get_json(silent=True)
        if not isinstance(body, dict) or not (body.get("text") or body.get("blocks")):
            return Response("no_text", 400)
        known.left -= 1
        channel = slack.channel(known.channel)
        said = {"text": str(body.get("text") or ""), "bot_id": BOT}
        if body.get("response_type") == "in_channel":
            slack.add(channel, said, thread=known.thread)
        else:
            ts = slack.stamp(channel)
            channel.whispers.append({**said, "user": known.user, "ts": ts, "thread_ts": known.thread})
        return Response("ok", 200, content_type="text/plain")
