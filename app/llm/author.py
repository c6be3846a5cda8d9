"""Writes for one ticket: implements ``engine.writing.Writer``. Personal data is masked before anything is asked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.db.spending import Payer
from app.engine.claims import Refusal, Statement
from app.engine.configuration.settled import Chatbot
from app.engine.phrases import tongue
from app.engine.types import Cost, Passage
from app.engine.writing import Answer, Assignment
from app.llm import conversation
from app.llm.client import Completion, Question
from app.llm.commands import Desk, offered
from app.llm.errors import Garbled, PersonWanted, Unanswered
from app.llm.gateway import Gateway
from app.llm.lookups import account
from app.llm.models import Model
from app.llm.prompts import persona, prompt

CHECK = "claims/2"
"""Which check stands behind the writer: part of the evidence hash."""
SECONDS = 25.0
"""For everything that is asked for one draft: half of a ticket's lease is left for the rest."""


Kind = TypeVar("Kind", bound=BaseModel)


class Masked(Protocol):
    """A text without personal data, and the way back."""

    @property
    def text(self) -> str:
        """The text with marks."""
        ...

    def restore(self, text: str) -> str:
        """Marks put back to what they stood for."""
        ...


Mask = Callable[[str], Masked]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(max_length=2000)
    sources: list[str] = Field(max_length=20)


class _Written(BaseModel):
    """The agreed form of an answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answerable: bool
    tone: Literal["none", "sorry", "thanks"]
    statements: list[_Said] = Field(max_length=50)


class _Translated(BaseModel):
    """The agreed form of a translation."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(max_length=10_000)


class Author:
    """One ticket's writer. All its questions together end within ``seconds`` of the first."""

    def __init__(
        self,
        gateway: Gateway,
        models: Mapping[str, Model],
        payer: Payer,
        mask: Mask,
        seconds: float = SECONDS,
        status: Callable[[], Sequence[Passage]] = tuple,
    ) -> None:
        """``status`` says what the public status page says, as passages; it is asked only when a model wants to know."""
        self._status = status
        self._gateway = gateway
        self._models = models
        self._payer = payer
        self._mask = mask
        self._seconds = seconds
        self._deadline = 0.0
        self._answered = ""
        self._voice: tuple[str, ...] = ()
        self.cost = Cost(models["draft"].name, 0, 0, 0)

    @property
    def engine(self) -> str:
        """Model as the endpoint names it, prompts and check."""
        return "/".join(("model", self._answered or self.cost.model, *self._voice, CHECK))

    def answer(self, assignment: Assignment, refused: Sequence[Refusal] = ()) -> Answer:
        """A parsed answer, not yet checked. Raises ModelError."""
        chatbot = assignment.chatbot
        rules, voice = prompt("draft"), persona(chatbot.persona)
        self._voice = (rules.name, voice.name)
        vault: list[Masked] = []
        told = conversation.told(assignment.ticket, chatbot.messages, lambda text: self._hidden(text, vault))
        messages = conversation.opening(assignment, (rules.text, voice.text), told, refused)
        desk = _desk(assignment, self._status)
        while True:
            tools = offered(sorted(desk.names), chatbot.described) if desk.open else ()
            form = ("draft", rules.name, _Written)
            completion = self._ask(form, messages, chatbot, tools)
            if not completion.calls:
                break
            if not tools:
                raise Garbled("It asks for what it was not offered.")
            messages += _looked_up(completion, desk, vault[0])
            if desk.wants_person:
                raise PersonWanted
        written = _parsed(_Written, completion.text)
        if not written.answerable:
            raise Unanswered
        statements = tuple(Statement(said.text, tuple(said.sources)) for said in written.statements)
        return Answer(statements, dict(desk.passages), written.tone)

    def _hidden(self, text: str, vault: list[Masked]) -> str:
        """The text with marks; the way back is kept in ``vault`` for as long as this answer is made."""
        vault.append(self._mask(text))
        return vault[-1].text

    def translated(self, text: str, language: str, assignment: Assignment) -> str:
        """The text in that language, not yet checked. Raises ModelError."""
        rules = prompt("translate")
        self._voice = (rules.name,)
        messages = conversation.translation(rules.text, text, language)
        completion = self._ask(("translate", rules.name, _Translated), messages, Chatbot(temperature=0.0))
        return _parsed(_Translated, completion.text).text

    def _ask(
        self,
        form: tuple[str, str, type[BaseModel]],
        messages: Sequence[Mapping[str, Any]],
        chatbot: Chatbot,
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> Completion:
        task, name, kind = form
        model = self._models[task]
        self._deadline = self._deadline or self._gateway.clock.now() + self._seconds
        question = Question(task, name, messages, _schema(kind), chatbot.temperature, tools)
        completion = self._gateway.ask(model, question, self._payer, self._deadline)
        self._answered = completion.model
        spent, micros = self.cost, model.micros(completion.tokens_in, completion.tokens_out)
        self.cost = Cost(
            model.name,
            spent.calls + 1,
            spent.tokens_in + completion.tokens_in,
            spent.tokens_out + completion.tokens_out,
            spent.micros + micros,
        )
        return completion


def _desk(assignment: Assignment, status: Callable[[], Sequence[Passage]]) -> Desk:
    """The commands that the configuration allows, settled before the model reads anything."""

    def readable(passage: Passage) -> bool:
        language = assignment.language
        return not (language and passage.locale) or tongue(passage.locale) == language

    names = frozenset(tool["function"]["name"] for tool in offered(assignment.chatbot.tools))
    more = {"check_service_status": status, "get_account_info": lambda: account(assignment.ticket)}
    return Desk(assignment.knowledge, names, readable, dict(assignment.passages), more)


def _looked_up(completion: Completion, desk: Desk, masked: Masked) -> list[dict[str, Any]]:
    """What the model asked for and what was found, as the protocol wants it said."""
    calls = [
        {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
        for c in completion.calls
    ]
    said: list[dict[str, Any]] = [{"role": "assistant", "content": completion.text or None, "tool_calls": calls}]
    for call in completion.calls:
        found = desk.run(call.name, masked.restore(call.arguments))
        content = conversation.shown(found) or "Nothing was found."
        said.append({"role": "tool", "tool_call_id": call.id, "content": content})
    return said


def _schema(kind: type[BaseModel]) -> Mapping[str, Any]:
    """The form as a JSON schema in the part of the language that every endpoint knows: no lengths, no titles."""
    schema = kind.model_json_schema()
    inner = schema.pop("$defs", {})
    plain: Mapping[str, Any] = _plain(schema, inner)
    return plain


def _plain(schema: Any, inner: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_plain(part, inner) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _plain(inner[schema["$ref"].rpartition("/")[2]], inner)
    left_out = {"title", "maxLength", "maxItems", "description"}
    return {
        key: {name: _plain(part, inner) for name, part in value.items()}
        if key == "properties"
        else _plain(value, inner)
        for key, value in schema.items()
        if key not in left_out
    }


def _parsed(kind: type[Kind], text: str) -> Kind:
    """The answer in its agreed form. Raises Garbled, which does not repeat it."""
    bare = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        return kind.model_validate_json(bare)
    except ValidationError:
        raise Garbled from None
