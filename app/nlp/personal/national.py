"""Personal numbers of states: by form and check digit, and where the form alone says little, only next to words that announce them."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum.au import tfn
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar, pan
from stdnum.it import codicefiscale
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.za import idnr as za_id

from app.nlp.personal.types import Kind

Valid = Callable[[str], bool]
REACH = 45
"""Characters before (and a few after) a number in which its announcement is looked for."""


@dataclass(frozen=True)
class Number:
    """One country's number: its form, its check, and the words without which it is not believed (none: the form is enough)."""

    form: re.Pattern[str]
    valid: Valid
    cue: re.Pattern[str] | None = None


def _number(form: str, valid: Valid, cue: str = "") -> Number:
    edge = r"(?<![\w.\-/#$€£+])(?:{})(?!\w|[-.,/]\d)"
    return Number(
        re.compile(edge.format(form), re.IGNORECASE), valid, re.compile(rf"\b(?:{cue})", re.IGNORECASE) if cue else None
    )


def _plausible(number: str) -> bool:
    return len(set(number.replace(" ", ""))) > 2 and any(map(str.isdigit, number))


NUMBERS: tuple[Number, ...] = (
    _number(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]", _plausible),  # United Kingdom, NINO
    _number(r"\d{3}[ -]?\d{3}[ -]?\d{4}", nhs.is_valid, "nhs"),
    _number(r"\d{8}[ -]?[A-Z]", dni.is_valid),  # Spain
    _number(r"[XYZ][ -]?\d{7}[ -]?[A-Z]", nie.is_valid),
    _number(r"[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", nir.is_valid),  # France
    _number(r"[A-Z]{6}\d\d[A-EHLMPR-T]\d\d[A-Z]\d{3}[A-Z]", codicefiscale.is_valid),  # Italy
    _number(
        r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
        idnr.is_valid,
        r"steuer|idnr|identifikationsnummer|tax (?:id|number|identification)|tin\b",
    ),
    _number(r"\d{4} ?\d{2} ?\d{3}|\d{9}", bsn.is_valid, "bsn|burgerservicenummer|sofi|citizen service"),  # Netherlands
    _number(r"\d{3}\.\d{3}\.\d{3}-\d\d", cpf.is_valid),  # Brazil
    _number(r"\d{11}", cpf.is_valid, "cpf"),
    _number(r"\d{4}[ -]\d{4}[ -]\d{4}", aadhaar.is_valid),  # India
    _number(r"\d{12}", aadhaar.is_valid, "aadhaar|aadhar|uidai"),
    _number(r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", pan.is_valid, r"pan\b|permanent account|income tax"),
    _number(r"\d{11}", pesel.is_valid, "pesel"),  # Poland
    _number(r"(?:\d\d)?\d{6}[-+]\d{4}", personnummer.is_valid),  # Sweden
    _number(r"\d{10}|\d{12}", personnummer.is_valid, "personnummer|personal number|swedish id"),
    _number(r"\d{6}[-+A]\d{3}[0-9A-Y]", hetu.is_valid),  # Finland
    _number(r"\d{6}-?\d{4}", cpr.is_valid, "cpr"),  # Denmark
    _number(r"\d{6} ?\d{5}", fodselsnummer.is_valid, "f[øo]dselsnummer|personnummer|norwegian id"),
    _number(r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d", ahv.is_valid),  # Switzerland
    _number(
        r"\d{3}[- ]\d{3}[- ]\d{3}|\d{9}", sin.is_valid, r"sin\b|social insurance|assurance sociale|n\.?a\.?s\b"
    ),  # Canada
    _number(r"\d{3} ?\d{3} ?\d{2,3}", tfn.is_valid, "tfn|tax file"),  # Australia
    _number(r"\d{13}", za_id.is_valid, r"(?:south african|sa|rsa)? ?(?:id|identity)\b"),
    _number(r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d", curp.is_valid),  # Mexico
    _number(r"\d{11}", tckimlik.is_valid, r"kimlik|t\.?c\.? ?(?:no|id)"),  # Turkey
    _number(r"\d{17}[\dX]", ric.is_valid),  # China
    _number(r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", nn.is_valid),  # Belgium
    _number(r"\d{11}", nn.is_valid, "rijksregister|registre national|national register"),
    _number(r"\d{9}", nif.is_valid, r"nif\b|contribuinte"),  # Portugal
    _number(
        r"(?=[A-Z0-9]{0,9}\d)[A-Z0-9]{6,9}",
        _plausible,
        r"passport|passeport|reisepass|ausweis|pasaporte|passaporto|passaporte|paspoort|identity card|id card|carte d'identit|personalausweis",
    ),
    _number(
        r"(?=[A-Z0-9-]{0,18}\d)[A-Z0-9][A-Z0-9-]{5,17}",
        _plausible,
        r"driv(?:er'?s?|ing) licen[cs]e|f[üu]hrerschein|permis de conduire|rijbewijs|patente",
    ),
)

_SSN = re.compile(r"(?<![\w.\-/#$+])(\d{3})([-. ])(\d{2})\2(\d{4})(?!\w|[-./]\d)")
_BARE_SSN = re.compile(r"(?<![\w.\-/#$+])(\d{3})[-. ]?(\d{2})[-. ]?(\d{4})(?!\w|[-./]\d)")
_SSN_CUE = re.compile(r"\b(?:ssn|s\.s\.n|social security|social sec|tax ?id|taxpayer|itin)\b", re.IGNORECASE)


def numbers(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Every personal number but the American one."""
    for number in NUMBERS:
        if number.cue is not None and not number.cue.search(text):
            continue
        for match in number.form.finditer(text):
            if number.valid(match[0].upper()) and (number.cue is None or _announced(text, match, number.cue)):
                yield Kind.NATIONAL_ID, match.start(), match.end()


def social_security(text: str) -> Iterator[tuple[Kind, int, int]]:
    """American numbers: in three groups always, as nine digits only next to words that announce them."""
    for match in _SSN.finditer(text):
        if _is_issued(match[1], match[3], match[4]):
            yield Kind.SSN, match.start(), match.end()
    if _SSN_CUE.search(text):
        for match in _BARE_SSN.finditer(text):
            if _is_issued(match[1], match[2], match[3]) and _announced(text, match, _SSN_CUE):
                yield Kind.SSN, match.start(), match.end()


def _is_issued(area: str, group: str, serial: str) -> bool:
    """Ranges that were ever given out. The library refuses famous samples too; a customer who types one means to give one."""
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _announced(text: str, match: re.Match[str], cue: re.Pattern[str]) -> bool:
    return bool(
        cue.search(text[max(0, match.start() - REACH) : match.start()])
        or cue.search(text[match.end() : match.end() + REACH])
    )
