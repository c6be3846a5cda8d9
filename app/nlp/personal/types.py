"""What can be found, and where it stands in the text."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Sorts of personal data. The order is who wins when two claim the same characters, first wins."""

    KEY = "KEY"
    """An access key or token of a machine, a private key."""
    PASSWORD = "PASSWORD"  # noqa: S105 - the name of a kind
    IBAN = "IBAN"
    CARD = "CARD"
    EMAIL = "EMAIL"
    SSN = "SSN"
    """The social security number of the United States."""
    NATIONAL_ID = "NATIONAL_ID"
    """Any other country's personal number, a passport, a driving licence."""
    CVV = "CVV"
    OTP = "OTP"
    """A one-time code or PIN."""
    PHONE = "PHONE"
    HEALTH = "HEALTH"


@dataclass(frozen=True)
class Found:
    """One piece, ``text[start:end]`` of the text that was searched. Holds no value, so it may be logged."""

    type: Kind
    start: int
    end: int
