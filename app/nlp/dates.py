"""Dates and deadlines in words, relative to a given moment: ``by Friday``, ``tomorrow at 5 pm``, ``within 3 days``, ``3/4/2026``."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            "monday mon montag lunes lundi lunedì maandag",
            "tuesday tue tues dienstag martes mardi martedì dinsdag",
            "wednesday wed mittwoch miércoles mercredi mercoledì woensdag",
            "thursday thu thurs donnerstag jueves jeudi giovedì donderdag",
            "friday fri freitag viernes vendredi venerdì vrijdag",
            "saturday sat samstag sábado samedi sabato zaterdag",
            "sunday sun sonntag domingo dimanche domenica zondag",
        )
    )
    for word in words.split()
}
_DAYS = {
    **dict.fromkeys(["today", "tonight", "eod", "heute", "hoy", "aujourd'hui", "oggi", "vandaag", "hoje"], 0),
    **dict.fromkeys(["tomorrow", "morgen", "mañana", "demain", "domani", "amanhã"], 1),
    **dict.fromkeys(["yesterday", "gestern", "ayer", "hier", "ieri", "gisteren", "ontem"], -1),
}
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan januar enero janvier", "february feb februar febrero février", "march mar märz marzo mars", "april apr abril avril",
            "may mai mayo", "june jun juni junio juin", "july jul juli julio juillet", "august aug agosto août",
            "september sep sept septiembre septembre", "october oct oktober octubre octobre", "november nov noviembre novembre",
            "december dec dezember diciembre décembre",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_BY = r"(?P<by>\b(?:by|before|until|till|no later than|due(?: on| by)?|bis(?: zum| spätestens)?|spätestens|antes de(?:l)?|para el|avant|d'ici|entro|vóór|voor|até)\s+)?"
_PRE = r"(?:the\s+|el\s+|le\s+|il\s+|end of(?: the)?\s+|(?P<next>next|this|coming|kommenden|nächsten|próximo|prochain)\s+|on\s+)?"


def _names(table: dict[str, int]) -> str:
    return "|".join(sorted(table, key=len, reverse=True))


_RELATIVE = re.compile(rf"{_BY}{_PRE}\b(?P<word>{_names(_DAYS)}|{_names(_WEEKDAYS)})\b", re.IGNORECASE)
_WITHIN = re.compile(
    r"\b(?:(?P<within>within|in|innerhalb(?: von)?|dentro de|dans|entro|binnen)\s+)(?:the next\s+)?(?P<n>\d{1,3})\s+"
    r"(?P<unit>hours?|hrs?|days?|weeks?|stunden?|tage[n]?|wochen?|horas?|días?|semanas?|heures?|jours?|semaines?|giorni|ore|dagen|uur)\b",
    re.IGNORECASE,
)
_AGO = re.compile(r"\b(?P<n>\d{1,3})\s+(?P<unit>days?|weeks?)\s+ago\b", re.IGNORECASE)
_ISO = re.compile(rf"{_BY}(?<![\d-])(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)", re.IGNORECASE)
_NUMERIC = re.compile(
    rf"{_BY}(?<![\d./-])(?P<a>\d{{1,2}})(?P<sep>[./])(?P<b>\d{{1,2}})(?P=sep)(?P<y>(?:20)?\d\d)(?!\d)", re.IGNORECASE
)
_WRITTEN = re.compile(
    rf"{_BY}(?:\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?(?P<month>{_names(_MONTHS)})\b|\b(?P<month2>{_names(_MONTHS)})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b)"
    r"(?:,?\s+(?:de\s+)?(?P<y>(?:19|20)\d\d))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\s{0,2}(?:at|um|a las|à|alle|om)?\s{0,2}(?P<h>\d{1,2})(?::(?P<min>\d\d))?\s?(?P<half>[ap]\.?m\b|uhr\b|h\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w']+")
_DIGIT = re.compile(r"\d")
_NAMES = frozenset({*_DAYS, *_WEEKDAYS})
END_OF_DAY = time(23, 59)


@dataclass(frozen=True)
class Moment:
    """A day, or with ``is_deadline`` the moment by which something is wanted. ``iso`` is ISO 8601."""

    start: int
    iso: str
    is_deadline: bool


def dates(text: str, now: datetime) -> tuple[Moment, ...]:
    """Every date in order. ``now`` must be aware; weekdays mean the next such day; ``3/4/2026`` is read by month first unless
    only the other way makes a date."""
    moments = list(_relative(text, now)) if _NAMES.intersection(_WORD.findall(text.lower())) else []
    if _DIGIT.search(text):
        moments += [*_spans(text, now), *_calendar(text, now)]
    return tuple(sorted(moments, key=lambda moment: moment.start))


def _relative(text: str, now: datetime) -> Iterator[Moment]:
    for match in _RELATIVE.finditer(text):
        word = match["word"].lower()
        if word in ("mon", "sun", "sat", "mar", "wed", "hier") and not (match["by"] or match["next"]):
            continue  # Too often something else: "mon", "the sun", French "hier" in German text.
        days = _DAYS[word] if word in _DAYS else ((_WEEKDAYS[word] - now.weekday() - 1) % 7) + 1
        yield _moment(text, match, now, now.date() + timedelta(days=days))


def _spans(text: str, now: datetime) -> Iterator[Moment]:
    for match in _WITHIN.finditer(text):
        unit, amount = match["unit"].lower(), int(match["n"])
        hours = amount * (
            1 if unit.startswith(("h", "st", "or", "uur")) else 24 * 7 if unit.startswith(("w", "sem")) else 24
        )
        yield Moment(match.start(), (now + timedelta(hours=hours)).isoformat(timespec="minutes"), True)
    for match in _AGO.finditer(text):
        days = int(match["n"]) * (7 if match["unit"].lower().startswith("w") else 1)
        yield Moment(match.start(), (now.date() - timedelta(days=days)).isoformat(), False)


def _calendar(text: str, now: datetime) -> Iterator[Moment]:
    for match in _ISO.finditer(text):
        yield from _if_real(text, match, now, (int(match["y"]), int(match["m"]), int(match["d"])))
    for match in _NUMERIC.finditer(text):
        first, second = int(match["a"]), int(match["b"])
        year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
        month_first = match["sep"] == "/" and first <= 12
        yield from _if_real(text, match, now, (year, first, second) if month_first else (year, second, first))
    for match in _WRITTEN.finditer(text):
        month, day = _MONTHS[(match["month"] or match["month2"]).lower()], int(match["d"] or match["d2"])
        yield from _if_real(text, match, now, (int(match["y"] or now.year), month, day))


def _if_real(text: str, match: re.Match[str], now: datetime, parts: tuple[int, int, int]) -> Iterator[Moment]:
    try:
        day = date(*parts)
    except ValueError:
        return
    yield _moment(text, match, now, day)


def _moment(text: str, match: re.Match[str], now: datetime, day: date) -> Moment:
    if not match["by"]:
        return Moment(match.start(), day.isoformat(), False)
    clock = _CLOCK.match(text, match.end(), match.end() + 20)
    at = datetime.combine(day, _hour(clock) if clock else END_OF_DAY, now.tzinfo)
    return Moment(match.start(), at.isoformat(timespec="minutes"), True)


def _hour(clock: re.Match[str]) -> time:
    hour, minute = int(clock["h"]), int(clock["min"] or 0)
    half = clock["half"].lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else END_OF_DAY
