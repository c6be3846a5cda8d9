"""Made-up personal data and look-alikes, by the thousand. Numbers are drawn and given right check digits; nothing is anybody's."""

# ruff: noqa: E501 - tables

import random
from collections.abc import Callable, Iterator

from stdnum import iban, luhn
from stdnum.es import dni

Piece = tuple[str, str]
"""Type and value."""
Case = tuple[str, list[Piece]]

_SEPARATORS = ("", " ", "-", ".", "  ", "\n", "\u00a0", " - ")
_BRANDS = (
    ("4", 16),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("65", 16),
    ("3530", 16),
    ("36", 14),
    ("62", 16),
    ("6759", 16),
)
_IBANS = {
    "DE": "d" * 18,
    "FR": "d" * 10 + "c" * 11 + "dd",
    "GB": "aaaa" + "d" * 14,
    "ES": "d" * 20,
    "NL": "aaaa" + "d" * 10,
    "IT": "a" + "d" * 10 + "c" * 12,
    "AT": "d" * 16,
    "CH": "d" * 5 + "c" * 12,
    "PL": "d" * 24,
    "BE": "d" * 12,
}
_WRAPS = (
    "{}",
    "Hello, {} thanks",
    "please check: {}",
    "{}, what now?",
    "I wrote before.\n\n{}\n\nBest,\nJo",
    "HI {} BYE",
    "Hola, {} gracias",
    "({})",
)


def positives(count: int, seed: int = 7) -> Iterator[Case]:
    """``count`` texts with what is in them."""
    draw = random.Random(seed)
    makers: tuple[Callable[[random.Random], Case], ...] = (
        _card,
        _cvv,
        _iban,
        _ssn,
        _email,
        _phone,
        _otp,
        _password,
        _national,
    )
    for number in range(count):
        text, pieces = makers[number % len(makers)](draw)
        yield draw.choice(_WRAPS).format(text), pieces


def negatives(count: int, seed: int = 11) -> Iterator[str]:
    """``count`` texts with numbers and words that are nobody's secret."""
    draw = random.Random(seed)
    for number in range(count):
        yield draw.choice(_WRAPS).format(_harmless(draw, number))


def digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(count))


def _card(draw: random.Random) -> Case:
    lead, size = draw.choice(_BRANDS)
    body = lead + digits(draw, size - len(lead) - 1)
    number = body + luhn.calc_check_digit(body)
    groups = (4, 6, 5) if size == 15 else (4, 6, 4) if size == 14 else (4, 4, 4, 4)
    cut, parts = 0, []
    for group in groups:
        parts.append(number[cut : cut + group])
        cut += group
    value = draw.choice(_SEPARATORS).join(parts if draw.random() < 0.9 else list(number))
    return draw.choice(("my card {} was charged", "card number: {}", "{}", "use {} please", "visa {} declined")).format(
        value
    ), [("CARD", value)]


def _cvv(draw: random.Random) -> Case:
    value = digits(draw, draw.choice((3, 3, 4)))
    told = (
        "cvv {}",
        "CVC: {}",
        "the cvv is {}",
        "security code {}",
        "cvv2={}",
        "CVV number is {}",
        "the three digits on the back are {}",
        "csc {}",
        "Prüfnummer {}",
        "card verification code: {}",
    )
    return draw.choice(told).format(value), [("CVV", value)]


def _iban(draw: random.Random) -> Case:
    country = draw.choice(sorted(_IBANS))
    form = _IBANS[country]
    while True:
        body = "".join(
            digits(draw, 1)
            if sign == "d"
            else draw.choice("ABCDEFGHJK")
            if sign == "a"
            else draw.choice("0123456789ABC")
            for sign in form
        )
        number = country + iban.calc_check_digits(f"{country}00{body}") + body
        if iban.is_valid(number, check_country=False):
            break
    value = number if draw.random() < 0.4 else " ".join(number[place : place + 4] for place in range(0, len(number), 4))
    return draw.choice(("refund to {}", "IBAN: {}", "my iban is {} ok", "{}")).format(value), [("IBAN", value)]


def _ssn(draw: random.Random) -> Case:
    area, group, serial = f"{draw.randint(1, 665):03}", f"{draw.randint(1, 99):02}", f"{draw.randint(1, 9999):04}"
    separator = draw.choice(("-", "-", " ", ".", ""))
    value = separator.join((area, group, serial))
    told = (
        ("my SSN is {}", "ssn: {}", "social security number {}")
        if not separator
        else ("my SSN is {}", "verify with {}", "{} is my social")
    )
    return draw.choice(told).format(value), [("SSN", value)]


