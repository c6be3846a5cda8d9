"""How we know our own messages again. Intercom takes no idempotency key, so the trace has to lie in what we write.

A note ends in a line ``Deskhand ref KEY``; when its batch also holds a reply, the line names a digest of that reply's
words. A reply itself carries nothing: it is known by ``app_package_code`` where the workspace shows one, by the digest in
our note, or, on a resend, by its words.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.intercom.markup import gist, to_text

_LINE = re.compile(r"Deskhand ref (\S+?)(?: answer ([0-9a-f,]+))?$", re.MULTILINE)


def reference(key: str, place: int = 0) -> str:
    """The key as one visible word, another for each note of a batch."""
    return quote(key, safe=":._-") + (f"+{place}" if place else "")


def digest(text: str) -> str:
    """Twelve letters for a reply's words, the same however they were rendered."""
    return hashlib.sha256(gist(text).encode()).hexdigest()[:12]


def line(key: str, place: int = 0, replies: Iterable[str] = ()) -> str:
    """The last line of a note of ours."""
    answers = ",".join(digest(text) for text in replies)
    return f"Deskhand ref {reference(key, place)}" + (f" answer {answers}" if answers else "")


def references(text: str) -> Sequence[str]:
    """The references in this text, as ``reference`` made them."""
    return [found.group(1) for found in _LINE.finditer(text)]


@dataclass(frozen=True)
class Owner:
    """Whom Deskhand writes as: a teammate's seat and, where known, the app's code."""

    admin_id: str
    app_code: str = ""

    def sits(self, part: Mapping[str, Any]) -> bool:
        """Whether our seat wrote this: we, or a person who shares it."""
        author = part.get("author") or {}
        return author.get("type") == "admin" and str(author.get("id") or "") == self.admin_id

    def wrote(self, part: Mapping[str, Any], answers: frozenset[str] = frozenset()) -> bool:
        """Whether *we* wrote this part, and not a person on the same seat, who leaves neither code nor mark.

        ``answers`` are the digests that our notes in this conversation name. When the app's code is not configured, any
        app's code on our seat counts as ours.
        """
        if not self.sits(part):
            return False
        code = str(part.get("app_package_code") or "")
        if code and code == (self.app_code or code):
            return True
        text = to_text(part.get("body"))
        return bool(references(text)) or (bool(text) and digest(text) in answers)

    def sent(self, part: Mapping[str, Any]) -> bool:
        """Whether this part came from us in anybody's name: also what we copied for a customer."""
        code = str(part.get("app_package_code") or "")
        return (bool(code) and code == self.app_code) or self.wrote(part)

    def answers(self, parts: Iterable[Mapping[str, Any]]) -> frozenset[str]:
        """The digests of replies that our own notes name."""
        found: set[str] = set()
        for part in parts:
            if self.sits(part) and "note" in str(part.get("part_type")):
                for mark in _LINE.finditer(to_text(part.get("body"))):
                    found.update(filter(None, (mark.group(2) or "").split(",")))
        return frozenset(found)
