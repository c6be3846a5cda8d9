"""What it pays: how a desk compares with others, and what a month saves. Numbers come from facts; every assumption has a name.

The tiers are those of production deployments in customer service for consumers and small companies; large companies' are lower.
Only deflection that held is compared: who came back within seven days was not deflected.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

TIERS: tuple[tuple[str, float], ...] = (("best in class", 0.5), ("strong", 0.3), ("average", 0.15), ("weak", 0.0))
"""Name -> the least share of deflected tickets, best first; the first is above its bound, the others reach theirs."""
SAVED_WITH_DRAFT = (0.2, 0.35)
"""What people save of their time with a draft where it goes well."""


class AssumptionError(ValueError):
    """An assumption that there is not, or that cannot be."""


class Origin(StrEnum):
    """Where a number is from."""

    FACT = "fact"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Assumptions:
    """What facts do not say, in the account's own money; each can be set. Fractions are 0 to 1."""

    cost_per_ticket: float = 12.5
    """What one ticket costs that a person answers, all included."""
    minutes_per_ticket: float = 11.0
    """A person's working time on one."""
    cost_per_answer: float = 0.5
    """What one automatic answer costs, the model included."""
    platform_per_month: float = 0.0
    setup_once: float = 0.0
    months_to_pay_back: float = 12.0
    """Over how many months the setup is spread."""
    saved_with_draft: float = 0.2
    """The share of a person's time that a draft saves, where the desk's own figures do not say."""
    minutes_to_correct: float = 15.0
    """A person's time on a ticket that came back after an automatic answer, on top of the answer."""


@dataclass(frozen=True)
class Month:
    """What happened in a time, counted, and taken to a month of ``days``."""

    days: float
    tickets: int
    held: int
    """Resolved by us alone, and lasted."""
    postponed: int
    drafted: int
    """Answered by people who had a draft."""
    answers: int
    """Automatic ones altogether."""
    with_draft: float | None = None
    without_draft: float | None = None

    @property
    def factor(self) -> float:
        """From this time to thirty days."""
        return 30 / self.days if self.days else 0.0

    @property
    def deflection(self) -> float | None:
        """The share of tickets that were deflected, and stayed so."""
        return self.held / self.tickets if self.tickets else None

    @property
    def measured_saving(self) -> float | None:
        """The share of time that drafts save by the desk's own figures; None where they do not say, never less than nothing."""
        if not self.with_draft or not self.without_draft:
            return None
        return max(0.0, 1 - self.with_draft / self.without_draft)


@dataclass(frozen=True)
class Return:
    """One month in money. ``ratio`` is what comes back for each unit that is spent; None where nothing is spent."""

    deflected: float
    assisted: float
    corrections: float
    spent: float
    saving_with_draft: float
    saving_from: Origin

    @property
    def saved(self) -> float:
        """What is saved after corrections and before what it costs."""
        return self.deflected + self.assisted - self.corrections

    @property
    def net(self) -> float:
        """What remains in a month."""
        return self.saved - self.spent

    @property
    def ratio(self) -> float | None:
        """The return on investment: 1.0 is twice the money back."""
        return self.net / self.spent if self.spent else None


def tier(deflection: float | None) -> str:
    """The tier of a share of tickets that were deflected and stayed so; ``unknown`` where there is none."""
    if deflection is None:
        return "unknown"
    best, least = TIERS[0]
    if deflection > least:
        return best
    return next(name for name, bound in TIERS[1:] if deflection >= bound)


def returned(month: Month, assumed: Assumptions) -> Return:
    """What a month of that kind saves and costs."""
    measured = month.measured_saving
    saving = assumed.saved_with_draft if measured is None else measured
    minute = assumed.cost_per_ticket / assumed.minutes_per_ticket
    spread = assumed.setup_once / assumed.months_to_pay_back
    return Return(
        deflected=month.held * month.factor * assumed.cost_per_ticket,
        assisted=month.drafted * month.factor * assumed.cost_per_ticket * saving,
        corrections=month.postponed * month.factor * assumed.minutes_to_correct * minute,
        spent=month.answers * month.factor * assumed.cost_per_answer + assumed.platform_per_month + spread,
        saving_with_draft=saving,
        saving_from=Origin.ASSUMED if measured is None else Origin.FACT,
    )


def assuming(given: Mapping[str, float], base: Assumptions = Assumptions()) -> Assumptions:
    """The assumptions with some of them set, by ``cost_per_ticket`` or ``cost-per-ticket``. Raises AssumptionError."""
    known = {one.name for one in fields(Assumptions)}
    values = {name.strip().replace("-", "_").lower(): value for name, value in given.items()}
    if unknown := sorted(values.keys() - known):
        raise AssumptionError(f"{unknown[0]} is none; there are {', '.join(sorted(known))}")
    changed = replace(base, **values)
    if any(value < 0 for value in vars(changed).values()):
        raise AssumptionError("no assumption is below zero")
    if not changed.minutes_per_ticket or not changed.months_to_pay_back or changed.saved_with_draft > 1:
        raise AssumptionError("minutes and months are above zero, and a share is at most 1")
    return changed
