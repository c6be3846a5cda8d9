"""Figures, by the names of the users' guide. How they are made is ``app.reports.figures``' part."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.services import Services
from app.web.api.auth import Caller
from app.web.api.declared import Given, Operation, Told, Words, text
from app.web.api.door import Door

if TYPE_CHECKING:
    from app.reports.figures import Figures

RANGE = r"^(last-[1-9][0-9]{0,2}-(hour|day|week)s?|today|yesterday|this-month|last-month|20[0-9]{2}-(0[1-9]|1[0-2]))$"
ABOUT = (
    "As in `last-30-days`, `today`, `yesterday`, `this-month`, `last-month` or `2026-10`, by the account's own clock."
)


class Asked(Given):
    """The time that is looked at: tickets that were opened then."""

    time_range: str = text(20, pattern=RANGE, default="last-30-days", about=ABOUT)


class AskedFor(Asked):
    """Which figures: the guide's names, or all five."""

    metrics: Words = Field(default_factory=list, description="As in `automation-rate,customer-satisfaction`.")


class Seconds(Told):
    """Mean times to a solution, in seconds. Null: nothing was solved that way."""

    automated: int | None
    human: int | None
    overall: int | None


class HandleTime(Told):
    """Mean times of tickets that people solved, in seconds. Null: there was none."""

    with_draft: int | None
    without_draft: int | None


class CostPerTicket(Told):
    """In the account's own money. Null: people have solved nothing yet that would say."""

    automated: float
    human: float | None
    blended: float | None


class Category(Told):
    """One category's tickets, and the share that nobody had to touch."""

    total: int
    auto_resolved: int
    rate: float


class Escalations(Told):
    """Whether the right tickets went to people, of those of which that is known."""

    rightly: int
    needlessly: int
    too_late: int = Field(alias="tooLate")
    spared: int


class Held(Told):
    """What became of what was resolved automatically."""

    confirmed: int
    assumed: int
    postponed: int
    open: int


class Own(Told):
    """A figure of the account's own configuration. ``met`` is null where it has no target, or is not known."""

    name: str
    value: float | None
    calculation: str
    target: str
    met: bool | None


class Metrics(Told):
    """How the desk is doing. Null: nothing is known yet."""

    total_tickets: int
    auto_resolved: int
    escalated_to_human: int
    avg_resolution_time: Seconds
    avg_first_response_time: int | None
    handle_time: HandleTime
    csat: float | None
    ratings: int
    automation_rate: float | None
    reopen_rate: float | None
    cost_per_ticket: CostPerTicket
    agent_productivity: float | None
    by_category: dict[str, Category]
    escalation_accuracy: float | None
    escalations: Escalations
    holds: dict[Literal["7d", "14d", "30d"], Held]
    custom: list[Own]


class Intent(Told):
    """One intent among those most often met."""

    intent: str
    count: int
    resolved: int
    rate: float


class BotMetrics(Told):
    """How we are doing. ``accuracy`` rests on so many ``judged`` drafts. Null: nothing is known yet."""

    conversations: int
    resolved: int
    escalated: int
    avg_confidence: float | None
    accuracy: float | None
    judged: int
    avg_resolution_time: int | None
    top_intents: list[Intent]
    tool_usage: dict[str, int]
    customer_satisfaction: float | None


class Effectiveness(Told):
    """The figures that were asked for. Null: not asked for, or nothing is known yet."""

    automation_rate: float | None = None
    resolution_accuracy: float | None = None
    customer_satisfaction: float | None = None
    escalation_rate: float | None = None
    avg_handle_time: int | None = None


DESK = Operation("getMetrics", "GET", "/metrics", "metrics", "How the desk is doing.", {200: Metrics}, query=Asked)
BOT = Operation("getBotMetrics", "GET", "/metrics/bot", "metrics", "How we are doing.", {200: BotMetrics}, query=Asked)
EFFECT = Operation(
    "getEffectiveness",
    "GET",
    "/metrics/effectiveness",
    "metrics",
    "The five figures to watch.",
    {200: Effectiveness},
    query=AskedFor,
)


def register(door: Door) -> None:
    """Hang the operations at the door. Who takes webhooks needs none of what they load."""
    services = door.services

    @door.serves(DESK)
    def desk_metrics(caller: Caller, query: Asked) -> Metrics:
        from app.reports import figures  # noqa: PLC0415

        found = _found(services, caller.account_id, query.time_range)
        own = figures.custom(found, services.configuration(caller.account_id).watched)
        return Metrics.model_validate(figures.metrics(found) | {"custom": [vars(one) for one in own]})

    @door.serves(BOT)
    def bot_metrics(caller: Caller, query: Asked) -> BotMetrics:
        from app.reports import figures  # noqa: PLC0415

        told = figures.bot_metrics(_found(services, caller.account_id, query.time_range))
        return BotMetrics.model_validate(told)

    @door.serves(EFFECT)
    def effectiveness(caller: Caller, query: AskedFor) -> Effectiveness:
        from app.reports import figures  # noqa: PLC0415

        found = _found(services, caller.account_id, query.time_range)
        return Effectiveness.model_validate(figures.effectiveness(found, [one for one in query.metrics if one]))


def _found(services: Services, account_id: str, time_range: str) -> "Figures":
    """The figures of that time, at the costs and by the clock of the account's configuration."""
    from app.reports import figures  # noqa: PLC0415

    settled = services.configuration(account_id)
    with services.database.reading() as session:
        now = services.database.now(session)
        when = figures.period(time_range, now, settled.rules.hours.zone)
        return figures.figures(session, account_id, when, now, settled.watched.costs)
