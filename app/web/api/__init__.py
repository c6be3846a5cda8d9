"""Our own API: what an account's site, systems and partners may ask of us. Every request carries a bearer token.

A resource is a module that declares its operations and has ``register(door)``, which gets one line in ``RESOURCES``. Errors are
``application/problem+json``. ``/openapi.json`` is made from the declarations that the routes were hung by.
"""

from collections.abc import Callable

from flask import Blueprint

from app.services import Services
from app.web.api import (
    agents,
    assigning,
    attention,
    audit,
    chat,
    compliance,
    decisions,
    document,
    evidence,
    metrics,
    problems,
    rights,
    signals,
    teaching,
    tickets,
)
from app.web.api.door import Door

ROOT = "/api/v1"

RESOURCES: tuple[Callable[[Door], None], ...] = (
    agents.register,
    assigning.register,
    attention.register,
    audit.register,
    compliance.register,
    chat.register,
    decisions.register,
    evidence.register,
    metrics.register,
    rights.register,
    signals.register,
    teaching.register,
    tickets.register,
    document.register,
)


def blueprint(services: Services) -> Blueprint:
    """Every resource under ``/api/v1``."""
    pages = Blueprint("api", __name__, url_prefix=ROOT)
    door = Door(pages, services)
    for register in RESOURCES:
        register(door)
    problems.register(pages)
    return pages
