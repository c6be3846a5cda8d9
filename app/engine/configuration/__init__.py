"""One service's settings: reading them, saying what is wrong with them, and what this version does with each."""

from app.engine.configuration.settled import Category, Configuration, Route, Templates

__all__ = ["Category", "Configuration", "Route", "Templates"]
