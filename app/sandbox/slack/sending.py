"""What the played Slack sends to the app: envelopes, forms, signatures, and its retries. When to send is the host's."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import requests

from app.sandbox.deliveries import Deliveries, Outcome, Parcel
from app.sandbox.slack.state import APP, BOT_USER, HOME, Channel, Slack

RETRIES = (0.0, 60.0, 300.0)
"""Seconds to the first, second and third retry."""


class Sending:
    """Signs with one secret and sends to one address; every attempt is signed anew over the same body."""

    def __init__(self, slack: Slack, name: str) -> None:
        self._slack = slack
        self.deliveries = Deliveries(slack.world, name, slack.patience)
        self.url = ""
        self.secret = ""

    def event(self, event: Mapping[str, Any], channel: Channel | None = None, **more: Any) -> dict[str, Any]:
        """Send one event in its envelope, with retries; gives the envelope back. ``more`` replaces outer fields."""
        body = {**self._envelope(event, channel), **more}
        self.post({name: value for name, value in body.items() if value is not None or name == "context_enterprise_id"})
        return body

    def _envelope(self, event: Mapping[str, Any], channel: Channel | None) -> dict[str, Any]:
        now = self._slack.now()
        authorization = {
            "enterprise_id": self._slack.organisation,
            "team_id": None if self._slack.organisation else HOME,
            "user_id": BOT_USER,
            "is_bot": True,
            "is_enterprise_install": bool(self._slack.organisation),
        }
        return {
            "token": "deprecated",
            "team_id": HOME,
            "context_team_id": HOME,
            "enterprise_id": self._slack.organisation,
            "context_enterprise_id": self._slack.organisation,
            "api_app_id": APP,
            "event": {"event_ts": f"{now.timestamp():.6f}", **event},
            "type": "event_callback",
            "event_id": f"Ev{self._slack.world.ids.next('slack.event')}",
            "event_time": int(now.timestamp()),
            "authorizations": [authorization],
            "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
            "event_context": f"4-{event.get('type')}",
        }

    def post(self, body: Mapping[str, Any]) -> None:
        """Send a JSON body, with retries."""
        raw = json.dumps(body).encode()
        reason = {"why": ""}

        def pack(attempt: int) -> Parcel:
            retried = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": reason["why"]} if attempt else {}
            return Parcel(self.url, {**self.signed(raw, "application/json"), **retried}, raw)

        def again(outcome: Outcome) -> float | None:
            reason["why"] = {0: "http_timeout", -1: "connection_failed"}.get(outcome.status, "http_error")
            return pause(outcome)

        if self.url:
            self.deliveries.send(pack, again)

    def press(self, body: Mapping[str, Any]) -> None:
        """Send a form with this payload, once: interactivity is not retried."""
        raw = urlencode({"payload": json.dumps(body)}).encode()
        form = "application/x-www-form-urlencoded"
        if self.url:
            self.deliveries.send(lambda _: Parcel(self.url, self.signed(raw, form), raw), lambda _: None)

    def verify(self) -> bool:
        """Ask the address for the word, as the settings page does; whether it came back."""
        raw = json.dumps({"type": "url_verification", "token": "deprecated", "challenge": "3eZbrw1aB"}).encode()
        headers = self.signed(raw, "application/json")
        answer = requests.post(self.url, data=raw, headers=headers, timeout=self._slack.patience, allow_redirects=False)
        return answer.status_code == 200 and "3eZbrw1aB" in answer.text

    def signed(self, raw: bytes, content_type: str) -> dict[str, str]:
        """The headers of a request with this body, signed now."""
        stamp = str(int(self._slack.now().timestamp()))
        mac = hmac.new(self.secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
        return {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={mac}",
        }


def pause(outcome: Outcome) -> float | None:
    """Seconds to the next attempt, or None: it was taken, the app asked for no more, or it was the last."""
    headers = {name.lower(): value for name, value in outcome.headers.items()}
    done = 200 <= outcome.status < 300 or headers.get("x-slack-no-retry") == "1"
    return None if done or outcome.attempt >= len(RETRIES) else RETRIES[outcome.attempt]
