"""The facts that conditions may ask about, each with its kind. Their values come with a ticket; none is made here."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

Value = str | float | bool
"""A fact as conditions compare it: folded text, a finite number (seconds for a length of time), or a flag."""


class Kind(StrEnum):
    """What a fact is. The words are those that a configuration's own ``facts`` are declared with."""

    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    DURATION = "duration"
    """A length of time, compared with one that has a unit: ``2h``."""
    SECONDS = "seconds"
    """A length of time that may also be compared with a plain number of seconds."""


@dataclass(frozen=True)
class Fact:
    """One fact. ``words`` are all that a text can be; empty means anything."""

    kind: Kind
    words: tuple[str, ...] = ()


_URGENCY = ("critical", "urgent", "high", "normal", "medium", "low")
_TEXTS = ("accountPlan", "country", "emotion", "language", "loyaltyTier", "organisation", "plan", "tier", "userRole")
_NUMBERS = (
    "abandonmentRisk",
    "affectedUsers",
    "attempts",
    "botConfidence",
    "cartValue",
    "churnRisk",
    "confidence",
    "errors",
    "lifetimeValue",
    "messages",
    "orders",
    "satisfaction",
    "seats",
    "sentiment",
    "timeLeftShare",
    "urgency",
)
_FLAGS = (
    "chatStarted",
    "complianceConcern",
    "customerRequest",
    "fraud",
    "knownIssue",
    "legal",
    "security",
    "sensitiveRequest",
    "shared",
    "vip",
    "withinHours",
    "workaroundAvailable",
)

FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        **{name: Fact(Kind.TEXT) for name in _TEXTS},
        **{name: Fact(Kind.NUMBER) for name in _NUMBERS},
        **{name: Fact(Kind.FLAG) for name in _FLAGS},
        "responseTime": Fact(Kind.DURATION),
        "timeLeft": Fact(Kind.DURATION),
        "timeOnPage": Fact(Kind.SECONDS),
        "priority": Fact(Kind.TEXT, _URGENCY),
        "severity": Fact(Kind.TEXT, _URGENCY),
    }
)
"""Every fact that Deskhand knows by itself, but for those whose words are in a configuration."""


def known(categories: Iterable[str], channels: Iterable[str], own: Mapping[str, Kind]) -> Mapping[str, Fact]:
    """All facts of one configuration: ours, its categories and channels, and those that it declares itself."""
    named = {
        "category": Fact(Kind.TEXT, tuple(categories)),
        "channel": Fact(Kind.TEXT, tuple(channels)),
    }
    return MappingProxyType({**{name: Fact(kind) for name, kind in own.items()}, **FACTS, **named})


def value(given: Any, kind: Kind) -> Value | None:
    """What is given as a value of that kind, or None: unknown, or of another kind.

    Hosts keep numbers and flags in text fields too, so ``"12.5"`` is a number and ``"true"`` a flag where one is asked for.
    """
    return _READERS[kind](given)


def _number(given: Any) -> float | None:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return None
    try:
        number = float(given)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _length(given: Any) -> float | None:
    return given.total_seconds() if isinstance(given, timedelta) else _number(given)


def _text(given: Any) -> str | None:
    return given.strip().casefold() or None if isinstance(given, str) else None


def _flag(given: Any) -> bool | None:
    if isinstance(given, str):
        return {"true": True, "false": False}.get(given.strip().casefold())
    return given if isinstance(given, bool) else None


_READERS = {
    Kind.NUMBER: _number,
    Kind.DURATION: _length,
    Kind.SECONDS: _length,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
}
