"""The chain over an account's audit trail: each link is a digest of the row, its place and the link before. Pure; keeps nothing."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
"""What the first link of every chain stands on."""


@dataclass(frozen=True)
class Link:
    """One sealed row: its place, its digest, and everything that it says."""

    sequence: int
    digest: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class End:
    """Where a chain ends, or ended when it was anchored: a place, and the digest there."""

    sequence: int
    digest: str


@dataclass(frozen=True)
class Hole:
    """Rows ``first`` to ``last`` that retention took away, by a signed record; ``digest`` is that of the last of them."""

    first: int
    last: int
    digest: str


class Kind(StrEnum):
    """What is wrong with a chain."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REWRITTEN = "rewritten"
    UNSIGNED = "unsigned"


@dataclass(frozen=True)
class Break:
    """A chain is broken before or at this row: the digest that is stored there, and the one that it should have by what is there."""

    sequence: int
    digest: str
    due: str


@dataclass(frozen=True)
class Fault:
    """The first row that is wrong: its place in the chain, its id where there is such a row, and what is wrong, in words.

    ``at`` is where the chain could be followed further, if people say that they know of it; None where it could not.
    """

    kind: Kind
    sequence: int
    row: int | None
    text: str
    at: Break | None = None


@dataclass(frozen=True)
class Verdict:
    """How many rows were looked at, the last good place, how many anchors agreed, and the first fault, if there is one.

    ``acknowledged`` are the faults before that of which people said that they know.
    """

    rows: int
    good: End
    anchors: int
    fault: Fault | None
    acknowledged: tuple[Fault, ...] = ()


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one way to write a value down: names sorted, no spaces, UTF-8. Raises ValueError for what JSON has no number for."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def digest(previous: str, sequence: int, content: Mapping[str, Any]) -> str:
    """The link of a row at that place after that link."""
    return hashlib.sha256(
        canonical({"content": content, "previous": previous, "sequence": sequence, "version": 1})
    ).hexdigest()


def extended(end: End, contents: Iterable[Mapping[str, Any]]) -> Iterator[End]:
    """The places and digests of rows that are put after ``end``, in their order."""
    for content in contents:
        sequence = end.sequence + 1
        end = End(sequence, digest(end.digest, sequence, content))
        yield end


START = End(0, GENESIS)


class Walk:
    """Follows a chain from its beginning, link by link, and stops at the first fault of which nobody knows.

    ``since``: a place that is trusted already. ``known``: the breaks that people know; what was changed there since is a new fault.
    """

    def __init__(
        self,
        holes: Sequence[Hole] = (),
        anchors: Iterable[End] = (),
        since: End = START,
        known: Collection[Break] = (),
    ) -> None:
        self._holes = {one.first: one for one in holes}
        self._known = frozenset(known)
        self._acknowledged: list[Fault] = []
        self._anchors: dict[int, set[str]] = {}
        for one in anchors:
            self._anchors.setdefault(one.sequence, set()).add(one.digest)
        self._good = since
        self._rows = 0
        self._agreed = 0

    def verified(self, links: Iterable[Link], end: End | None) -> Verdict:
        """What is found; ``end`` is where the chain is said to end, by a signature that was checked."""
        fault = self._through(links, end) or self._at_end(end)
        return Verdict(self._rows, self._good, self._agreed, fault, tuple(self._acknowledged))

    def _through(self, links: Iterable[Link], end: End | None) -> Fault | None:
        for link in links:
            self._skip()
            fault = (
                self._behind(link, end)
                or self._wrong(link)
                or self._unlike_anchor(End(link.sequence, link.digest), _id(link))
            )
            if fault:
                fault = self._placed(fault, link)
                if fault.at not in self._known:
                    return fault
                self._acknowledged.append(fault)
            self._good = End(link.sequence, link.digest)
            self._rows += 1
        self._skip()
        return None

    def _placed(self, fault: Fault, link: Link) -> Fault:
        """With where one could go on from there. Behind a row that nobody sealed there is nothing to go on from."""
        if fault.kind is Kind.INSERTED:
            return fault
        due = digest(self._good.digest, link.sequence, link.content)
        return replace(fault, at=Break(link.sequence, link.digest, due))

    def _skip(self) -> None:
        """Past what retention took away: its record says what the next link stands on."""
        while hole := self._holes.get(self._good.sequence + 1):
            self._good = End(hole.last, hole.digest)

    def _behind(self, link: Link, end: End | None) -> Fault | None:
        """Whatever stands after the end that was signed, at whichever place, somebody else put there."""
        if end is None or self._good.sequence < end.sequence:
            return None
        return Fault(Kind.INSERTED, link.sequence, _id(link), f"row {link.sequence} stands after the signed end")

    def _wrong(self, link: Link) -> Fault | None:
        expected = self._good.sequence + 1
        if link.sequence > expected:
            return Fault(Kind.REMOVED, expected, None, f"row {expected} is missing: the next one is {link.sequence}")
        if link.sequence < expected:
            return Fault(Kind.INSERTED, link.sequence, _id(link), f"row {link.sequence} stands where none may be")
        if digest(self._good.digest, link.sequence, link.content) != link.digest:
            text = f"row {expected} is not the one that was sealed there: it, or its place, was changed"
            return Fault(Kind.CHANGED, expected, _id(link), text)
        return None

    def _unlike_anchor(self, here: End, row: int | None) -> Fault | None:
        known = self._anchors.pop(here.sequence, set())
        if known - {here.digest}:
            text = f"row {here.sequence} has another digest than the anchor: the chain up to it was written anew"
            return Fault(Kind.REWRITTEN, here.sequence, row, text)
        self._agreed += len(known)
        return None

    def _at_end(self, end: End | None) -> Fault | None:
        good = self._good
        last = max([*self._anchors, end.sequence if end else 0])
        if last > good.sequence:
            missing = good.sequence + 1
            return Fault(Kind.REMOVED, missing, None, f"row {missing} and what follows it, to {last}, were cut off")
        if end is None:
            return None if good == START else Fault(Kind.UNSIGNED, good.sequence, None, "the chain has no signed end")
        if good.digest != end.digest:
            text = f"row {good.sequence} has another digest than the signed end: rows before it were written anew"
            return Fault(Kind.REWRITTEN, good.sequence, None, text)
        return None


def _id(link: Link) -> int | None:
    found = link.content.get("id")
    return found if isinstance(found, int) else None
