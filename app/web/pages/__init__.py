"""Our own pages, in the host's frame or in a window of their own: settings, overview, the sidebar. Rendered here, from the database.

A page is a module with ``register(door)``, which gets one line in ``PAGES``, here or in ``settings_pages``, and a template that
extends ``shell.html``.
"""

from collections.abc import Callable

from flask import Blueprint

from app.services import Services
from app.web.pages import (
    installs,
    shell,
    signin,
    signon,
)
from app.web.pages.door import Door

ROOT = "/app"

PAGES: tuple[Callable[[Door], None], ...] = (
    signin.register,
    signon.register,
    installs.register,
)


def blueprint(services: Services) -> Blueprint:
    """Every page under ``/app``, and what they are drawn with under ``/app/static``."""
    pages = Blueprint("pages", __name__, url_prefix=ROOT, template_folder="templates", static_folder="static")
    door = Door(pages, services)
    from app.web.pages import settings_pages  # noqa: PLC0415  # naming the web loads none of the engine's rules

    for register in (*PAGES, *settings_pages.PAGES):
        register(door)
    shell.register(pages)
    return pages
