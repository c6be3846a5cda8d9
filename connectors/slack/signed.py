"""Whether Slack sent a request: version 0 of its signature, over the bytes that arrived. Nothing is parsed here."""

import re
from datetime import UTC, datetime

from connectors.errors import BadSignature, Untimely
from connectors.signing import fresh, mac, same
from connectors.types import Inbound

_STAMP = re.compile(r"[0-9]{1,11}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


def verify(request: Inbound, secret: str) -> None:
    """Raise BadSignature unless the request is signed with ``secret``, Untimely unless at most five minutes away from ``request.at``."""
    stamp = request.headers.get("x-slack-request-timestamp", "")
    given = request.headers.get("x-slack-signature", "")
    # Shape first: a hostile header must fail as a signature, not as an exception of int() or of the comparison.
    if not (_STAMP.fullmatch(stamp) and _SIGNATURE.fullmatch(given)):
        raise BadSignature("no signature of version 0")
    if not (secret and same(signature(secret, stamp, request.body), given)):
        raise BadSignature("the signature does not fit")
    if not fresh(datetime.fromtimestamp(int(stamp), UTC), request.at):
        raise Untimely("it was signed more than five minutes away")


def signature(secret: str, stamp: str, body: bytes) -> str:
    """The value of ``X-Slack-Signature`` for this body at this unix time."""
    return "v0=" + mac(secret, b"v0:" + stamp.encode() + b":" + body, "sha256").hex()
