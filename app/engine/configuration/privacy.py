"""``privacy``: what is done only with a person's consent, where the host says so, and how long each kind of data is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from app.engine.configuration.models import Age, Section, Text

PurposeName = Literal["memory", "learning", "model"]
Kept = Literal[
    "decisions", "notices", "signals", "memories", "sketches", "proofs", "examples", "differences", "figures"
]
USUAL: Mapping[str, timedelta] = MappingProxyType(
    {
        "decisions": timedelta(days=400),
        "notices": timedelta(days=90),
        "signals": timedelta(days=30),
        "memories": timedelta(days=30),
        "sketches": timedelta(days=400),
        "proofs": timedelta(days=30),
        "examples": timedelta(days=730),
        "differences": timedelta(days=90),
        "figures": timedelta(days=1095),
    }
)
"""How long each kind is kept where nobody says otherwise."""
LEAST = timedelta(days=1)
UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}


class Consent(Section):
    """For what a person is asked first, and the host's fields that say what they answered."""

    required: list[PurposeName] = Field(default_factory=list)
    fields: dict[PurposeName, Text] = Field(default_factory=dict)


class PrivacySection(Section):
    """What an account's customers may expect."""

    consent: Consent = Consent()
    retention: dict[Kept, Age] = Field(default_factory=dict)


@dataclass(frozen=True)
class Privacy:
    """The same, settled. ``required`` are purposes that need a yes; for every other one a no is honoured."""

    required: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    kept: Mapping[str, timedelta] = field(default_factory=lambda: USUAL)

    def allows(self, purpose: str, said: bool | None) -> bool:
        """Whether it may be done, by what the person said last; None: nothing."""
        return bool(said) if purpose in self.required else said is not False


def settled(given: PrivacySection) -> Privacy:
    """As it is written, over what is usual."""
    own: dict[str, timedelta] = {name: max(LEAST, period(age)) for name, age in given.retention.items()}
    fields: dict[str, str] = {str(purpose): name for purpose, name in given.consent.fields.items()}
    return Privacy(frozenset(given.consent.required), MappingProxyType(fields), MappingProxyType({**USUAL, **own}))


def period(age: str) -> timedelta:
    """A length of time in days, weeks, months of 30 days or years of 365: ``400-days``, ``13 months``, ``2y``."""
    found = re.match(r"\s*(\d+)[\s-]*([a-z]+)", age.casefold())
    if found is None:
        raise ValueError(f"{age} is no length of time")
    number, unit = int(found[1]), found[2]
    if unit.startswith("h"):
        return timedelta(hours=number)
    return timedelta(minutes=number) if unit.startswith("mi") else timedelta(days=number * UNITS[unit[0]])
