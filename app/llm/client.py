"""One question to one model over HTTP, with the ``openai`` package: streamed, bounded, its errors made ours. Not repeated here."""

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk

from app.llm.errors import Busy, Cut, Declined, Denied, Garbled, Late, ModelError, Unreachable
from app.llm.models import Model

T = TypeVar("T")
MOST_CHARACTERS = 40_000
"""Of one answer; a model that does not stop is cut off."""
CONNECT = 5.0
"""Seconds."""

ERRORS: tuple[tuple[type[Exception], type[ModelError]], ...] = (
    (openai.APITimeoutError, Unreachable),
    (openai.APIConnectionError, Unreachable),
    (openai.APIResponseValidationError, Garbled),
    (openai.RateLimitError, Busy),
    (openai.InternalServerError, Unreachable),
    (openai.ConflictError, Unreachable),
    (openai.APIStatusError, Denied),
    (openai.APIError, Unreachable),
    (openai.OpenAIError, Unreachable),
    (httpx2.HTTPError, Unreachable),
    (httpx2.InvalidURL, Denied),
    (OSError, Unreachable),
    (RuntimeError, Unreachable),
    (UnicodeError, Garbled),
    (ValueError, Garbled),
)
"""A foreign error -> ours; the first line that fits."""


@dataclass(frozen=True)
class Question:
    """What is asked. ``schema`` is the answer's form, ``tools`` what the model may ask to be looked up."""

    task: str
    prompt: str
    messages: Sequence[Mapping[str, Any]] = field(repr=False)
    schema: Mapping[str, Any]
    temperature: float = 0.2
    tools: Sequence[Mapping[str, Any]] = ()
    most_tokens: int = 1200


@dataclass(frozen=True)
class ToolCall:
    """A look-up that the model asks for."""

    id: str
    name: str
    arguments: str = field(repr=False)


@dataclass(frozen=True)
class Completion:
    """What came: a text or look-ups. ``model`` is what the endpoint says answered."""

    text: str = field(repr=False)
    calls: tuple[ToolCall, ...]
    model: str
    tokens_in: int
    tokens_out: int


def complete(model: Model, question: Question, seconds: float) -> Completion:
    """The model's answer within ``seconds``, whatever the other side does. Raises ModelError."""
    return within(seconds, lambda: _translated(lambda: _complete(model, question, seconds)))


def within(seconds: float, work: Callable[[], T]) -> T:
    """What ``work`` returns or raises, or Late. A resolver or a server that never ends keeps its thread, not the job."""
    results: queue.SimpleQueue[tuple[T | None, ModelError | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put((work(), None))
        except ModelError as error:
            results.put((None, error))
        finally:
            results.put((None, Unreachable()))  # read only when something that nobody foresaw ended the thread

    threading.Thread(target=run, name="model", daemon=True).start()
    try:
        result, error = results.get(timeout=max(seconds, 0.0))
    except queue.Empty:
        raise Late from None
    if error:
        raise error
    return result  # type: ignore[return-value]  # one of the two is there


def _translated(work: Callable[[], T]) -> T:
    try:
        return work()
    except tuple(kind for kind, _ in ERRORS) as error:
        # Not chained: a provider's words may repeat the key or what was sent.
        raise _ours(error) from None


def _ours(error: Exception) -> ModelError:
    kind = next(ours for foreign, ours in ERRORS if isinstance(error, foreign))
    if isinstance(error, openai.APIStatusError):
        detail = f"HTTP {error.status_code}."
        return Busy(detail, _retry_after(error)) if kind is Busy else kind(detail)
    return kind()


def _retry_after(error: openai.APIStatusError) -> float:
    given = error.response.headers.get("retry-after", "")
    return float(given) if given.replace(".", "", 1).isdecimal() else 0.0


@lru_cache(maxsize=16)
def _connection(url: str, key: str) -> openai.OpenAI:
    timeout = httpx2.Timeout(CONNECT)
    return openai.OpenAI(base_url=url, api_key=key or "none", max_retries=0, timeout=timeout)


def _complete(model: Model, question: Question, seconds: float) -> Completion:
    timeout = httpx2.Timeout(min(model.stall, max(seconds, 0.1)), connect=min(CONNECT, max(seconds, 0.1)))
    asked: dict[str, Any] = {
        "model": model.name,
        "messages": list(question.messages),
        model.limit: question.most_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
        "timeout": timeout,
        **_form(model, question),
    }
    if model.tempered:
        asked["temperature"] = question.temperature
    if question.tools:
        asked["tools"] = list(question.tools)
    with _connection(model.url, model.key).chat.completions.create(**asked) as stream:
        return _gathered(stream, model, question)


def _form(model: Model, question: Question) -> dict[str, Any]:
    if model.form == "text":
        return {}
    if model.form == "object":
        return {"response_format": {"type": "json_object"}}
    schema = {"name": question.task, "strict": True, "schema": question.schema}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


class _Gathering:
    """An answer as it comes in."""

    def __init__(self) -> None:
        self.text = ""
        self.refused = False
        self.ended = ""
        self.model = ""
        self.tokens: tuple[int, int] | None = None
        self.calls: dict[int, list[str]] = {}

    def add(self, chunk: ChatCompletionChunk) -> None:
        """One piece more."""
        self.model = chunk.model or self.model
        if chunk.usage:
            self.tokens = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
        for choice in (chunk.choices or [])[:1]:
            self.ended = choice.finish_reason or self.ended
            delta = choice.delta
            self.refused = self.refused or bool(delta and delta.refusal)
            self.text += (delta.content or "") if delta else ""
            for part in (delta.tool_calls or []) if delta else []:
                call = self.calls.setdefault(part.index, ["", "", ""])
                call[0] = part.id or call[0]
                call[1] += (part.function.name or "") if part.function else ""
                call[2] += (part.function.arguments or "") if part.function else ""
        if self.size > MOST_CHARACTERS:
            raise Garbled("It does not end.")

    @property
    def size(self) -> int:
        """Characters so far."""
        return len(self.text) + sum(len(part) for call in self.calls.values() for part in call)


def _gathered(stream: Iterable[ChatCompletionChunk], model: Model, question: Question) -> Completion:
    """The whole answer. Raises Unreachable when it was cut, Declined and Garbled when it is none."""
    found = _Gathering()
    try:
        for chunk in stream:
            found.add(chunk)
    except (AttributeError, LookupError, TypeError):  # the package builds its pieces without checking them
        raise Garbled("It is no stream of answers.") from None
    if not found.ended:
        raise Cut
    if found.refused or found.ended == "content_filter":
        raise Declined
    if found.ended == "length":
        raise Garbled("It is longer than agreed.")
    estimated = sum(len(str(m.get("content") or "")) for m in question.messages) // 3, found.size // 3 + 1
    tokens = found.tokens or estimated
    calls = tuple(ToolCall(*call) for _, call in sorted(found.calls.items()))
    return Completion(found.text, calls, found.model or model.name, max(tokens[0], 0), max(tokens[1], 0))
