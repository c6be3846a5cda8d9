"""Taking pieces of comments out of Zendesk for good, by its redaction of a string in a comment."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.errors import Closed, NotFound, Refused
from connectors.redaction import Redact, look
from connectors.types import Change
from connectors.zendesk.client import Client
from connectors.zendesk.parse import text_of
from connectors.zendesk.text import tidy

log = logging.getLogger(__name__)

BLOCK = "▇"
"""What Zendesk puts in the place of each character that it took out."""
MOVED = "redaction: other words stand there now; nothing was taken out"
STAYED = "redaction: the vendor left the words where they were"


def redact(client: Client, id: int, changes: Sequence[Change]) -> tuple[int, tuple[str, ...]]:
    """Take out what is still there: how many pieces were asked for just now, and in words what was not taken out.

    A piece that is a block already was taken out before. Raises what Zendesk raises when the ticket cannot be read.
    """
    asked = [change for change in changes if isinstance(change, Redact)]
    if not asked:
        return 0, ()
    texts = {str(comment.get("id")): text_of(comment) for comment in client.comments(id)}
    sent, lost = 0, []
    for change in asked:
        text = texts.get(change.message, "")
        if look(text[change.start : change.end]) != change.look:
            lost += [] if BLOCK in text[change.start : change.end] else [MOVED]
            continue
        sent += 1
        try:
            texts[change.message] = _without(client, id, change, text)
        except (NotFound, Closed, Refused) as error:
            lost.append(f"redaction: the vendor refused it ({type(error).__name__})")
            continue
        if look(texts[change.message][change.start : change.end]) == change.look:
            lost.append(STAYED)
    return sent, tuple(dict.fromkeys(lost))


def _without(client: Client, id: int, change: Redact, text: str) -> str:
    """The comment's text afterwards. One call a line: what is broken over two is two strings to Zendesk."""
    for words in pieces(text, change.start, change.end):
        comment: Mapping[str, Any] = client.redact(id, int(change.message), words)
        text = tidy(str(comment.get("plain_body") or comment.get("body") or text.replace(words, BLOCK * len(words))))
    return text


def pieces(text: str, start: int, end: int) -> Iterator[str]:
    """The strings to name, a line each. One that stands elsewhere too is named with its neighbours, so that no other goes.

    The neighbours are on its left, where what names it stands; at a line's beginning they are on its right.
    """
    for line in text[start:end].splitlines(keepends=True):
        first, start = start, start + len(line)
        last = first + len(line.rstrip("\n"))
        while first < last and text.count(text[first:last]) > 1:
            if first and text[first - 1] != "\n":
                first -= 1
            elif last < len(text) and text[last] != "\n":
                last += 1
            else:
                break
        if text[first:last].strip():
            yield text[first:last]
