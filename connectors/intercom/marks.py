"""How we know our own messages again. Intercom takes no idempotency key, so the trace has to lie in what we write.

A note ends in a line ``Deskhand ref KEY``; when its batch also holds a reply, the line names a digest of that reply's
words. A reply itself carries nothing: it is known by ``app_package_code`` where the workspace shows one, by the digest in
our note, or, on a resend, by its words.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import compress
from typing import Any
from urllib.parse import quote

from connectors.intercom.markup import gist, spoken, to_text
from connectors.intercom.values import moment

FOLLOWS = timedelta(seconds=60)
"""Within this time after a message of ours, a wordless change on our seat belongs to the same batch."""

_LINE = re.compile(r"Deskhand ref ([\w:.%~+-]+)(?: answer ([0-9a-f,]+))?")


def reference(key: str, place: int = 0) -> str:
    """The key as one visible word, another for each note of a batch."""
    return quote(key, safe=":._-") + (f"+{place}" if place else "")


def digest(words: str) -> str:
    """Twelve letters for the gist of a reply, the same however it was rendered."""
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def line(key: str, place: int = 0, replies: Iterable[str] = ()) -> str:
    """The last line of a note of ours; ``replies`` are its batch's, as Markdown."""
    answers = ",".join(digest(spoken(text)) for text in replies)
    return f"Deskhand ref {reference(key, place)}" + (f" answer {answers}" if answers else "")


def references(text: str) -> Sequence[str]:
    """The references in this text, as ``reference`` made them."""
    return [found.group(1) for found in _LINE.finditer(text)]


@dataclass(frozen=True)
class Owner:
    """Whom Deskhand writes as: a teammate's seat and, where known, the app's code. A person may share the seat."""

    admin_id: str
    app_code: str = ""

    def sits(self, part: Mapping[str, Any]) -> bool:
        """Whether our seat wrote this: we, or a person who shares it."""
        author = part.get("author") or {}
        return author.get("type") == "admin" and str(author.get("id") or "") == self.admin_id

    def sent(self, part: Mapping[str, Any]) -> bool:
        """Whether this one part shows that it came from us, in anybody's name: also what we copied for a customer."""
        code = _code(part)
        if code and code == self.app_code:
            return True
        return self.sits(part) and (bool(code and not self.app_code) or bool(references(to_text(part.get("body")))))

    def mine(self, parts: Sequence[Mapping[str, Any]]) -> list[bool]:
        """For each part of a conversation, oldest first, whether *we* wrote it, and not a person on the same seat.

        A person leaves neither our code nor our mark. Where the workspace shows no codes, our replies are known by the
        digest in our note, and wordless changes (an assignment, a closing) by following at once on a message of ours.
        """
        seat = [self.sits(part) for part in parts]
        marked = [sits and bool(references(to_text(part.get("body")))) for part, sits in zip(parts, seat, strict=True)]
        notes = list(compress(parts, marked))
        codes = frozenset(filter(None, [self.app_code] if self.app_code else map(_code, notes)))
        answers = _answers(notes)
        coded = any(map(_code, compress(parts, seat)))
        found: list[bool] = []
        last: datetime | None = None
        for part, sits, mark in zip(parts, seat, marked, strict=True):
            at = moment(part.get("created_at"))
            follows = not coded and not part.get("body") and last and at and at - last <= FOLLOWS
            own = sits and (mark or self._shows(part, codes, answers) or bool(follows))
            last = at if own else last
            found.append(own)
        return found

    @staticmethod
    def _shows(part: Mapping[str, Any], codes: frozenset[str], answers: frozenset[str]) -> bool:
        code = _code(part)
        if code and (code in codes or not codes):
            return True
        text = to_text(part.get("body"))
        return bool(text) and digest(gist(text)) in answers


def _code(part: Mapping[str, Any]) -> str:
    return str(part.get("app_package_code") or "")


def _answers(marked: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The digests of replies that our notes name."""
    found: set[str] = set()
    for part in marked:
        for mark in _LINE.finditer(to_text(part.get("body"))):
            found.update(filter(None, (mark.group(2) or "").split(",")))
    return frozenset(found)
