"""Links by which a member of the team releases an effect where the helpdesk has no buttons. A link says what, never who.

It stands in an internal note only, is signed, ends, and works until the effect is released or refused.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.types import Ref

LASTS = timedelta(days=3)
PRESSED = "deskhand:approval:"
"""Begins the delivery of the press: one for each effect at a time, whatever was said."""
_LONGEST = 2000


class NoSuchApproval(Exception):
    """The link was not made here, or its time is ``over``."""

    def __init__(self, message: str, *, over: bool = False) -> None:
        super().__init__(message)
        self.over = over


@dataclass(frozen=True)
class Asked:
    """What a link is about: the connection and ticket, and the key of the effect."""

    connection: str
    ref: Ref
    effect: str
    until: datetime


class Approvals:
    """Makes links and reads them. ``base`` is our public address; without one there are no links."""

    def __init__(self, key: bytes, base: str) -> None:
        self._key = key
        self._base = base.rstrip("/")

    def link(self, connection: str, ref: Ref, effect: str, now: datetime) -> str:
        """The address of the page that asks once more, or nothing."""
        if not self._base:
            return ""
        # To the hour, so that a note that is written again says the same.
        until = int((now + LASTS).timestamp()) // 3600 * 3600
        body = _text(json.dumps([connection, ref.id, effect, until], separators=(",", ":")).encode())
        return f"{self._base}/approvals/{body}.{self._signature(body)}"

    def read(self, token: str, now: datetime) -> Asked:
        """What the link is about. Raises NoSuchApproval."""
        body, _, signature = token[:_LONGEST].rpartition(".")
        if not hmac.compare_digest(self._signature(body).encode(), signature.encode()):
            raise NoSuchApproval("the link was not made here")
        connection, ref, effect, until = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        ends = datetime.fromtimestamp(until, UTC)
        if now >= ends:
            raise NoSuchApproval("the link's time is over", over=True)
        return Asked(connection, Ref(ref), effect, ends)

    def _signature(self, body: str) -> str:
        return _text(hmac.new(self._key, body.encode(), hashlib.sha256).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
