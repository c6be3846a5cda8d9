"""How to reach somebody: e-mail addresses and phone numbers."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

import re
from collections.abc import Iterator

from app.nlp.personal.types import Kind

_LOCAL = re.compile(r"[\w.!#$%&'*+/?^`{|}~-]{1,64}$")
_DOMAIN = re.compile(r"[^\W_](?:[\w-]{0,62}[^\W_])?(?:\.[^\W_](?:[\w-]{0,62}[^\W_])?){1,8}")
_FILES = frozenset(
    {
        "png",
        "jpg",
        "jpeg",
        "gif",
        "svg",
        "webp",
        "pdf",
        "css",
        "js",
        "ts",
        "py",
        "txt",
        "csv",
        "zip",
        "html",
        "mp4",
        "json",
    }
)
_SPELLED = re.compile(
    r"(?<![\w.])[\w.+-]{1,64} ?(?:\(at\)|\[at\]|\{at\}|<at>| at )\s?[\w-]{1,63}(?: ?(?:\(dot\)|\[dot\]|\{dot\}| dot |\.) ?[\w-]{1,63}){1,4}",
    re.IGNORECASE,
)
_SPELLED_DOT = re.compile(r"\(dot\)|\[dot\]|\{dot\}| dot |\(at\)|\[at\]", re.IGNORECASE)

_NUMBER = re.compile(r"(?<![\w.+\-/#$€£])(?:\+|00)?\(?\d(?:[ \t.\-/()]{0,3}\d){6,16}(?![\w])(?!-[A-Za-z\d]|[.,]\d)")
_INTERNATIONAL = re.compile(r"(?<![\w+])\+\(?\d(?:[ \t.\-/()]{0,3}\d){6,14}(?!\d)")
_AMERICAN = re.compile(
    r"(?<![\w.\-/#$€£+(])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .\-/])[2-9]\d{2}[ .-]\d{4}(?!\d|[-.]\d|-?[A-Za-z]\d)"
)
_NATIONAL = re.compile(
    r"(?<![\w.\-/#$€£+])(?:0[1-9](?:[ .]\d\d){4}|0\d{4}[ ]\d{6}|0\d{2,4}[ ]\d{3,4}[ ]\d{3,4}|0\d{2,4}/\d{5,8}|\(0\d{1,4}\) ?\d{3,4}[ -]?\d{3,5})(?![\d-])"
)
_CUE = re.compile(
    r"\b(?:phones?|telephone|tel|mobile|cell(?:phone)?|call(?: me| us)?|ring|text(?: me)?|sms|whatsapp|contact|fax|reach(?: me| us)?|dial|my number|number is|"
    r"telefon\w*|handy\w*|rufnummer|mobil|nummer|anrufen|t[ée]l[ée]phone|portable|appel\w*|num[ée]ro|tel[ée]fono|m[oó]vil|celular|"
    r"ll[aá]m\w+|cellulare|telemovel|telefone|telefoon\w*|bel)\b",
    re.IGNORECASE,
)
_NOT_A_PHONE = re.compile(
    r"\b(?:order|orders|invoice|tracking|part|sku|serial|ref|reference|ticket|case|account|loan|claim|batch|coupon|promo|isbn|imei|"
    r"transaction|bestellung|bestellnummer|rechnung\w*|commande|pedido|factura|points|version|model|code|booking|policy|member|parcel|shipment|"
    r"id|ip|item|product|iban|zip|timestamp|unix|meter|vin)\b[^.!?\n;,\d]{0,18}$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d\d[ ./-](?:0?[1-9]|1[0-2])[ ./-]|(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d"
)
REACH = 35
"""Characters before a number in which a cue is looked for."""


def emails(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Every address, also ``jane (at) example (dot) com``; each ``@`` looks at most 64 characters back and 600 on."""
    place = text.find("@")
    while place >= 0:
        local = _LOCAL.search(text[max(0, place - 64) : place])
        domain = _DOMAIN.match(text, place + 1, place + 600)
        if local and domain and (span := _address(text, place - len(local[0]), place, domain)):
            yield Kind.EMAIL, *span
        place = text.find("@", place + 1)
    if _SPELLED_DOT.search(text):
        for match in _SPELLED.finditer(text):
            if _SPELLED_DOT.search(match[0]):
                yield Kind.EMAIL, match.start(), match.end()


def phones(text: str) -> Iterator[tuple[Kind, int, int]]:
    """International and usual national ways to write a number; bare digits only where words announce a phone."""
    for pattern in (_INTERNATIONAL, _AMERICAN, _NATIONAL):
        for match in pattern.finditer(text):
            if not _NOT_A_PHONE.search(text[max(0, match.start() - REACH) : match.start()]) or match[0].startswith("+"):
                yield Kind.PHONE, match.start(), _end(text, match)
    for match in _NUMBER.finditer(text):
        before = text[max(0, match.start() - REACH) : match.start()]
        if 7 <= sum(map(str.isdigit, match[0])) <= 15 and _announced(before, match[0]):
            yield Kind.PHONE, match.start(), _end(text, match)


def _announced(before: str, number: str) -> bool:
    cues = list(_CUE.finditer(before))
    if not cues or _DATE.match(number):
        return False
    return not _NOT_A_PHONE.search(before[cues[-1].end() :] or " ") and not _NOT_A_PHONE.search(before)


def _end(text: str, match: re.Match[str]) -> int:
    """The end without trailing marks that the pattern may have taken."""
    return match.start() + len(text[match.start() : match.end()].rstrip(" .-/("))


def _address(text: str, start: int, at: int, domain: re.Match[str]) -> tuple[int, int] | None:
    """The span of the address, freed of what stands around it, or None when it is none (``foo@2x.png``)."""
    local = text[start:at]
    # In ``email=foo@x.io`` or ``a/b|foo@x.io`` the sign before is punctuation far more often than part of the name.
    for mark in "=/|?&{'`":
        local = local.rpartition(mark)[2]
    local = local.lstrip(".!#$%*^~-")
    last = domain[0].rpartition(".")[2].lower()
    if (
        not local
        or local.endswith(".")
        or last in _FILES
        or not ((last.isalpha() and len(last) >= 2) or last.startswith("xn--"))
    ):
        return None
    return at - len(local), domain.end()
