"""The page and its forms. Every form works without JavaScript; the script only refreshes and announces."""

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from app.sandbox.control import host_named, hosts, world
from app.sandbox.inbox import shape
from app.sandbox.inbox.place import Place
from app.sandbox.world import FAULTS, HOOK_FAULTS, Fault, Host, View

inbox = Blueprint(
    "inbox", __name__, template_folder="templates", static_folder="static", static_url_path="/inbox/static"
)

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
WORKSPACES = {"zendesk": "agent/tickets", "intercom": "inbox"}
"""Where a vendor's agents see a ticket with our sidebar beside it."""
LATEST = 12
"""So many deliveries are listed."""
LONGEST = 86400 * 30
"""A month: the furthest that one press moves the clock, in seconds."""


@inbox.after_request
def lock(response: Response) -> Response:
    """Nothing foreign loads, nothing inline runs, nobody frames the page."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"  # with no-referrer, browsers call our own forms' origin "null"
    return response


@inbox.get("/")
def page() -> Response:
    """The whole page for ``?host=&ticket=`` or ``?host=&new=``; unchanged pages answer 304."""
    return _page()


@inbox.get("/told")
def told() -> Response:
    """Whatever people outside the helpdesks were told, newest first."""
    now = world().clock.now()
    lines = [shape.notice(one, now) for one in reversed(list(world().told))]
    html = render_template("told.html", told=lines, host="", **_nav())
    response = make_response(html)
    response.add_etag()
    response.make_conditional(request)
    response.headers["Cache-Control"] = "no-cache"
    return response


@inbox.post("/inbox/write")
def write() -> Response | Redirect:
    """A customer opens a ticket or answers, an agent answers or notes: ``as`` says which."""
    form, voice = request.form, request.form.get("as", "customer")
    host, ticket, who = host_named(form.get("host", "")), form.get("ticket", ""), form.get("who", "").strip()
    text = form.get("text", "").strip()
    if not text or not who:
        return _page(error="Write a name and a message first.", status=422)
    try:
        if voice == "customer":
            ticket = host.customer_writes(who, text, subject=form.get("subject", "").strip(), ticket=ticket)
        else:
            host.agent_writes(form.get("agent", "").strip() or "Sam", text, ticket=ticket, public=voice == "reply")
    except (LookupError, ValueError) as error:
        return _page(error=f"{host.name} refused: {error}", status=422)
    return _back(host.name, ticket)


@inbox.post("/inbox/press")
def press() -> Redirect:
    """Somebody presses a button of ours."""
    form = request.form
    host, ticket = host_named(form.get("host", "")), form.get("ticket", "")
    host.press(form.get("who", ""), ticket, form.get("action", ""), form.get("value", ""))
    return _back(host.name, ticket)


@inbox.post("/inbox/clock")
def clock() -> Redirect:
    """The sandbox's clock moves for all hosts."""
    seconds = request.form.get("seconds", 0, type=int)
    world().clock.advance(min(max(seconds, 0), LONGEST))
    return _back(request.form.get("host", ""), request.form.get("ticket", ""))


@inbox.post("/inbox/fault")
def fault() -> Response | Redirect:
    """The next webhook or the next API call of this host goes wrong."""
    name = request.form.get("host", "")
    try:
        world().faults.order(Fault(request.form.get("kind", ""), host=name, seconds=5))
    except ValueError as error:
        return _page(error=str(error), status=422)
    return _back(name, request.form.get("ticket", ""))


def _back(host: str, ticket: str) -> Redirect:
    return redirect(url_for("inbox.page", host=host, ticket=ticket or None), 303)


def _page(*, error: str = "", status: int = 200) -> Response:
    played = hosts()
    if not played:
        return make_response(render_template("nothing.html"))
    host = host_named(request.values.get("host") or next(iter(played)))
    views, wanted = host.views(), request.values.get("ticket", "")
    view = next((v for v in views if v.id == wanted), None)
    if wanted and view is None and not error:
        error, status = f"{host.name} has no ticket {wanted}.", 404
    html = render_template("inbox.html", error=error, **_told(host, views, view))
    response = make_response(html, status)
    if status == 200:
        response.add_etag()
        response.make_conditional(request)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _nav() -> dict[str, object]:
    """The helpdesks, and how many messages went to people elsewhere."""
    places: dict[str, Place] = current_app.extensions["inbox"]
    named = [(h.name, h.vendor, places.get(h.name, Place()).company) for h in hosts().values()]
    return {"hosts": named, "count": len(world().told)}


def _told(host: Host, views: list[View], view: View | None) -> dict[str, object]:
    """Everything that the template needs, and nothing else."""
    now, sent = world().clock.now(), [line for line in list(world().sent) if line.host == host.name]
    places: dict[str, Place] = current_app.extensions["inbox"]
    place = places.get(host.name, Place())
    examples = place.examples
    picked = request.values.get("example", -1, type=int)
    return {
        **_nav(),
        "host": host.name,
        "vendor": host.vendor,
        "workspaces": WORKSPACES,
        "company": place.company,
        "examples": examples,
        "example": examples[picked] if 0 <= picked < len(examples) else None,
        "new": "new" in request.values or not views,
        "typed": request.form if request.method == "POST" else {},
        "views": views,
        "title": shape.title,
        "view": view,
        "messages": shape.said(view.messages, now) if view else [],
        "judged": shape.facts(view.fields, now, ours=True) if view else [],
        "fields": shape.facts(view.fields, now, ours=False) if view else [],
        "unanswered": shape.unanswered(view) if view else False,
        "state": shape.state(sent),
        "sent": [(shape.clock(line.at, now), line.outcome) for line in reversed(sent[-LATEST:])],
        "waiting": [f for f in world().faults.waiting() if f.host in ("", host.name)],
        "hook_faults": HOOK_FAULTS,
        "api_faults": FAULTS,
        "now": f"{now:%d %b %Y, %H:%M} UTC",
    }
