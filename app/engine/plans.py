"""A plan as it is written, checked and read: prices in the plan's currency become micros, and every mistake is named with its place."""

from decimal import Decimal, InvalidOperation
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.engine.pricing import MICRO, Plan, Price, Tier, Use


class PlanError(ValueError):
    """The plan cannot be read; the message names the place and what would be right."""


def _micros(given: Any) -> int:
    """An amount such as ``0.30`` exactly: text and numbers as they were written."""
    try:
        micros = Decimal(str(given)) * MICRO
    except InvalidOperation:
        raise ValueError("give an amount such as 0.30") from None
    if not micros.is_finite() or micros < 0 or micros != micros.to_integral_value():
        raise ValueError("give an amount such as 0.30, with six decimals at most")
    return int(micros)


Amount = Annotated[int, BeforeValidator(_micros)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Tier(_Written):
    upto: Annotated[int, Field(gt=0)] | None = None
    each: Amount


class _Price(_Written):
    each: Amount | None = None
    tiers: tuple[_Tier, ...] = ()
    included: Annotated[int, Field(ge=0)] = 0
    kinds: dict[str, Amount] = {}


class _Addon(_Written):
    monthly: Amount = 0
    once: Amount = 0


class _Plan(_Written):
    name: Annotated[str, Field(min_length=1)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    base: Amount = 0
    prices: dict[Use, _Price] = {}
    addons: dict[str, _Addon | Amount] = {}
    cap: Amount | None = None


def plan(written: Any) -> Plan:
    """The plan that is meant. Raises PlanError naming the first mistake."""
    try:
        read = _Plan.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "plan"
        raise PlanError(f"{place}: {first['msg'].removeprefix('Value error, ')}") from None
    return Plan(
        name=read.name,
        currency=read.currency,
        base=read.base,
        prices=MappingProxyType({use: _price(use, price) for use, price in read.prices.items()}),
        addons=MappingProxyType({name: _monthly(one) for name, one in read.addons.items()}),
        setups=MappingProxyType({name: one.once for name, one in read.addons.items() if isinstance(one, _Addon)}),
        cap=read.cap,
    )


def _monthly(one: _Addon | int) -> int:
    return one.monthly if isinstance(one, _Addon) else one


def _price(use: Use, written: _Price) -> Price:
    tiers = tuple(Tier(tier.upto, tier.each) for tier in written.tiers)
    if (written.each is None) == (not tiers):
        raise PlanError(f"prices.{use}: give either each or tiers")
    if written.each is not None:
        tiers = (Tier(None, written.each),)
    ends = [tier.upto for tier in tiers]
    if None in ends[:-1] or any(a is not None and b is not None and a >= b for a, b in pairwise(ends)):
        raise PlanError(f"prices.{use}.tiers: each upto is higher than the one before, and only the last has none")
    if ends[-1] is not None:
        raise PlanError(f"prices.{use}.tiers: the last one has no upto, so that every number has a price")
    return Price(tiers, written.included, MappingProxyType(dict(written.kinds)))
