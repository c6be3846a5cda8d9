"""What agents read in a sidebar, in their own language. Texts live in ``words.yaml``."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import yaml

DEFAULT = "en"


@cache
def every() -> Mapping[str, Mapping[str, str]]:
    """Language -> line's name -> line."""
    read: Mapping[str, Mapping[str, str]] = yaml.safe_load(files(__package__).joinpath("words.yaml").read_text("utf-8"))
    return read


def tongue(wanted: Iterable[str]) -> str:
    """The first of the wanted languages that there is (``pt`` finds ``pt-BR``), or English."""
    known = {name.lower(): name for name in every()}
    known |= {name.partition("-")[0].lower(): name for name in every()}
    for given in wanted:
        plain = given.replace("_", "-").lower()
        if found := known.get(plain) or known.get(plain.partition("-")[0]):
            return found
    return DEFAULT


def words(language: str) -> Mapping[str, str]:
    """Every line in that language, which is one that ``tongue`` gave."""
    return every()[language]
