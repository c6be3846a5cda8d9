"""The lead's pages, one line each. They know the engine's rules, so they are loaded when the pages are hung and not before."""

from collections.abc import Callable

from app.web.pages import (
    settings_categories,
    settings_configuration,
    settings_decisions,
    settings_overview,
)
from app.web.pages.door import Door

PAGES: tuple[Callable[[Door], None], ...] = (
    settings_overview.register,
    settings_decisions.register,
    settings_categories.register,
    settings_configuration.register,
)
