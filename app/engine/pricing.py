"""What an account owes for a month, by any of five plans. Only resolutions that lasted are billed; tests and previews never.

Money is in millionths of the plan's currency, so that no sum depends on the order of its parts. Each line names its tickets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

MICRO = 1_000_000


class Use(StrEnum):
    """What can be billed."""

    AUTOMATIC = "automatic"
    """A ticket that we resolved alone, and that held."""
    ASSISTED = "assisted"
    """A ticket that a person answered with our draft."""
    CONVERSATION = "conversation"
    """A customer's conversation, however many messages it has."""
    SEAT = "seat"
    """A person of the team who used it in that month."""


@dataclass(frozen=True)
class Usage:
    """One thing that was used. ``ref`` is the ticket, or the person of a seat; ``kind`` says how, such as a channel or a model."""

    use: Use
    ref: str
    kind: str = ""


@dataclass(frozen=True)
class Tier:
    """The price of one, in micros, for those up to and with number ``upto``; None: for all that remain."""

    upto: int | None
    micros: int


@dataclass(frozen=True)
class Price:
    """What one use costs: by tiers, after those that the plan includes. ``kinds`` have prices of their own.

    A kind is one word, or several with ``/`` between them that all have to hold: of ``email`` and ``email/assisted`` the longer one counts.
    """

    tiers: tuple[Tier, ...]
    included: int = 0
    kinds: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Plan:
    """One way to pay: a base, what is included, what more costs, add-ons, and at most ``cap`` micros in a month.

    ``setups`` are what an add-on costs once, in the month in which it begins.
    """

    name: str
    currency: str
    base: int = 0
    prices: Mapping[Use, Price] = field(default_factory=lambda: MappingProxyType({}))
    addons: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    setups: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    cap: int | None = None


@dataclass(frozen=True)
class InvoiceLine:
    """One line: so many at that price. ``refs`` name the tickets, so that each can be looked at and disputed."""

    text: str
    count: int
    micros: int
    refs: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """In micros."""
        return self.count * self.micros


def invoice(
    plan: Plan, usage: Sequence[Usage], chosen: Sequence[str] = (), begun: Sequence[str] = ()
) -> tuple[InvoiceLine, ...]:
    """The lines of a month. What is used twice under one name is billed once; ``chosen`` are the add-ons that were on, ``begun``
    those of which that month was the first.

    Raises KeyError for an add-on that the plan has not.
    """
    once = list(dict.fromkeys(usage))
    lines = [InvoiceLine(f"{plan.name}: monthly fee", 1, plan.base)] if plan.base else []
    for use, price in plan.prices.items():
        lines += _lines(use, price, [one for one in once if one.use is use])
    lines += [InvoiceLine(f"Add-on: {name}", 1, plan.addons[name]) for name in dict.fromkeys(chosen)]
    lines += [
        InvoiceLine(f"Set up: {name}", 1, plan.setups[name]) for name in dict.fromkeys(begun) if name in plan.setups
    ]
    return tuple(_capped(lines, plan.cap))


def total(lines: Sequence[InvoiceLine]) -> int:
    """What is owed, in micros."""
    return sum(line.total for line in lines)


def _lines(use: Use, price: Price, used: Sequence[Usage]) -> list[InvoiceLine]:
    """First those with a price of their own, then the others: included ones at nothing, the rest tier by tier."""
    lines = []
    kinds = [_kind(one, price.kinds) for one in used]
    for kind, micros in price.kinds.items():
        refs = tuple(one.ref for one, own in zip(used, kinds, strict=True) if own == kind)
        lines += [InvoiceLine(f"{use}, {kind}", len(refs), micros, refs)] if refs else []
    refs = tuple(one.ref for one, own in zip(used, kinds, strict=True) if not own)
    free, rest = refs[: price.included], refs[price.included :]
    lines += [InvoiceLine(f"{use}, included", len(free), 0, free)] if free else []
    start = 0
    for tier in price.tiers:
        end = len(rest) if tier.upto is None else min(tier.upto, len(rest))
        if end > start:
            lines.append(InvoiceLine(f"{use}, {_range(start, tier.upto)}", end - start, tier.micros, rest[start:end]))
        start = max(start, end)
    return lines


def _kind(used: Usage, kinds: Mapping[str, int]) -> str:
    """The kind with most words that all hold for it, the first of several; or nothing."""
    words = set(used.kind.split("/"))
    return max((kind for kind in kinds if set(kind.split("/")) <= words), key=lambda kind: kind.count("/"), default="")


def _range(start: int, upto: int | None) -> str:
    return f"from number {start + 1}" if upto is None else f"number {start + 1} to {upto}"


def _capped(lines: list[InvoiceLine], cap: int | None) -> list[InvoiceLine]:
    over = total(lines) - cap if cap is not None else 0
    return [*lines, InvoiceLine("Above the agreed limit: not charged", 1, -over)] if over > 0 else lines


def money(micros: int, currency: str) -> str:
    """As a person reads it, exact to the cent and rounded half up."""
    cents, sign = (abs(micros) + MICRO // 200) // (MICRO // 100), "-" if micros < 0 else ""
    return f"{sign}{cents // 100:,}.{cents % 100:02d} {currency}"
