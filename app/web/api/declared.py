"""What our API offers, as values: the routes are hung by them and the OpenAPI document is made from them, so neither can drift.

A resource declares its operations here by type, takes what was asked as the declared models, and answers with declared models.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from app.db.access import SCOPES

_PATH = re.compile(r"{(\w+)}")
BLANK = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff"
"""What nobody sees, for a class of characters: spelled out, because no two dialects of patterns mean the same by ``\\s``."""


class Given(BaseModel):
    """What a caller sends: named as in JSON, nothing unknown, nothing guessed. Its errors never repeat what was sent."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
    )


class Told(BaseModel):
    """What we answer, by the names of the users' guide. An answer that is not as declared is a mistake of ours: a 500."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


def text(most: int, *, pattern: str = "", default: str | None = None, about: str = "") -> Any:
    """A field of so many characters, trimmed. One without a default is needed, and shows at least one of them."""
    form = pattern or (rf"^[^\x00]*[^{BLANK}][^\x00]*$" if default is None else r"^[^\x00]*$")
    given: Any = {} if default is None else {"default": default}
    return Field(max_length=most, pattern=form, description=about or None, **given)


def _parted(given: Any) -> Any:
    every = given if isinstance(given, list) else [given]
    return [part.strip() for one in every for part in (one.split(",") if isinstance(one, str) else [str(one)])]


Word = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]
Words = Annotated[list[Word], BeforeValidator(_parted), Field(max_length=50)]
"""Several words in one parameter, with commas between them or given more than once."""


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("give a moment between the years 1 and 9999 in UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A moment in ISO 8601 with its zone."""


class Nothing(Given):
    """No parameters."""


class Problem(BaseModel):
    """RFC 9457: what was wrong with a request. ``code`` is stable, ``detail`` says what would be right."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list["Mistake"] | None = None


class Mistake(BaseModel):
    """One thing that was wrong: where, by a JSON pointer into the body or the name of a parameter, and what would be right."""

    model_config = ConfigDict(extra="forbid")

    at: str
    detail: str


class Page(Given):
    """Which part of a list: ``cursor`` is the ``next`` of the part before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, StringConstraints(max_length=200)] = ""


@dataclass(frozen=True)
class Operation:
    """One thing that may be asked. ``id`` is the guide's name where it has one; ``scope`` empty: anybody may ask."""

    id: str
    method: str
    rule: str
    """As OpenAPI writes it: ``/tickets/{ticketId}``."""
    scope: str
    summary: str
    answers: Mapping[int, type[Told] | None]
    """Status -> what is said with it; None: a document of its own kind."""
    path: type[Given] = Nothing
    query: type[Given] = Nothing
    body: type[Given] | None = None
    refusals: Mapping[int, str] = field(default_factory=dict)
    """Status -> when the operation says no with it, beyond what every operation says."""
    keyed: bool = False
    """Takes an Idempotency-Key: the same key is answered the same, and does it once."""
    headers: tuple[tuple[str, str], ...] = ()
    """Request headers of its own, with what they are for."""
    details: str = ""
    personal: str = ""
    """The personal data that are given out: that somebody read them is recorded before they are."""

    def __post_init__(self) -> None:
        if self.scope and self.scope not in SCOPES:
            raise ValueError(f"{self.scope} is no scope")
        declared = {name.alias or key for key, name in self.path.model_fields.items()}
        if declared != set(_PATH.findall(self.rule)):
            raise ValueError(f"{self.id}: the path and its parameters differ")

    @property
    def flask_rule(self) -> str:
        """The rule as Flask writes it."""
        return _PATH.sub(r"<\1>", self.rule)
