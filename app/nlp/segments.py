"""The sentences of a text, so that two needs in one message can be told apart."""

import re

_BREAK = re.compile(
    r"(?<=[.!?\u3002\uff01\uff1f])\s+|\n+|[;]\s+|\s+(?=(?:also|additionally|besides|by the way|btw|another thing|furthermore)\b)",
    re.IGNORECASE,
)
FEWEST_WORDS = 3
MOST = 6


def segments(text: str) -> tuple[str, ...]:
    """At most ``MOST`` parts of at least ``FEWEST_WORDS`` words each, in order; nothing when the text is a single one."""
    parts = [part.strip(" ,-") for part in _BREAK.split(text[:4000]) if part]
    found = tuple(part for part in parts if len(part.split()) >= FEWEST_WORDS)[:MOST]
    return found if len(found) > 1 else ()
