"""The one table of metrics: every family with its kind, its labels and what it says. What is not here is not told.

Labels are words of ours (outcomes, routes, vendors, states): never an account, a ticket, a person, an address or a text.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

SUM = "sum"
OTHER = "deskhand_other"


class Kind(StrEnum):
    """As Prometheus has them."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Family:
    """One metric. A counter's name is told with ``_total`` at its end."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """The names under which its samples are asked for."""
        if self.kind is Kind.HISTOGRAM:
            return tuple(f"{self.name}{end}" for end in ("_bucket", "_sum", "_count"))
        return (f"{self.name}_total",) if self.kind is Kind.COUNTER else (self.name,)


FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: answers of ours and of vendors."""
STEPS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 30.0, 60.0)
"""Seconds: what a ticket's turn consists of; a model may take half a minute."""
WAITS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
"""Seconds: from a customer's message to what a person sees of us. A minute is what is promised."""


def _counter(name: str, text: str, *labels: str) -> Family:
    return Family(f"deskhand_{name}", Kind.COUNTER, text, labels)


def _gauge(name: str, text: str, *labels: str) -> Family:
    return Family(f"deskhand_{name}", Kind.GAUGE, text, labels)


def _histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Family:
    return Family(f"deskhand_{name}", Kind.HISTOGRAM, text, labels, buckets)


_TABLE = (
    _counter("http_requests", "Requests answered, by room, route and status.", "room", "route", "status"),
    _histogram("http_request_seconds", "How long an answer took.", FAST, "room"),
    _counter("webhooks", "Webhooks that were not simply taken, by what came of them.", "outcome"),
    _counter("events", "Events saved from webhooks.", "outcome"),
    _counter("api_calls", "Calls of our API, by operation.", "operation"),
    _counter("page_views", "Pages asked for, and who was not let in.", "page"),
    _counter("surfaces", "What hosts asked to be drawn in their own frames.", "place"),
    _counter("canvases", "What a host asked of our canvas.", "action"),
    _counter("sidebar_presses", "What agents pressed in the sidebar.", "action"),
    _counter("installs", "Connections begun by clicking, by vendor, and those that were refused.", "step"),
    _counter("sign_ons", "Sign-ins by an identity provider, by what came of them.", "outcome"),
    _counter("limited", "Who knocked too often and was let wait, by door.", "door"),
    _counter("levels", "Changes of people's levels that came to nothing.", "outcome"),
    _counter("apps", "Hosts' app frames opened.", "place"),
    _counter("model_calls", "Questions to language models, by outcome.", "outcome"),
    _counter("model_tokens", "Tokens that language models took.", "direction"),
    _counter("model_cost_micros", "What language models cost by the prices given, in millionths of the currency."),
    _histogram("model_seconds", "How long a language model's answer took.", STEPS, "task"),
    _gauge("model_breakers_open", "Endpoints of language models that are left alone now, over all processes."),
    _counter("bells", "Doorbells that did not reach the queue; the clock rings again.", "outcome"),
    _counter("sweeps", "Tickets that the clock rang again.", "outcome"),
    _counter("runs", "Turns that ended in an error, by what was done about it.", "remedy"),
    _counter("turns", "Tickets' turns with something to look at, by what came of them.", "outcome"),
    _counter("decisions", "Decisions by the mode they were made in.", "mode"),
    _counter("effects", "Attempts to write to a host: sent, or what was done about the error.", "outcome"),
    _counter("deeds", "Effects on backends that were done.", "outcome"),
    _counter("backends", "Backends that failed to answer a workflow.", "outcome"),
    _counter("assigned", "Tickets given to agents or teams.", "outcome"),
    _counter("codes", "Step-up codes sent and heard.", "outcome"),
    _counter("promises", "Promises that were about to be broken.", "outcome"),
    _counter("forecasts", "Broken promises foreseen."),
    _counter("held_seconds", "Seconds for which connections were held back because a vendor asked for patience."),
    _counter("vendor_calls", "Requests to vendors, by vendor and status.", "vendor", "status"),
    _histogram("vendor_seconds", "How long a vendor's answer took.", FAST, "vendor"),
    _histogram("step_seconds", "How long each step of a turn took.", STEPS, "step"),
    _histogram("visible_seconds", "From a webhook's arrival to the first write in the host that followed.", WAITS),
    _counter("other", "What is counted without a family of its own.", "name"),
    _gauge("up", "Whether a part that everything depends on answers: database, broker.", "part"),
    _gauge("processes", "Processes that have shown themselves lately, by kind.", "kind"),
    _gauge("clock_led", "Whether a clock leads."),
    _gauge("queue_jobs", "Jobs in the queue, and those that failed.", "state"),
    _gauge(
        "events_waiting", "Events that wait for their ticket's turn, of active and of paused connections.", "connection"
    ),
    _gauge("event_oldest_seconds", "Age of the oldest event that waits and that nothing holds back."),
    _gauge("tickets_parked", "Tickets that were given up and are left to people."),
    _gauge("effects_open", "Planned writes that are not over, by how far they are.", "state"),
    _gauge("connections", "Connections by state.", "state"),
    _gauge("trail_unsealed", "Acts of the audit trail that have no place in their chain yet."),
    _gauge("trail_oldest_seconds", "Age of the oldest of them."),
    _gauge("alarms", "Alarms that stand."),
    _gauge("database_bytes", "Size of the database."),
    _gauge("scrape_seconds", "How long it took to find these figures."),
)
FAMILIES = MappingProxyType({family.name: family for family in _TABLE})
"""Name -> family, in the order in which they are told."""
COUNTED = MappingProxyType(
    {
        "webhooks": "deskhand_webhooks",
        "events": "deskhand_events",
        "api": "deskhand_api_calls",
        "pages": "deskhand_page_views",
        "surfaces": "deskhand_surfaces",
        "canvas": "deskhand_canvases",
        "sidebar": "deskhand_sidebar_presses",
        "installs": "deskhand_installs",
        "apps": "deskhand_apps",
        "signon": "deskhand_sign_ons",
        "limits": "deskhand_limited",
        "levels": "deskhand_levels",
        "model": "deskhand_model_calls",
        "bells": "deskhand_bells",
        "sweep": "deskhand_sweeps",
        "runs": "deskhand_runs",
        "turns": "deskhand_turns",
        "decisions": "deskhand_decisions",
        "effects": "deskhand_effects",
        "deeds": "deskhand_deeds",
        "backends": "deskhand_backends",
        "assigned": "deskhand_assigned",
        "codes": "deskhand_codes",
        "sla": "deskhand_promises",
        "forecasts": "deskhand_forecasts",
    }
)
"""How a name that is counted begins -> its family; what follows the dot is the family's one label."""
