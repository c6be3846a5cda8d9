"""The helpdesk's own SLA clocks beside ours, in words. They are read and never written: its own policies set them."""

from datetime import UTC
from typing import Final

from connectors.types import HostClock, Ticket

WORDS: Final = {"active": "runs", "paused": "is paused", "met": "was kept", "missed": "was missed"}


def line(ticket: Ticket) -> str:
    """One line for the note; empty where the helpdesk keeps none, or shows none."""
    told = "; ".join(_told(clock) for clock in ticket.clocks)
    return f"**The helpdesk's own SLA:** {told}." if told else ""


def _told(clock: HostClock) -> str:
    name = clock.metric.replace("_", " ") or clock.policy or "the ticket's"
    until = f", {clock.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if clock.due and clock.state != "met" else ""
    return f"{name} {WORDS.get(clock.state, clock.state)}{until}"
