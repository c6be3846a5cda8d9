"""The vocabulary of a configuration: every key with its type. What a setting does is said in ``states`` and done elsewhere."""

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from app.engine.registry import ACTIONS
from app.engine.sla import term, terms
from app.engine.types import Mode

VOCABULARY: Mapping[str, Any] = yaml.safe_load((files(__package__) / "vocabulary.yaml").read_text("utf-8"))

PriorityWord = Literal["critical", "urgent", "high", "normal", "medium", "low"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Texts = list[Text]


def _a_term(text: str) -> str:
    try:
        term(text)
    except ValueError as error:
        raise _wrong("is no length of time", "write 15m, 4h, 2 days, 4h-business-hours or 10-business-days") from error
    return text


def _a_target(text: str) -> str:
    try:
        terms(text)
    except ValueError as error:
        remedy = "write 15m, 4h, 4h-business-hours, 10-business-days or provide-update-within-2-days"
        raise _wrong("is no target", remedy) from error
    return text


def _an_age(text: str) -> str:
    amount, _, unit = text.replace("-", " ").partition(" ")
    if not (amount.isdecimal() and unit.rstrip("s") in {"year", "month"}):
        return _a_term(text)
    return text


def _a_channel(word: str) -> str:
    return _one_of(word, VOCABULARY["channels"], "is no channel")


def an_action(word: str) -> str:
    """The word, if it is an action of the vocabulary."""
    return _one_of(word, [*VOCABULARY["actions"], *ACTIONS], "is no action")


def an_address(text: str) -> str:
    """The text, if it is one mail address."""
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+", text):
        raise _wrong("is no mail address", "write name@your-domain.example")
    return text


def a_link(text: str) -> str:
    """The text, if it is the address of something on the web."""
    if not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", text):
        raise _wrong("is no link", "write https://your-domain.example/path, without a password in it")
    return text


def _a_wish(answer: bool | str) -> bool:
    if isinstance(answer, str) and answer != "conditional":
        raise _wrong("is no answer", "write true, false or conditional")
    return bool(answer)


def _one_of(word: str, known: list[str], wrong: str) -> str:
    if word not in known:
        raise PydanticCustomError("one_of", "{wrong}", {"wrong": wrong, "known": list(known)})
    return word


def _wrong(wrong: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{wrong}", {"wrong": wrong, "remedy": remedy})


Term = Annotated[str, AfterValidator(_a_term)]
"""A length of time that a deadline can be made from."""
Target = Annotated[str, AfterValidator(_a_target)]
"""A length of time for the first reply, or several for metrics that are named."""
Age = Annotated[str, AfterValidator(_an_age)]
"""A length of time that may also be in months or years."""
Wish = Annotated[bool | str, AfterValidator(_a_wish)]
"""Yes, no, or under conditions: then a person decides."""
Share = Annotated[float, Field(ge=0, le=1)]
Mood = Annotated[float, Field(ge=-1, le=1)]
Scalar = str | int | float | bool
Trigger = Text | Annotated[dict[str, Scalar], Field(min_length=1, max_length=1)]
"""An expression, or one fact and its value."""


class Section(BaseModel):
    """Settings by exactly these names: camelCase, no others, no guessing of types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=to_camel)


class Reaction(Section):
    """What the chat window says by itself, and when."""

    condition: Text
    message: Text


class Proactive(Section):
    """The chat window's own first words."""

    enabled: bool = True
    triggers: list[Reaction] = Field(default_factory=list)


class Widget(Section):
    """The chat window's looks."""

    position: Text | None = None
    theme: Text | None = None
    welcome_message: Text | None = None
    proactive: Proactive | None = None


class Channel(Section):
    """One way in which customers write."""

    type: Annotated[str, AfterValidator(_a_channel)]
    widget: Widget | None = None
    address: Text | Texts | None = None
    """A placeholder such as ``[email protected]``, which YAML reads as a list, is taken and warned about."""
    auto_reply: bool | None = None
    response_time: Term | None = None
    number: Text | None = None
    keywords: dict[str, Text] | None = None
    integration: Text | None = None
    context: dict[str, bool] | None = None
    thread_tracking: bool | None = None
    shared_channels: bool | None = None
    encryption: Text | None = None
    authentication: Text | None = None
    recording: Text | None = None
    transcription: Text | None = None
    dlp: Text | None = None


class Category(Section):
    """One kind of ticket."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    description: Text | None = None
    keywords: Texts = Field(default_factory=list)
    confidence: Share | None = None
    auto_resolve: bool = False
    requires_human: Wish = False
    require_human: Wish = False
    urgent: bool = False
    priority: PriorityWord | None = None
    assign_to: Text | None = None
    escalate_to: Text | None = None
    sla: Target | None = None
    knowledge_base: bool = True
    requires_context: Texts = Field(default_factory=list)
    requires_auth: bool = False
    authentication: Text | None = None
    authentication_required: bool = False
    require_verification: bool = False
    require_documentation: bool = False
    compliance_review: bool = False
    alert_security: bool = False


class Group(Section):
    """Categories that belong together."""

    categories: list[Category]


class Sentiment(Section):
    """What an upset customer means."""

    enabled: bool = True
    escalate_negative: bool = True
    threshold: Mood = -0.6


class Vip(Section):
    """Who is a VIP, and what follows."""

    enabled: bool = True
    criteria: list[Trigger] = Field(default_factory=list)
    priority_level: PriorityWord | None = None


class Classification(Section):
    """The categories, flat or in groups of any name."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[
        str,
        Annotated[
            Annotated[list[Category], Tag("list")] | Annotated[Group, Tag("group")],
            Discriminator(lambda value: "list" if isinstance(value, list) else "group"),
        ],
    ]

    categories: list[Category] = Field(default_factory=list)
    sentiment: Sentiment | None = None
    vip: Vip | None = None


class Media(Section):
    """A picture, a video or a page that goes with a message."""

    type: Literal["image", "video", "page"] = "image"
    title: Text
    url: Annotated[str, AfterValidator(a_link)]


class Wordings(Section):
    """One message in one language, for every channel (``text``) or for those that have words of their own."""

    text: Text | None = None
    mail: Text | None = None
    chat: Text | None = None
    sms: Text | None = None
    thread: Text | None = None
    voice: Text | None = None


class Message(Wordings):
    """One message with named fields; ``language`` is that of its own wordings, English where it is left out."""

    language: Annotated[str, StringConstraints(pattern="^[a-z]{2}$")] | None = None
    languages: dict[Annotated[str, StringConstraints(pattern="^[a-z]{2}$")], Text | Wordings] = Field(
        default_factory=dict
    )
    attach: Texts = Field(default_factory=list)
    media: list[Media] = Field(default_factory=list)


class Templates(Section):
    """The sentences around an answer, and messages with named fields by any other name."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Text | Message]

    greeting: str | None = None
    closing: str | None = None
    disclosure: Text | None = None
    human: Text | None = None


class Modes(Section):
    """How much each category may do by itself."""

    default: Mode | None = Field(default=None, strict=False)
    categories: dict[str, Annotated[Mode, Field(strict=False)]] = Field(default_factory=dict)


class Knowledge(Section):
    """How answers are looked up."""

    enabled: bool = True
    passages: Annotated[int, Field(ge=1, le=10)] = 3
