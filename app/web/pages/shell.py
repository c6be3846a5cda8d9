"""What every page is wrapped in: its frame, its headers, and what it says when something is refused. No page's content."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from app.errors import DeskhandError
from app.web.errors import hints, status_of
from app.web.pages import session as sessions
from app.web.pages.door import NoSession, by_script

POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
"""Nothing foreign loads and nothing inline runs. A page may widen ``script-src`` and ``img-src`` by origins it names."""
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    # Not `no-referrer`: browsers then say `Origin: null` of our own forms, which proves nothing.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
SECRET = frozenset({"csrf", "token", "password"})
"""Fields that are never shown again."""
SAID: Mapping[int, tuple[str, str]] = {
    400: ("That could not be read", "Go back and try again."),
    401: ("Please sign in", "Open Deskhand from your helpdesk, or ask an admin for a sign-in link."),
    403: ("This is not yours to see", "Your role at the helpdesk does not allow it. An admin can change that there."),
    404: ("There is no such page", "It may have been moved, or belong to somebody else."),
    405: ("That is not possible here", "Go back and try again."),
    410: ("This link is over", "It works once, for ten minutes. Ask for another one."),
    413: ("That is too much", "Send less at once."),
    429: ("Too many requests", "Wait a moment and try again."),
    503: ("Not now", "A part of Deskhand cannot be reached. Nothing is lost: try again in a moment."),
}
"""Status -> headline and what to do."""
OTHERWISE = ("Something went wrong", "Nothing was changed. Try again; if it stays so, an admin finds more in the log.")


def page(template: str, *, status: int = 200, scripts: str = "", **values: Any) -> Response:
    """A page from its template, which extends ``shell.html``. ``scripts``: an origin whose script the host asks for."""
    html = render_template(template, **_shared(), **values)
    return lock(Response(html, status, content_type="text/html; charset=utf-8"), scripts)


def lock(response: Response, scripts: str = "") -> Response:
    """Put on what protects a page: nobody frames it but the host that the session came from."""
    who = g.get("visit")
    framed_by = (who.framed_by if who else "") or g.get("framed_by", "")
    policy = {**POLICY, "frame-ancestors": framed_by or "'none'"}
    policy["script-src"] = " ".join((policy["script-src"], scripts)).strip()
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def said(status: int) -> Response:
    """A page that says in words what was refused. What somebody had typed is given back to them, to be copied."""
    headline, advice = SAID.get(status, OTHERWISE)
    typed = [] if request.method in sessions.SAFE else _typed()
    template = "said_part.html" if by_script() else "said.html"
    return page(template, status=status, headline=headline, advice=advice, typed=typed)


def register(pages: Blueprint) -> None:
    """Answer refusals on these pages with pages."""
    pages.register_error_handler(NoSession, lambda _: said(401))
    # By number, too: a number's answer that is registered elsewhere comes before the one for all of them.
    for kind in (HTTPException, NotFound, MethodNotAllowed):
        pages.register_error_handler(kind, _refused)
    pages.register_error_handler(DeskhandError, lambda error: said(status_of(error)))


def _refused(error: HTTPException) -> Response:
    answer = said(error.code or 500)
    answer.headers.update(hints(error))
    return answer


def _shared() -> dict[str, Any]:
    return {"visit": g.get("visit"), "csrf": g.get("proof", ""), "here": request.path}


def _typed() -> list[tuple[str, str]]:
    return [(name, text) for name, text in request.form.items() if name not in SECRET and text.strip()]
