"""Which model answers for which name and task, and at what price: read from the settings, once. Nothing is asked here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import SettingsError
from app.settings import Settings

VARIABLE = "DESKHAND_MODELS"
Task = Literal["draft", "translate"]
TASKS: tuple[str, ...] = ("draft", "translate")
Form = Literal["schema", "object", "text"]
Limit = Literal["max_tokens", "max_completion_tokens"]
STALL = 10.0
"""Seconds, where nothing else is said."""


@dataclass(frozen=True)
class Model:
    """One model at one endpoint. Prices are per million tokens; ``form`` is how the endpoint is told of the answer's form."""

    url: str
    name: str
    key: str = field(default="", repr=False)
    price_in: float = 0.0
    price_out: float = 0.0
    form: Form = "schema"
    limit: Limit = "max_tokens"
    """What the endpoint calls the most tokens of an answer."""
    tempered: bool = True
    """False where the endpoint takes no temperature."""
    stall: float = STALL
    """Seconds between two pieces of an answer, the first one too; a model on this machine may need more."""

    def micros(self, tokens_in: int, tokens_out: int) -> int:
        """The price of a question in millionths."""
        return round(tokens_in * self.price_in + tokens_out * self.price_out)


@dataclass(frozen=True)
class Models:
    """The models of this installation; without any nothing is ever asked."""

    named: Mapping[str, Model] = field(default_factory=lambda: MappingProxyType({}))
    """The names that configurations use -> models."""
    tasks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """``draft`` or ``translate`` -> the name that does it, whatever a configuration says."""
    endpoint: Model | None = None
    """Takes every name that is not among the named, as it is."""

    def find(self, engine: str, task: str) -> Model | None:
        """What answers a task for a configuration that names ``engine``; None where no model is wanted or known."""
        if not engine:
            return None
        name = self.tasks.get(task, engine)
        if name in self.named:
            return self.named[name]
        return Model(self.endpoint.url, name, self.endpoint.key) if self.endpoint else None


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str
    model: str
    key: str = ""
    input: float = 0.0
    output: float = 0.0
    form: Form = "schema"
    limit: Limit = "max_tokens"
    tempered: bool = True
    stall: Annotated[float, Field(gt=0, le=300)] = STALL


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    models: dict[str, _Entry]
    tasks: dict[Task, str] = {}


def load(settings: Settings) -> Models:
    """The models that the settings name. Raises SettingsError, which shows no value of the file."""
    endpoint = Model(settings.model_url, "", settings.model_key) if settings.model_url else None
    if settings.models_file is None:
        return Models(endpoint=endpoint)
    file = _read(settings.models_file)
    named = {
        name: Model(
            e.url, e.model, e.key or settings.model_key, e.input, e.output, e.form, e.limit, e.tempered, e.stall
        )
        for name, e in file.models.items()
    }
    if unknown := sorted(set(file.tasks.values()) - named.keys()):
        raise SettingsError(VARIABLE, f"its tasks name {', '.join(unknown)}, which its models do not have")
    return Models(
        MappingProxyType(named), MappingProxyType({str(task): name for task, name in file.tasks.items()}), endpoint
    )


def _read(path: Path) -> _File:
    try:
        value: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _File.model_validate(value)
    except OSError as error:
        raise SettingsError(VARIABLE, f"name a file that can be read ({error.strerror})") from error
    except ValidationError as error:
        places = sorted({".".join(map(str, e["loc"])) for e in error.errors(include_input=False, include_url=False)})
        raise SettingsError(VARIABLE, f"its file is wrong at {', '.join(places) or 'its beginning'}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SettingsError(VARIABLE, "its file is not YAML") from None
