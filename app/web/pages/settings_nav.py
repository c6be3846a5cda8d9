"""What the lead's pages have in common: where they are, and which of them somebody may open. No page's content."""

from typing import Any

from flask import Response, request

from app.db.visits import Visit
from app.web.pages.shell import page
from connectors.types import Level

SECTIONS: tuple[tuple[str, str, Level], ...] = (
    ("Overview", "settings_overview_show", Level.VIEWER),
    ("Set up", "settings_onboarding_show", Level.LEAD),
    ("Decisions", "settings_decisions_show", Level.AGENT),
    ("Categories", "settings_categories_show", Level.VIEWER),
    ("Configuration", "settings_configuration_show", Level.LEAD),
    ("Knowledge", "settings_knowledge_show", Level.VIEWER),
    ("Workflows", "settings_workflows_show", Level.VIEWER),
    ("Messages", "settings_messages_show", Level.VIEWER),
    ("Promises", "settings_promises_show", Level.VIEWER),
    ("Figures", "settings_figures_show", Level.VIEWER),
    ("Connections", "settings_connections_show", Level.LEAD),
    ("People", "settings_people_show", Level.LEAD),
    ("Privacy", "settings_privacy_show", Level.LEAD),
    ("Audit", "settings_audit_show", Level.LEAD),
    ("Compliance", "settings_compliance_show", Level.LEAD),
)
"""Name, endpoint, and the least level that opens it."""


def settings(who: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of the lead's, with the way to the others."""
    there = [(name, f"pages.{endpoint}") for name, endpoint, level in SECTIONS if who.level.rank >= level.rank]
    return page(template, status=status, sections=there, **{"current": _section(request.endpoint or ""), **values})


def _section(endpoint: str) -> str:
    """The section that a form's answer, or a page behind a page, belongs to: its parts are named after it."""
    return next(
        (f"pages.{one}" for _, one, _ in SECTIONS if endpoint.startswith(f"pages.{one.removesuffix('show')}")), ""
    )


def may(who: Visit, level: Level) -> bool:
    """Whether somebody may do what that level does: what they may not is not offered to them."""
    return who.level.rank >= level.rank
