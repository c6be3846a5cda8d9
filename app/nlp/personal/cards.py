"""Payment cards: digits in groups, a known issuer range and the Luhn check; and the short code that belongs to a card."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import luhn

from app.nlp.personal.types import Kind

_GROUP = re.compile(r"(?<![A-Za-z0-9])\d{1,19}(?![A-Za-z0-9])")
_GAP = re.compile(r"[ \t\r\n.\-_/*,|>]{1,4}")
_LOOSE = re.compile(r"[^\d]{1,40}")
_ABOUT_CARDS = re.compile(
    r"\b(?:card|visa|master ?card|maestro|amex|american express|credit|debit|digits|karte\w*|kreditkarte\w*|carte|tarjeta|carta|cart[aã]o|kaart)\b",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"\b(?:c\.?v\.?[vcn]\.?2?|csc|cid|security (?:code|number)|card verification (?:value|number|code)|verification value|card code|"
    r"signature panel code|(?:three|3|four|4|last (?:three|3))[- ]?digits?(?: (?:code|number))?(?: (?:on|at|from) the (?:back|front|rear))?|"
    r"(?:code|number|digits|numbers) (?:on|at|from) the (?:back|front|rear|reverse)|"
    r"(?:karten)?pr[üu]f(?:nummer|ziffer|zahl)|sicherheitscode|cryptogramme|code de s[ée]curit[ée]|"
    r"c[oó]digo de seguridad|codice di sicurezza|c[oó]digo de seguran[cç]a|beveiligingscode)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\d.,#$€£%/-])\d{3,4}(?![\d%€£$]|[.,/:-]\d| \d\d)")
_BEFORE = re.compile(
    r"(?<![\d.,#$€£/-])(\d{3,4})\)?(?: is|,? as|,?)?(?: (?:my|the|for|your))? ?\(?(?:c\.?v\.?[vcn]\.?2?|csc|security code)\b",
    re.IGNORECASE,
)
_EXPIRY = re.compile(
    r"[\s,;/|-]{1,3}(?:exp(?:iry|ires|iration|\.)?:? ?)?(?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?\d\d[\s,;/|-]{1,3}(\d{3,4})(?!\d|[.,/:-]\d)",
    re.IGNORECASE,
)
_SENT_TO_ME = re.compile(r"\b(?:sms|text|texted|e-?mail|app|phone)\b", re.IGNORECASE)
_NOT_A_CODE = re.compile(
    r"^(?: ?(?:days?|hours?|hrs?|weeks?|months?|minutes?|times?|years?|usd|eur|gbp|dollars|euros|digits?|items|orders|error)\b)",
    re.IGNORECASE,
)

_RANGES: tuple[tuple[int, int, frozenset[int]], ...] = (
    (1800, 1800, frozenset({15})),
    (2131, 2131, frozenset({15})),
    (2200, 2204, frozenset({16, 17, 18, 19})),
    (2221, 2720, frozenset({16})),
    (3000, 3059, frozenset({14, 16})),
    (3095, 3095, frozenset({14, 16})),
    (3400, 3499, frozenset({15})),
    (3528, 3589, frozenset({16, 17, 18, 19})),
    (3600, 3699, frozenset({14, 16, 19})),
    (3700, 3799, frozenset({15})),
    (3800, 3999, frozenset({14, 16})),
    (4000, 4999, frozenset({13, 16, 19})),
    (5000, 5099, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),
    (5100, 5599, frozenset({16})),
    (5600, 5899, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),
    (6011, 6011, frozenset({16, 17, 18, 19})),
    (6200, 6299, frozenset({16, 17, 18, 19})),
    (6304, 6304, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),
    (6390, 6390, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),
    (6440, 6599, frozenset({16, 17, 18, 19})),
    (6759, 6763, frozenset({12, 13, 14, 15, 16, 17, 18, 19})),
    (8100, 8199, frozenset({16})),
)
"""First and last four leading digits of an issuer, and how long its numbers are."""
_STARTS = [first for first, _, _ in _RANGES]
SHORTEST, LONGEST = 12, 19
TOTAL_GROUPS = 19


@dataclass(frozen=True)
class _Group:
    start: int
    end: int
    digits: str


def is_card(digits: str) -> bool:
    """Whether an issuer gives out such numbers and the check digit is right."""
    if not SHORTEST <= len(digits) <= LONGEST or len(set(digits)) < 2:
        return False
    lead = int(digits[:4])
    place = bisect_left(_STARTS, lead + 1) - 1
    known = any(
        first <= lead <= last and len(digits) in lengths
        for first, last, lengths in _RANGES[max(0, place - 1) : place + 1]
    )
    return known and bool(luhn.is_valid(digits))


def cards(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Every card number, whole, in groups, digit by digit, or split by a few words where the text speaks of cards."""
    groups = [_Group(m.start(), m.end(), m[0]) for m in _GROUP.finditer(text)]
    rest: list[_Group] = []
    yield from _numbers(text, groups, rest, loose=False)
    if _ABOUT_CARDS.search(text):
        yield from _numbers(text, rest, [], loose=True)


def _numbers(text: str, groups: list[_Group], rest: list[_Group], *, loose: bool) -> Iterator[tuple[Kind, int, int]]:
    """The cards among the groups; ``rest`` receives the groups of none."""
    number = 0
    while number < len(groups):
        last = _longest(text, groups, number, loose=loose)
        if last is None:
            rest.append(groups[number])
            number += 1
            continue
        yield Kind.CARD, groups[number].start, groups[last].end
        yield from _after(text, groups[last].end)
        number = last + 1


def codes(text: str) -> Iterator[tuple[Kind, int, int]]:
    """The three or four digits that a cue such as ``CVV`` announces."""
    for cue in _CUE.finditer(text):
        window = text[cue.end() : cue.end() + 40].split("\n\n", maxsplit=1)[0]
        found = _CODE.search(window)
        if found and _SENT_TO_ME.search(window[: found.start()]):
            continue  # A one-time code, which others look for.
        if (
            found
            and not _NOT_A_CODE.match(window[found.end() :])
            and not re.search(r"[.!?]\s", window[: found.start()])
        ):
            yield Kind.CVV, cue.end() + found.start(), cue.end() + found.end()
    for before in _BEFORE.finditer(text):
        yield Kind.CVV, before.start(1), before.end(1)


def _after(text: str, end: int) -> Iterator[tuple[Kind, int, int]]:
    """The code after number and expiry date, as people paste them: ``4111... 12/27 123``."""
    found = _EXPIRY.match(text, end, end + 40)
    if found:
        yield Kind.CVV, found.start(1), found.end(1)


def _longest(text: str, groups: list[_Group], first: int, *, loose: bool) -> int | None:
    """The last group of the longest card that begins with group ``first``, or None."""
    digits, best = "", None
    for place in range(first, min(first + TOTAL_GROUPS, len(groups))):
        if place > first and not _joined(text, groups[place - 1], groups[place], loose=loose):
            break
        digits += groups[place].digits
        if len(digits) > LONGEST:
            break
        if is_card(digits) and (not loose or _is_usual(groups[first : place + 1])):
            best = place
    return best


def _joined(text: str, left: _Group, right: _Group, *, loose: bool) -> bool:
    between = text[left.end : right.start]
    return bool((_LOOSE if loose else _GAP).fullmatch(between))


def _is_usual(groups: list[_Group]) -> bool:
    """Whether the groups are as printed on cards, or halves of them: words in between need that much certainty."""
    sizes = [len(group.digits) for group in groups]
    return all(size in (4, 8, 12) for size in sizes) or sizes in ([4, 6, 5], [4, 11], [10, 5])
