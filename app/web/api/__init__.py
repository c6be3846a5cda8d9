"""Our own API: what an account's site, systems and partners may ask of us. Every request carries a bearer token.

A resource is a module with ``register(door)``, which gets one line in ``RESOURCES``. Errors are ``application/problem+json``.
"""

from collections.abc import Callable

from flask import Blueprint

from app.services import Services
from app.web.api import agents, chat, problems, signals, tickets
from app.web.api.auth import Door

ROOT = "/api/v1"

RESOURCES: tuple[Callable[[Door], None], ...] = (agents.register, chat.register, signals.register, tickets.register)


def blueprint(services: Services) -> Blueprint:
    """Every resource under ``/api/v1``."""
    pages = Blueprint("api", __name__, url_prefix=ROOT)
    door = Door(pages, services)
    for register in RESOURCES:
        register(door)
    problems.register(pages)
    return pages
