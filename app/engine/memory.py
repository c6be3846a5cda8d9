"""What is remembered of a person who is proven to be themselves, for their next ticket, wherever they write.

Never what anybody said: what it was about, which order, in which language, and what is still open. It opens nothing by itself:
whoever is not proven recalls nothing, and a system shows an order only to its owner, remembered or not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(days=30)
"""How long something is remembered after it was last spoken of."""
FRESH = timedelta(days=7)
"""How long it may stand in for what a message leaves out; after that people still read it."""


@dataclass(frozen=True)
class Memory:
    """One person's last matter."""

    at: datetime
    ticket: str
    """Our own id of the ticket that it was in."""
    url: str = ""
    topic: str = ""
    """The category."""
    number: str = ""
    """The order that was shown to them."""
    language: str = ""
    waiting: str = ""
    """What the open conversation there waits for, in words; empty where nothing is open."""

    def lately(self, now: datetime) -> "Memory | None":
        """This, while it may stand in for what is not said."""
        return self if self.at <= now and now - self.at <= FRESH else None


def told(memory: Memory) -> str:
    """The line that people read."""
    about = f"{memory.topic or 'something'}{f', order {memory.number}' if memory.number else ''}"
    where = f"[another ticket]({memory.url})" if memory.url else "another ticket"
    return f"{about}, on {memory.at:%Y-%m-%d} in {where}{f'; {memory.waiting}' if memory.waiting else ''}."
