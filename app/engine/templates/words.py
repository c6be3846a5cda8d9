"""What stands in a template's fields, made harmless: one line of plain words, in which nothing is markup, a link or code."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from babel.dates import format_skeleton
from babel.numbers import format_currency, get_currency_precision

MOST = 2_000
"""Characters of one field."""
_JOINER = "\u2060"
_PLAIN = str.maketrans(dict(zip("[]{}*`\\|~", ("(", ")", "(", ")", "\u2217", "'", "/", "/", "\u223c"), strict=True)))
_TAG = re.compile(r"<(?=[^\s\d])")
_EDGES = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_LEADING = re.compile(r"^(?:[#>+=\u2217\s]+|-+(?!\d))+")
_NUMBERED = re.compile(r"^(\d{1,9})[.)](?=\s)")
_LINK = re.compile(
    r"\w[\w+.-]{0,30}:\s?//|\bwww\.|\b(?:mailto|tel|javascript|data|vbscript):|[\w-]\.[a-z]{2,24}/", re.IGNORECASE
)
_DOMAIN = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2,})")
_ADDRESS = re.compile(r"https?://[^\s/?#@:]+(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)


class HostileField(ValueError):
    """A field holds what no customer is sent. The message names no value."""


class Safe(str):
    """Text that may stand in a message as it is: a template's own words, or what this module made."""

    __slots__ = ()


def plain(value: object) -> Safe:
    """The value as one line of words. Raises HostileField when a link stands in it: only ``link`` makes those."""
    if isinstance(value, Safe):
        return value
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise HostileField("is no text or number")
    line = _line(str(value))
    if len(line) > MOST:
        raise HostileField(f"is longer than {MOST} characters")
    if _LINK.search(line):
        raise HostileField("holds a link")
    text = _EDGES.sub("", _ENTITY.sub("& ", _TAG.sub("\u2039", line.translate(_PLAIN))))
    return Safe(_DOMAIN.sub(f"{_JOINER}.", _NUMBERED.sub(r"\1:", _LEADING.sub("", text))))


def link(url: object, label: object) -> Safe:
    """A link with these words. Raises HostileField for what is no web address, or one that hides where it leads."""
    address = _line(str(url))
    parts = urlsplit(address) if _ADDRESS.fullmatch(address) else None
    if parts is None or not parts.hostname or len(address) > MOST:
        raise HostileField("is no web address")
    escaped = "".join(
        c if (c.isascii() and c not in "()<>[]{}|\\^`\"'*_") or c == "_" else _percent(c) for c in address
    )
    return Safe(f"[{plain(label)}]({escaped})")


def money(amount: object, currency: object, language: str) -> Safe:
    """An amount in the currency's smallest unit, as the language writes it. Raises HostileField for what is none."""
    code = str(currency).upper()
    if not isinstance(amount, int) or isinstance(amount, bool) or not re.fullmatch("[A-Z]{3}", code):
        raise HostileField("is no amount of money")
    places = get_currency_precision(code)
    return Safe(format_currency(Decimal(amount).scaleb(-places), code, locale=language or "en").replace("\xa0", " "))


def day(moment: object, language: str) -> Safe:
    """A day such as ``Oct 25``, from an ISO 8601 moment or date. Raises HostileField for what is none."""
    try:
        found = datetime.fromisoformat(moment).date() if isinstance(moment, str) else moment
    except ValueError as error:
        raise HostileField("is no date") from error
    if not isinstance(found, date):
        raise HostileField("is no date")
    spoken = language or "en"
    return Safe(format_skeleton("MMMd" if spoken == "en" else "MMMMd", found, locale=spoken))


def _line(text: str) -> str:
    """One line without what cannot be seen: controls, marks that turn the reading direction, half characters."""
    kept = (" " if unicodedata.category(c) in ("Zl", "Zp") or c in "\t\r\n\v\f" else c for c in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")).split())


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())
