"""Things named in a text: order, invoice, ticket and tracking numbers, amounts, dates, products, addresses, error messages."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from app.nlp.clean import last_error
from app.nlp.dates import dates
from app.nlp.personal import NEVER_OUT, Found, Kind, find

READ = 20_000
MOST = 20
"""Values of one kind that are kept."""
_ID = r"((?=[A-Z0-9-]{0,24}\d)[A-Z0-9][A-Z0-9-]{2,24})"
_LINK = r"(?:\s{0,2}(?:number|num|no\.?|nr\.?|id|nummer|número|numéro|numero|#|:|is|was|ist|es|est)){0,3}\s{0,2}#?\s?"


def _named(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words}){_LINK}{_ID}(?![\w.-]\w)", re.IGNORECASE)


_NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("order", _named("orders?|purchase|bestellung|bestellnummer|auftrag|pedido|commande|ordine|bestelling|encomenda")),
    ("order", re.compile(r"\b((?:ORD|ORDER|PO|SO)-?\d[\w-]{2,20})\b", re.IGNORECASE)),
    ("order", re.compile(r"(?<![\w#&/])#(\d{4,12})\b")),
    ("invoice", _named("invoice|bill|rechnung|rechnungsnummer|factura|facture|fattura|factuur|fatura")),
    ("invoice", re.compile(r"\b(INV-?\d[\w-]{2,20})\b", re.IGNORECASE)),
    ("ticket", _named("ticket|case|request|incident|vorgang|fall|caso|dossier")),
    (
        "tracking",
        _named("tracking|parcel|shipment|sendung|sendungsnummer|seguimiento|suivi|colis|spedizione|zending|rastreio"),
    ),
    ("tracking", re.compile(r"\b(1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}[A-Z]{2}|9[2-5]\d{20,24}|JD\d{16,18}|TBA\d{12})\b")),
)
_SIGN = r"[$€£¥₹]|US\$|C\$|A\$|R\$|USD|EUR|GBP|CHF|CAD|AUD|JPY|INR|BRL|SEK|NOK|DKK|PLN"
_SUM = r"\d{1,3}(?:[.,' ]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_SIGN})\s?(?P<sum>{_SUM})|(?P<sum2>{_SUM})\s?(?P<after>{_SIGN}|dollars?|euros?|pounds?|bucks|cents?))(?!\w|[.,]\d)",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(?:[A-Z]\w{1,60}(?:Error|Exception)(?::[^\n]{0,160})?|(?:error|err|fehler|erreur)(?: code)?[ :#-]{1,3}(?:[A-Z]{0,8}[_-]?\d{2,8}|0x[0-9a-f]{2,16})|"
    r"HTTP[ /]?[45]\d\d|[45]\d\d (?:error|bad gateway|internal server error|not found|forbidden|unauthorized|service unavailable)|(?-i:E[A-Z]{4,14})\b(?=[: ]|$))",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_CASED_ERROR = re.compile(r"[A-Z]\w{0,60}(?:Error|Exception)\b")


def entities(
    text: str, now: datetime, products: Iterable[str] = (), personal: Sequence[Found] | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Kind -> values in order of appearance, each once. Kinds: order, invoice, ticket, tracking, amount, date, deadline, product,
    email, phone, error. Dates are ISO 8601, deadlines aware ISO 8601 in the zone of ``now``; amounts are ``12.50 EUR``. ``personal`` is what ``find`` found in the same text, where that is known."""
    text = text[:READ]
    pieces = find(text) if personal is None else [piece for piece in personal if piece.end <= READ]
    text = _without(text, pieces)
    found: dict[str, list[str]] = {}
    for kind, pattern in _NUMBERS:
        found.setdefault(kind, []).extend(match[1].upper().rstrip("-") for match in pattern.finditer(text))
    found["amount"] = [_amount(match) for match in _AMOUNT.finditer(text)]
    for moment in dates(text, now):
        found.setdefault("deadline" if moment.is_deadline else "date", []).append(moment.iso)
    found["product"] = _products(text, products)
    for piece in pieces:
        if piece.type in (Kind.EMAIL, Kind.PHONE):
            found.setdefault(piece.type.lower(), []).append(text[piece.start : piece.end])
    found["error"] = _errors(text)
    return MappingProxyType({kind: tuple(dict.fromkeys(values))[:MOST] for kind, values in found.items() if values})


def _without(text: str, pieces: Iterable[Found]) -> str:
    """Blanks where a card or a password stood: entities are kept, and an order number is no way in for either."""
    for piece in pieces:
        if piece.type in NEVER_OUT:
            text = text[: piece.start] + " " * (piece.end - piece.start) + text[piece.end :]
    return text


def _amount(match: re.Match[str]) -> str:
    written = (match["sum"] or match["sum2"]).replace(" ", "").replace("'", "")
    sign = (match["before"] or match["after"]).upper()
    # The last separator followed by one or two digits is the decimal one; all others group thousands.
    whole, _, rest = written.replace(",", ".").rpartition(".")
    value = (
        f"{whole.replace('.', '')}.{rest}" if whole and len(rest) <= 2 else written.replace(",", "").replace(".", "")
    )
    return f"{float(value):.2f} {_CURRENCIES.get(sign, sign)}"


_CURRENCIES = {
    "$": "USD", "US$": "USD", "DOLLAR": "USD", "DOLLARS": "USD", "BUCKS": "USD", "€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP",
    "POUND": "GBP", "POUNDS": "GBP", "¥": "JPY", "₹": "INR", "C$": "CAD", "A$": "AUD", "R$": "BRL", "CENT": "CENT", "CENTS": "CENT",
}  # fmt: skip


def _products(text: str, products: Iterable[str]) -> list[str]:
    said = _plain_words(text)
    return [name for name in products if name.strip() and _plain_words(name) in said]


def _plain_words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.lower()))} "


def _errors(text: str) -> list[str]:
    last = last_error(text)
    told = [match[0].strip() for match in _ERROR.finditer(text)]
    return [
        error
        for error in ([last] if last else []) + told
        if not error.lower().endswith(("error", "exception")) or _CASED_ERROR.match(error) or error[:1].isdigit()
    ]
