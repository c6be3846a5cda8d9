"""Amounts with their units, and addresses, in a sentence: what a claim may not get wrong. Comparing them is not done here."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from app.engine.lexicon import CURRENCIES, LINKS, NUMBERS, ONES, QUALIFIERS, UNITS
from app.engine.words import STOP_WORDS, fold, stem

Figure = tuple[str, str]
"""An amount and its unit, both in one form: ``("14", "business day")``, ``("20", "€")``, ``("7", "")``."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[€$£¥%]")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?")
_STEP = re.compile(r"^\s*(?:\d{1,2}[.)]\s+|[-*\u2022]\s+)")
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,15}://|www\.)[^\s<>\"'\])]+|\b(?:javascript|data|mailto|tel|vbscript):[^\s)]+", re.I
)
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[\w-]+(?:\.|\[\.\]|\(\.\)|\u3002|\s+dot\s+))+[^\W\d_]{2,24}(?:/[^\s)\]]*)?(?![\w-])", re.I
)
_MAIL = re.compile(r"[\w.+-]+\s?(?:@|\[at\]|\(at\))\s?[\w-]+(?:\.[\w-]+)+", re.I)
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d(?:[\s()./\u2010-\u2015-]{0,3}\d){5,17}(?!\w)")
_TRAILING = ".,;:!?"


def figures(sentence: str) -> frozenset[Figure]:
    """Every amount that the sentence names, also in words; the number of a step in a list is none."""
    tokens = _TOKEN.findall(_plain(unnumbered(sentence)))
    return frozenset(_figures(tokens, 0, len(tokens)))


def introduced(sentence: str) -> frozenset[tuple[str, Figure]]:
    """Every amount with the word before it: ``over 50`` and ``costs 50`` say different things."""
    tokens = _TOKEN.findall(_plain(unnumbered(sentence)))
    places = [n for n, token in enumerate(tokens) if _counts(token)]
    return frozenset((_before(tokens, n), next(_figures(tokens, n, n + 1))) for n in places)


def _before(tokens: Sequence[str], n: int) -> str:
    known = (stem(t) for t in reversed(tokens[:n]) if not (_counts(t) or t in STOP_WORDS or t in UNITS))
    return next(known, "")


def unnumbered(line: str) -> str:
    """A line without the number or the bullet of a step."""
    return _STEP.sub("", line)


def addresses(text: str) -> frozenset[str]:
    """Every link, host name, mail address and telephone number, each in one form."""
    found = {_link(match[0]) for pattern in (_URL, _DOMAIN) for match in pattern.finditer(text)}
    found |= {re.sub(r"\s", "", match[0]).casefold() for match in _MAIL.finditer(text)}
    found |= {_digits(match[0]) for match in _PHONE.finditer(_plain(text))}
    return frozenset(found)


def without_addresses(text: str) -> str:
    """The text with a gap where an address stood: its digits are no amounts and its parts no words."""
    for pattern in (_URL, _MAIL, _DOMAIN, _PHONE):
        text = pattern.sub(" ", text)
    return text


def _link(text: str) -> str:
    """One form for a link however it is dressed; different links never become the same."""
    bare = re.sub(r"\[\.\]|\(\.\)|\u3002|\s+dot\s+", ".", text.rstrip(_TRAILING), flags=re.I)
    scheme, mark, rest = bare.partition("://")
    host, slash, path = (rest if mark else bare).partition("/")
    known = scheme.casefold() in {"http", "https"} if mark else True
    host = host.casefold().removeprefix("www.")
    return ("" if known else f"{scheme.casefold()}://") + host + (slash + path).rstrip("/")


def _digits(text: str) -> str:
    return "tel:" + re.sub(r"\D", "", text)


def _plain(text: str) -> str:
    """Folded, every script's digits as ours."""
    composed = unicodedata.normalize("NFKC", text)
    ours = (str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in composed)
    return fold("".join(ours))


def _figures(tokens: Sequence[str], start: int, end: int) -> Iterator[Figure]:
    for n in range(start, end):
        token = tokens[n]
        unit = _unit(tokens, n)
        if token[0].isdigit():
            yield _amount(token), unit
        elif token in NUMBERS:
            yield NUMBERS[token], unit
        elif token in ONES and unit and n + 1 < len(tokens) and not tokens[n + 1][0].isdigit():
            yield "1", unit


def _unit(tokens: Sequence[str], n: int) -> str:
    """The unit of the amount at ``n``: a currency before it, or what follows, past ``to 5`` and ``business``."""
    if n and UNITS.get(tokens[n - 1]) in CURRENCIES:
        return UNITS[tokens[n - 1]]
    following = list(tokens[n + 1 : n + 6])
    if len(following) >= 2 and following[0] in LINKS and _counts(following[1]):
        following = following[2:]
    elif following and _counts(following[0]):
        following = following[1:]
    qualified = ""
    if following and following[0] in QUALIFIERS:
        qualified = f"{following.pop(0)} "
    if not following or following[0] not in UNITS:
        return ""
    if len(following) > 1 and following[1] in QUALIFIERS:
        qualified = f"{following[1]} "
    return qualified + UNITS[following[0]]


def _counts(token: str) -> bool:
    return token[0].isdigit() or token in NUMBERS


def _amount(token: str) -> str:
    """``1,000.00`` and ``1000`` are one amount, and so are ``4,90`` and ``4.9``."""
    if _THOUSANDS.fullmatch(token):
        whole, point, cents = token, "", ""
        if re.search(r"[.,]\d{1,2}$", token):
            whole, point, cents = (
                token[: -len(token) + max(token.rfind("."), token.rfind(","))],
                ".",
                re.split(r"[.,]", token)[-1],
            )
        token = re.sub(r"[.,]", "", whole) + point + cents
    token = token.replace(",", ".")
    return re.sub(r"\.?0+$", "", token) if token.count(".") == 1 else token
