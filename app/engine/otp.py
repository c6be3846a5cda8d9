"""One-time codes: made by chance, kept as a hash that says what they are for, compared in constant time. Sends and stores nothing."""

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import pyotp


class Way(StrEnum):
    """How a code reaches a person."""

    EMAIL = "email"
    SMS = "sms"
    APP = "app"
    """It does not: their authenticator shows it."""


METHODS: dict[str, Way] = {
    "sms-otp": Way.SMS,
    "email-otp": Way.EMAIL,
    "authenticator-app": Way.APP,
    "2fa": Way.APP,
    "sms": Way.SMS,
    "email": Way.EMAIL,
    "totp": Way.APP,
}
"""A configuration's words -> ways. Security questions and biometrics are no way: a person asks those."""
DIGITS = 6
LASTS = timedelta(minutes=10)
TRIES = 3
MARK = "[code]"
"""What stands where a code stood."""
_CODE = re.compile(r"(?<![\w-])(?:G-)?(\d{3}[ \u00a0-]?\d{3}|(?:\d[ \u00a0]){5}\d)(?![\w-])")
_STEP = 30
"""Seconds for which an authenticator shows a code."""
_DRIFT = 1
"""Steps that a customer's clock may be off, and the time it takes to type."""


@dataclass(frozen=True)
class Bound:
    """What a code is for. It opens nothing for another ticket, person, address or purpose: it is part of the hash."""

    account: str
    ticket: str
    person: str
    """The person's id at the host."""
    address: str
    """The mail address that the host knew them by when the code was sent: whoever changes it has to begin again."""
    purpose: str

    def digest(self, key: bytes) -> str:
        """A keyed hash of all of it."""
        parts = [self.account, self.ticket, self.person, self.address.casefold(), self.purpose]
        return hmac.new(key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Sealed:
    """A code as it is kept: nobody reads it from this without the key, and not quickly with it."""

    salt: str
    digest: str


def fresh() -> str:
    """A new code of six digits; every one is as likely."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def sealed(code: str, bound: Bound, key: bytes) -> Sealed:
    """The code as it is kept."""
    salt = secrets.token_hex(16)
    return Sealed(salt, _digest(code, salt, bound, key))


def fits(code: str, kept: Sealed, bound: Bound, key: bytes) -> bool:
    """Whether it is that code, for exactly that; takes as long for every wrong one."""
    return hmac.compare_digest(_digest(code, kept.salt, bound, key), kept.digest)


def _digest(code: str, salt: str, bound: Bound, key: bytes) -> str:
    """Slow on purpose: there are only a million codes."""
    material = f"{bound.digest(key)}:{code}".encode()
    return hashlib.scrypt(material, salt=key + salt.encode(), n=2**12, r=8, p=1, dklen=32).hex()


def codes_in(text: str) -> tuple[str, ...]:
    """Every six digits that stand by themselves, each once, however they are grouped or written."""
    plain = _western(text)
    return tuple(dict.fromkeys(re.sub(r"\D", "", match[1]) for match in _CODE.finditer(plain)))


def hidden(text: str) -> str:
    """The text with a mark where a code stands: what may be kept, shown and thought about."""
    found = list(_CODE.finditer(_western(text)))
    for match in reversed(found):
        text = f"{text[: match.start()]}{MARK}{text[match.end() :]}"
    return text


def _western(text: str) -> str:
    """The same text, character for character, with every script's digits as ours."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


# --- authenticators -------------------------------------------------------------------------------------------


def enrolled() -> str:
    """A new secret for a customer's authenticator."""
    return pyotp.random_base32()


def invitation(secret: str, name: str, issuer: str) -> str:
    """The address that an authenticator reads as a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(code: str, secret: str, at: datetime, last: int) -> int | None:
    """The step whose code it is; None for a wrong one and for one not later than ``last``, which was used already."""
    now = int(at.timestamp()) // _STEP
    made = pyotp.TOTP(secret, interval=_STEP)
    found = [step for step in range(now - _DRIFT, now + _DRIFT + 1) if _same(made.generate_otp(step), code)]
    return next((step for step in found if step > last), None)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
