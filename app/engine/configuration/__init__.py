"""One service's settings: reading them, saying what is wrong with them, and what this version does with each."""

from functools import lru_cache

from app.engine.configuration.checking import checked
from app.engine.configuration.markdown import expanded
from app.engine.configuration.reading import ConfigurationError, Problem, read
from app.engine.configuration.settled import Category, Configuration, Route, Templates
from app.engine.configuration.settling import settled
from app.engine.configuration.states import SettingLine, report
from app.engine.configuration.verdicts import State

__all__ = [
    "Category",
    "Configuration",
    "ConfigurationError",
    "Problem",
    "Route",
    "SettingLine",
    "State",
    "Templates",
    "load",
    "report",
]


def load(text: str, *, name: str) -> Configuration:
    """The configuration in a YAML or JSON text; ``name`` is the file's, for messages. The same text is read once.

    Raises ConfigurationError with everything that is wrong, each with file, line, path and what would be right.
    """
    return _loaded(text, name)


@lru_cache(maxsize=64)
def _loaded(text: str, name: str) -> Configuration:
    source = expanded(read(text, name), text)
    return settled(source, checked(source))
