"""The sidebar and the lead's pages, one line each.

They know the engine's rules, so they are loaded when the pages are hung and not before.
"""

from collections.abc import Callable

from app.web.pages import (
    home,
    settings_audit,
    settings_categories,
    settings_compliance,
    settings_configuration,
    settings_connections,
    settings_decisions,
    settings_figures,
    settings_knowledge,
    settings_messages,
    settings_onboarding,
    settings_overview,
    settings_people,
    settings_privacy,
    settings_promises,
    settings_workflows,
    sidebar,
)
from app.web.pages.door import Door

PAGES: tuple[Callable[[Door], None], ...] = (
    home.register,
    sidebar.register,
    settings_overview.register,
    settings_onboarding.register,
    settings_decisions.register,
    settings_categories.register,
    settings_configuration.register,
    settings_knowledge.register,
    settings_workflows.register,
    settings_messages.register,
    settings_privacy.register,
    settings_promises.register,
    settings_figures.register,
    settings_connections.register,
    settings_people.register,
    settings_audit.register,
    settings_compliance.register,
)
