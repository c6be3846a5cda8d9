"""Who may knock at the sandbox: this machine, under its own name, from its own page. No vendor's rule lives here."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, abort, request

SAFE = ("GET", "HEAD", "OPTIONS")


def loopback(host: str) -> bool:
    """Whether a ``Host`` header (``name:port``) names this machine and nothing else."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def own_page() -> bool:
    """Whether a browser says that the request comes from our own page; programs say nothing and are let in."""
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc != request.host:
        return False
    return request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")


def watch(app: Flask) -> None:
    """Refuse other host names (a foreign name that resolves to loopback) and changes ordered by foreign pages."""

    @app.before_request
    def check() -> None:
        if not loopback(request.host) or not loopback(request.remote_addr or ""):
            abort(403, "The sandbox answers on loopback only.")
        if request.method not in SAFE and not own_page():
            abort(403, "The sandbox takes no orders from other pages.")
