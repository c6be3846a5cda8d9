"""One played Twilio account: text messages that are kept so that a person, or a test, can read them. Only what its API documents."""

import re
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.faulty import faulty
from app.sandbox.world import World

Row = dict[str, Any]
SID = "AC" + "5" * 32


class TwilioBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for ``https://api.twilio.com``."""

    vendor = "twilio"

    def __init__(
        self,
        world: World,
        name: str = "twilio",
        *,
        token: str = "sandbox-auth-token",  # noqa: S107 - a played account's
        sender: str = "+15005550006",
    ) -> None:
        self.world, self.name, self.token, self.sender = world, name, token, sender
        self.messages: list[Row] = []

    def texts(self, to: str) -> list[str]:
        """What that number was sent, oldest first."""
        return [str(one["body"]) for one in reversed(self.messages) if one["to"] == to]

    def blueprint(self) -> Blueprint:
        """The API; faults first."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.before_request(self._known)
        api.get(f"/2010-04-01/Accounts/{SID}.json")(lambda: jsonify(sid=SID, friendly_name="Sandbox", status="active"))
        api.post(f"/2010-04-01/Accounts/{SID}/Messages.json")(self._send)
        api.get(f"/2010-04-01/Accounts/{SID}/Messages.json", endpoint="messages")(self._sent)
        return api

    def _known(self) -> tuple[Response, int] | None:
        given = request.authorization
        if given and (given.username, given.password) == (SID, self.token):
            return None
        return jsonify(
            code=20003, message="Authenticate", more_info="https://www.twilio.com/docs/errors/20003", status=401
        ), 401

    def _send(self) -> tuple[Response, int]:
        to, body = request.form.get("To", ""), request.form.get("Body", "")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return _refusal(21211, "Invalid 'To' Phone Number")
        if request.form.get("From") != self.sender and not request.form.get("MessagingServiceSid"):
            return _refusal(21606, "The 'From' phone number provided is not a valid number of the account")
        if not body:
            return _refusal(21602, "Message body is required")
        row = {
            "sid": f"SM{self.world.ids.next('twilio'):032}",
            "status": "queued",
            "to": to,
            "from": request.form.get("From"),
            "body": body,
            "date_created": _at(self.world.clock.now()),
            "date_sent": _at(self.world.clock.now()),
            "error_code": None,
        }
        self.messages.insert(0, row)
        return jsonify(row), 201

    def _sent(self) -> Response:
        to = request.args.get("To")
        return jsonify(messages=[one for one in self.messages if to in (None, one["to"])], next_page_uri=None, page=0)


def _refusal(code: int, message: str) -> tuple[Response, int]:
    return jsonify(code=code, message=message, more_info=f"https://www.twilio.com/docs/errors/{code}", status=400), 400


def _at(at: datetime) -> str:
    return format_datetime(at)