def _email(draw: random.Random) -> Case:
    name = draw.choice(("jane.doe", "bob", "j_smith", "a.b-c", "user123", "maria+shop", "josé.garcía", "O.Neil"))
    host = draw.choice(("example.com", "mail.example.org", "exa-mple.io", "shop.co.uk", "firma.museum", "x.de"))
    value = f"{name}@{host}"
    return draw.choice(("write to {}", "mailto:{}", "<{}>", "email={}", "{}", "it is {}, yes")).format(value), [
        ("EMAIL", value)
    ]


def _phone(draw: random.Random) -> Case:
    area, office, line = (
        f"{draw.randint(2, 9)}{digits(draw, 2)}",
        f"{draw.randint(2, 9)}{digits(draw, 2)}",
        digits(draw, 4),
    )
    forms = (f"+1 {area}-{office}-{line}", f"({area}) {office}-{line}", f"{area}.{office}.{line}", f"{area}-{office}-{line}", f"{area} {office} {line}",
             f"+49 30 {digits(draw, 6)}", f"+33 6 {digits(draw, 2)} {digits(draw, 2)} {digits(draw, 2)} {digits(draw, 2)}", f"+44 7{digits(draw, 3)} {digits(draw, 6)}", f"+61 412 {digits(draw, 3)} {digits(draw, 3)}", f"{area}{office}{line}")  # fmt: skip
    value = draw.choice(forms)
    return draw.choice(("call me on {}", "my number is {}", "phone: {}", "text me {}", "mobile {}")).format(value), [
        ("PHONE", value)
    ]


def _otp(draw: random.Random) -> Case:
    value = draw.choice(
        (
            digits(draw, 6),
            digits(draw, 6),
            digits(draw, 5),
            f"{digits(draw, 3)} {digits(draw, 3)}",
            f"{digits(draw, 3)}-{digits(draw, 3)}",
        )
    )
    told = (
        "verification code: {}",
        "my code is {} and it fails" if len(value) > 5 else "login code {}",
        "2FA code {} expired",
        "OTP {}",
        "your login code is {}",
        "the one-time password is {}",
        "code de vérification : {}",
        "Bestätigungscode {}",
        "my pin is {}",
        "the security code from the sms was {}",
    )
    return draw.choice(told).format(value), [("OTP", value)]


def _password(draw: random.Random) -> Case:
    value = draw.choice(("hunter2", "S3cret!pass", "correct-horse-9", "Tr0ub4dor&3", "qwerty123", "P@ssw0rd")) + digits(
        draw, 2
    )
    return draw.choice(
        ("my password is {}", "password: {}", "pwd={}", "Passwort: {}", "mi contraseña es {}", "mot de passe : {}")
    ).format(value), [("PASSWORD", value)]


def _national(draw: random.Random) -> Case:
    body = digits(draw, 8)
    value = draw.choice(
        (
            body + dni.calc_check_digit(body),
            f"QQ {digits(draw, 2)} {digits(draw, 2)} {digits(draw, 2)} C".replace("QQ", "AB"),
        )
    )
    return draw.choice(("my id is {}", "DNI {}", "{}", "national insurance {}")).format(value), [("NATIONAL_ID", value)]


def _harmless(draw: random.Random, number: int) -> str:
    wrong = "4" + digits(draw, 14)
    options = (
        f"order {digits(draw, 8)} is late", f"where is #{digits(draw, 5)}", f"tracking 1Z999AA1{digits(draw, 10)}", f"invoice INV-2026-{digits(draw, 6)}",
        f"I paid ${draw.randint(1, 9)},{digits(draw, 3)}.{digits(draw, 2)}", f"on 2026-0{draw.randint(1, 9)}-1{draw.randint(0, 9)} at 12:3{draw.randint(0, 9)}",
        f"error {digits(draw, 3)} on checkout", f"promo code SAVE{digits(draw, 2)} fails", f"coupon code {digits(draw, 9)} expired", f"I waited {draw.randint(2, 90)} days",
        f"IP 10.{draw.randint(1, 254)}.{draw.randint(1, 254)}.12 is blocked", f"serial SN{digits(draw, 10)}X", f"see http://shop.example/a?id={digits(draw, 9)}",
        "my password is wrong", "the password reset link expired", "I never received the code", "where do I find the cvv", "IBAN is required",
        f"card {wrong}{(int(luhn.calc_check_digit(wrong)) + 1) % 10} is no card", f"{digits(draw, 6)} loyalty points", f"part no {digits(draw, 3)}-{digits(draw, 4)}-A",
        f"zip 9{digits(draw, 4)}-{digits(draw, 4)}", f"version 2.{digits(draw, 2)}.{digits(draw, 3)}", f"unix time 17{digits(draw, 11)}", f"room {digits(draw, 4)} was dirty",
        f"size {digits(draw, 2)}x{digits(draw, 2)} cm, {digits(draw, 4)} g", "code review took 3 days", "please email me", "call me maybe", f"batch 20260{draw.randint(1, 9)}{digits(draw, 6)}",
    )  # fmt: skip
    return options[number % len(options)]
