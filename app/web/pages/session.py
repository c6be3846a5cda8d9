"""Whose session a request belongs to, by its cookie or its header, and the proof that our own page sent the form."""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Response, request

from app.db import visits
from app.db.database import Database
from app.db.visits import LASTS, Visit
from app.errors import UnknownRecord

HEADER = "X-Deskhand-Session"
"""Carries the key where a browser keeps no cookie for a page in another site's frame."""
SAFE = ("GET", "HEAD", "OPTIONS")
LONGEST = 200


def cookie_name(*, secure: bool) -> str:
    """With the prefix that ties it to this very host, where that is possible."""
    return "__Host-deskhand" if secure else "deskhand"


def key() -> str:
    """The key that came with the request: the header's before the cookie's; empty when none did."""
    names = (cookie_name(secure=True), cookie_name(secure=False))
    given = request.headers.get(HEADER) or next((v for n in names if (v := request.cookies.get(n))), "")
    return given if len(given) <= LONGEST and given.isascii() else ""


def visit(database: Database, given: str) -> Visit:
    """The session of that key. Raises UnknownRecord."""
    if not given:
        raise UnknownRecord("no session was given")
    with database.reading() as session:
        return visits.of_key(session, given, database.now(session))


def begun(database: Database, who: Visit) -> str:
    """A new session's key."""
    with database.session() as session:
        return visits.begin(session, who, database.now(session))


def keep(response: Response, given: str, *, framed: bool, secure: bool) -> Response:
    """Let the browser keep the key. In another site's frame it is kept apart for that site, and only over TLS or on this machine."""
    secure = secure or framed
    response.set_cookie(
        cookie_name(secure=secure),
        given,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="None" if framed else "Lax",
        partitioned=framed,
    )
    return response


def forget(response: Response) -> Response:
    """Let the browser forget it."""
    for secure in (True, False):
        response.delete_cookie(cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def proof(given: str) -> str:
    """What a form of that session carries: nobody can make it who does not know the key."""
    return hmac.new(given.encode(), b"deskhand form", hashlib.sha256).hexdigest()


def proven(given: str) -> bool:
    """Whether our own page sent this request: by the form's proof, and by what the browser says of where it comes from."""
    if request.method in SAFE:
        return True
    shown = request.form.get("csrf", "") or request.headers.get("X-CSRF-Token", "")
    return same_origin() and hmac.compare_digest(shown.encode(), proof(given).encode())


def same_origin() -> bool:
    """Whether the browser says that the request comes from a page of ours, or says nothing."""
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site in ("same-origin", "none") and (not origin or urlsplit(origin).netloc == request.host)


def secure(public_url: str) -> bool:
    """Whether the browser reaches us over TLS, also where a proxy in front ends it."""
    return request.is_secure or public_url.startswith("https://")
