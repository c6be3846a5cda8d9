"""Messages with named fields, by language and channel. Ours are shipped; an account's own of the same name go first.

A field that is missing or hostile means that nothing is sent: the reason says which.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from app.engine.channels import KINDS
from app.engine.templates import sandbox
from app.engine.templates.sandbox import MissingField, TemplateError
from app.engine.templates.words import HostileField
from app.engine.types import Reason

__all__ = ["Filled", "Media", "NotFilled", "Shelf", "Template", "TemplateError", "shipped"]

DEFAULT = "text"
"""The wording for every channel without one of its own."""
ENGLISH = "en"


class NotFilled(Exception):
    """Nothing can be sent by that template; ``reason`` says why, without anybody's words."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.reason = Reason(code, text)


@dataclass(frozen=True)
class Media:
    """A picture, a video or a page that goes with a message, as a link with a title."""

    kind: str
    title: str
    url: str


@dataclass(frozen=True)
class Template:
    """One message: language -> channel -> wording. ``attach`` names files without which it is not sent."""

    name: str
    wordings: Mapping[str, Mapping[str, str]]
    attach: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()

    @property
    def digest(self) -> str:
        """The same for the same message: what an approval is for."""
        said = [self.name, sorted((lang, sorted(by.items())) for lang, by in self.wordings.items())]
        return hashlib.sha256(repr([*said, self.attach, self.media]).encode()).hexdigest()[:32]

    def fields(self) -> frozenset[str]:
        """Every field that some wording may name. Raises TemplateError for a wording that cannot be used."""
        texts = (text for by_channel in self.wordings.values() for text in by_channel.values())
        return frozenset().union(*(sandbox.fields_of(text) for text in texts))


@dataclass(frozen=True)
class Filled:
    """A message ready to be judged by the gate. ``template`` and ``digest`` say by which words."""

    text: str
    template: str
    digest: str
    language: str
    attach: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shelf:
    """The templates of one account: its own over the shipped ones.

    ``approved`` are digests that the account has approved; None where it does not ask for approval.
    """

    own: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    approved: frozenset[str] | None = None

    def find(self, name: str) -> Template:
        """The template of that name. Raises NotFilled."""
        found = self.own.get(name) or shipped().get(name)
        if found is None:
            raise NotFilled("no_template", f"There is no template {name}.")
        return found

    def fill(self, name: str, fields: Mapping[str, Any], *, language: str = "", channel: str = "") -> Filled:
        """The message in the customer's language, English where that is not known. Raises NotFilled."""
        template = self.find(name)
        if self.approved is not None and template.digest not in self.approved:
            raise NotFilled("unapproved", f"The account has not approved the template {name} as it is now.")
        spoken = language or (ENGLISH if ENGLISH in template.wordings else next(iter(template.wordings)))
        if spoken not in template.wordings:
            raise NotFilled("template_language", f"The template {name} is not there in the customer's language.")
        by_channel = template.wordings[spoken]
        wording = by_channel.get(KINDS.get(channel, channel), by_channel.get(DEFAULT, ""))
        text = _filled(template, wording, fields, spoken)
        shown = "\n".join(f"[{one.title}]({one.url})" for one in template.media)
        whole = f"{text}\n\n{shown}" if shown else text
        return Filled(whole, name, template.digest, spoken, template.attach)


def _filled(template: Template, wording: str, fields: Mapping[str, Any], language: str) -> str:
    try:
        text = sandbox.told(wording, fields, language)
    except MissingField as error:
        raise NotFilled("missing_field", f"The template {template.name} needs the field {error.name}.") from error
    except HostileField as error:
        raise NotFilled("hostile_field", f"A field of the template {template.name} is not sent: {error}.") from error
    except TemplateError as error:
        raise NotFilled("bad_template", f"The template {template.name}, line {error.line}: it {error}.") from error
    if not text:
        raise NotFilled("empty_template", f"The template {template.name} says nothing here.")
    return text


@cache
def shipped() -> Mapping[str, Template]:
    """Our own templates by name. Each is compiled when it is first told: that they all can be is a test's to say."""
    given = yaml.safe_load((files(__package__) / "shipped.yaml").read_text("utf-8"))
    return MappingProxyType({name: _written(name, value) for name, value in given.items()})


def read(name: str, value: Any) -> Template:
    """A template as it is written: a text, or wordings by channel, ``languages``, ``attach`` and ``media``. Raises TemplateError."""
    template = _written(name, value)
    template.fields()
    return template


def _written(name: str, value: Any) -> Template:
    if isinstance(value, str):
        value = {DEFAULT: value}
    given = dict(value)
    languages, attach, media = given.pop("languages", {}), given.pop("attach", ()), given.pop("media", ())
    own = given.pop("language", ENGLISH)
    wordings = {own: MappingProxyType(given)} if given else {}
    for language, said in languages.items():
        wordings[language] = MappingProxyType({DEFAULT: said} if isinstance(said, str) else dict(said))
    shown = tuple(Media(one.get("type", "image"), one["title"], one["url"]) for one in media)
    return Template(name, MappingProxyType(wordings), tuple(attach), shown)
