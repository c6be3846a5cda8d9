"""Coming in by the identity provider of whoever runs this Deskhand: off to its page and back, and out when it says so.

Nothing is kept here of who only set out: state, nonce and verifier travel in a sealed cookie, and a state is used up when somebody
comes back with it.
"""

import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound, TooManyRequests

from app import metrics
from app.db import accounts, visits
from app.db.visits import Visit
from app.errors import DeskhandError, SealBroken, SettingsError, UnknownRecord
from app.oidc.client import Arrived, Client, Leaving
from app.oidc.errors import ProviderAway, Untrusted
from app.oidc.provider import VARIABLE, provider
from app.services import Services
from app.web.limits import Failures, Rates, source
from app.web.pages import session as sessions
from app.web.pages.door import Door
from app.web.pages.shell import lock, page, said
from app.web.turned import Turned

log = logging.getLogger(__name__)

LASTS = timedelta(minutes=10)
"""For signing in there, with whatever it asks."""
PLACE = "sign-in"
"""What the cookie is sealed for."""
LONGEST = 4000
LEAVING = 120
"""A minute, from one source: a whole office may come to work at once."""
PERSON = "oidc:"
"""Begins the name of everybody who came in this way."""


@dataclass(frozen=True)
class Desk:
    """What signing in by a provider needs."""

    services: Services
    client: Client

    @property
    def redirect(self) -> str:
        """Where the provider sends people back to: only what the settings say, never what a request names as our host."""
        return f"{self.services.settings.public_url.rstrip('/')}/app/oidc/callback"


def register(door: Door) -> None:
    """``/app/signin`` offers it; ``/app/oidc`` leaves, ``/app/oidc/callback`` comes back, ``/app/oidc/logout`` is the provider's own."""
    desk, rates = _desk(door.services), door.services.rates
    failures, leaving = Failures("signon", shared=rates), Rates(LEAVING, shared=rates, door="signon leaving")
    turned = Turned(door.services.database, "provider")
    name = desk.client.provider.name if desk else ""
    door.pages.context_processor(lambda: {"signon": name})

    @door.pages.get("/signin")
    def offer() -> Response:
        return page("signon.html")

    @door.pages.get("/oidc")
    def leave() -> Response:
        there = _there(desk)
        if wait := leaving.take(source()).wait:
            raise TooManyRequests(retry_after=ceil(wait))
        return _leaving(there)

    @door.pages.get("/oidc/callback")
    def back() -> Response:
        return _counted(failures, turned, _back(_there(desk)))

    @door.pages.post("/oidc/logout")
    def over() -> Response:
        return _counted(failures, turned, _over(_there(desk)))


def _counted(failures: Failures, turned: Turned, answer: Response) -> Response:
    """The answer, or that there were too many that failed."""
    if answer.status_code in (400, 403):
        failures.failed()
        turned.away()
    return answer


def ways_out(services: Services) -> Callable[[Visit], str]:
    """What says where somebody signs out of the provider, too; empty for who did not come in by one."""
    desk = _desk(services)
    after = f"{services.settings.public_url.rstrip('/')}/app/signin"
    return lambda who: desk.client.way_out(after) if desk and who.person.startswith(PERSON) else ""


def _desk(services: Services) -> Desk | None:
    """Built once for these services. Raises SettingsError for a file that will not do."""
    found = provider(services.settings.oidc_file)
    if found is None:
        return None
    if not services.settings.public_url:
        raise SettingsError("DESKHAND_PUBLIC_URL", f"is needed with {VARIABLE}: the provider sends people back there")
    return Desk(services, Client(found))


def _there(desk: Desk | None) -> Desk:
    if desk is None:
        raise NotFound
    return desk


def _leaving(desk: Desk) -> Response:
    fresh = [secrets.token_urlsafe(32) for _ in range(3)]
    leaving = Leaving(desk.redirect, *fresh)
    try:
        address = desk.client.consent(leaving)
    except ProviderAway as error:
        return _refused(error, 503)
    until = datetime.now(UTC) + LASTS
    kept = {
        "state": leaving.state,
        "nonce": leaving.nonce,
        "verifier": leaving.verifier,
        "until": until.isoformat(),
        "account": request.args.get("account", "")[:200],
    }
    answer = lock(Response(status=303, headers={"Location": address}))
    answer.set_cookie(
        _cookie(desk),
        desk.services.vault.seal(kept, place=PLACE),
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=_tls(desk),
        httponly=True,
        samesite="Lax",  # the way back comes from the provider's site
    )
    return answer


def _back(desk: Desk) -> Response:
    try:
        kept = _kept(desk)
        arrived = _arrived(desk, kept)
    except Untrusted as error:
        return _refused(error, 403)
    except ProviderAway as error:
        return _refused(error, 503)
    found = _visit(desk, arrived, kept["account"])
    if found is None:
        metrics.count("signon.nobody")
        log.warning("signon.nobody")
        return _without(desk, said(403))
    key = sessions.begun(desk.services.database, found)
    metrics.count("signon.in")
    log.info("signon.in", extra={"account": found.account_id, "level": str(found.level)})
    answer = Response(status=303, headers={"Location": url_for("pages.home_show")})
    return _without(desk, lock(sessions.keep(answer, key, framed=False, secure=_tls(desk))))


def _kept(desk: Desk) -> Mapping[str, str]:
    """What this browser left with, used up with this. Raises Untrusted for a state that it did not leave with, or not lately."""
    given = request.args.get("state", "")[:LONGEST]
    now = datetime.now(UTC)
    try:
        kept = desk.services.vault.open(request.cookies.get(_cookie(desk), "")[:LONGEST], place=PLACE)
    except SealBroken:
        raise Untrusted("this browser did not leave for the provider") from None
    ends = datetime.fromisoformat(kept["until"])
    if not hmac.compare_digest(kept["state"].encode(), given.encode("utf-8", "replace")) or now >= ends:
        raise Untrusted("this browser did not leave for the provider with that state, or too long ago")
    with desk.services.database.session() as session:
        if not visits.use(session, f"{PLACE}:{given}", ends, now):
            raise Untrusted("that way back was used before")
    return kept


def _arrived(desk: Desk, kept: Mapping[str, str]) -> Arrived:
    code, issuer = request.args.get("code", "")[:LONGEST], request.args.get("iss")
    if issuer is not None and issuer != desk.client.provider.issuer:
        raise Untrusted("the answer names another provider")
    if not code:
        raise Untrusted("the provider did not sign anybody in")
    leaving = Leaving(desk.redirect, kept["state"], kept["nonce"], kept["verifier"])
    return desk.client.arrived(leaving, code, datetime.now(UTC))


def _visit(desk: Desk, arrived: Arrived, wanted: str) -> Visit | None:
    """The session that their groups give in the account that was asked for, or the first that they may see."""
    levels = desk.client.provider.levels(arrived.groups)
    names = [wanted] if wanted else list(levels)
    with desk.services.database.reading() as session:
        for name in names:
            try:
                account = accounts.named(session, name)
            except UnknownRecord:
                continue
            if name in levels:
                return Visit(account.id, PERSON + arrived.subject, levels[name], arrived.name)
    return None


def _over(desk: Desk) -> Response:
    """Back-channel logout: every session of that person ends, in every account. The answer is for a machine."""
    try:
        left = desk.client.left(request.form.get("logout_token", ""), datetime.now(UTC))
        with desk.services.database.session() as session:
            now = desk.services.database.now(session)
            if not visits.use(session, f"{PLACE}:{left['jti']}", now + LASTS, now):
                raise Untrusted("that token was used before")  # noqa: TRY301
            ended = visits.end_person(session, PERSON + left["sub"])
    except Untrusted as error:
        metrics.count("signon.refused")
        log.warning("signon.refused", extra={"problem": error.problem})
        return lock(Response(status=400))
    except ProviderAway:
        return lock(Response(status=503, headers={"Retry-After": "10"}))
    log.info("signon.out", extra={"sessions": ended})
    return lock(Response(status=200))


def _refused(error: DeskhandError, status: int) -> Response:
    """Why nobody is signed in stands in the log; the page says how to go on."""
    metrics.count("signon.refused")
    log.warning("signon.refused", extra={"problem": error.problem})
    if status != 403:
        return said(status)
    return page("signon.html", status=403, refused=True)


def _without(desk: Desk, response: Response) -> Response:
    response.delete_cookie(_cookie(desk), path="/", secure=_tls(desk), httponly=True, samesite="Lax")
    return response


def _tls(desk: Desk) -> bool:
    return sessions.secure(desk.services.settings.public_url)


def _cookie(desk: Desk) -> str:
    return "__Host-deskhand-signin" if _tls(desk) else "deskhand-signin"
