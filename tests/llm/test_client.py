"""One question over real HTTP: whatever the other side does, an answer or one of our errors comes back, in time."""

import threading
import time
from typing import Any

import openai
import pytest

from app.llm.client import ERRORS, Question, complete, within
from app.llm.errors import Busy, Cut, Declined, Denied, Garbled, Late, ModelError, Unreachable
from app.llm.models import Model
from tests.doubles.model import Play, Stage
from tests.llm.conftest import KEY

QUESTION = Question("draft", "draft.v1", [{"role": "user", "content": "| private words"}], {"type": "object"})


def failing(model: Model, seconds: float = 5.0) -> ModelError:
    with pytest.raises(ModelError) as caught:
        complete(model, QUESTION, seconds)
    return caught.value


def test_an_answer_in_pieces_comes_back_whole(stage: Stage, model: Model) -> None:
    stage.play(Play("hello there, this is long", pieces=7))
    found = complete(model, QUESTION, 5)
    assert (found.text, found.calls, found.model) == ("hello there, this is long", (), "played-1")
    assert (found.tokens_in, found.tokens_out) == (100, 20)


def test_what_is_asked(stage: Stage, model: Model) -> None:
    stage.play(Play("x"))
    complete(model, QUESTION, 5)
    asked = stage.asked[0]
    assert (asked["model"], asked["temperature"], asked["max_tokens"], asked["stream"]) == ("gpt-4", 0.2, 1200, True)
    assert asked["messages"] == [{"role": "user", "content": "| private words"}]
    assert asked["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert stage.keys == [f"Bearer {KEY}"]
    assert "tools" not in asked


@pytest.mark.parametrize(("form", "sent"), [("object", {"type": "json_object"}), ("text", None)])
def test_an_endpoint_is_told_of_the_form_as_it_can(stage: Stage, form: Any, sent: Any) -> None:
    stage.play(Play("x"))
    complete(Model(stage.url, "m", form=form), QUESTION, 5)
    assert stage.asked[0].get("response_format") == sent


def test_an_endpoint_with_words_of_its_own(stage: Stage) -> None:
    stage.play(Play("x"))
    complete(Model(stage.url, "m", limit="max_completion_tokens", tempered=False), QUESTION, 5)
    assert stage.asked[0]["max_completion_tokens"] == 1200
    assert not {"max_tokens", "temperature"} & stage.asked[0].keys()


@pytest.mark.parametrize(("stall", "ends"), [(0.1, Unreachable), (5.0, None)])
def test_a_pause_is_as_long_as_its_model_may_make_it(stage: Stage, stall: float, ends: type[ModelError] | None) -> None:
    stage.play(Play("x" * 10, pieces=2, pause=0.4))
    slow = Model(stage.url, "m", stall=stall)
    if ends:
        assert isinstance(failing(slow), ends)
    else:
        assert complete(slow, QUESTION, 5).text == "x" * 10


def test_look_ups_come_in_halves(stage: Stage, model: Model) -> None:
    stage.play(Play(calls=(("search_documentation", '{"query": "parcels"}'), ("other", "{}"))))
    calls = complete(model, QUESTION, 5).calls
    assert [(c.id, c.name, c.arguments) for c in calls] == [
        ("call-0", "search_documentation", '{"query": "parcels"}'),
        ("call-1", "other", "{}"),
    ]


def test_an_endpoint_that_does_not_count_is_counted_for(stage: Stage, model: Model) -> None:
    stage.play(Play("x" * 300, usage=False))
    found = complete(model, QUESTION, 5)
    assert (found.tokens_in, found.tokens_out) == (5, 101)


@pytest.mark.parametrize(
    ("play", "kind"),
    [
        (Play(status=429, headers={"retry-after": "7"}), Busy),
        (Play(status=500), Unreachable),
        (Play(status=503), Unreachable),
        (Play(status=401, body="x"), Denied),
        (Play(status=400), Denied),
        (Play(status=404), Denied),
        (Play("half an answer", cut=True), Cut),
        (Play("cannot", finish="length"), Garbled),
        (Play("x", finish="content_filter"), Declined),
        (Play(refusal="I cannot help with that."), Declined),
        (Play(raw=b"data: {not json}\n\n"), Garbled),
        (Play(raw=b'data: {"choices": [{"delta": 7}]}\n\n'), Garbled),
        (Play(raw=b'data: {"choices": "none"}\n\n'), Garbled),
        (Play(raw=b"data: [1, 2]\n\n"), Garbled),
        (Play(raw=b'data: {"error": {"message": "overloaded"}}\n\n'), Unreachable),
        (Play(raw=b"\xff\xfe\x00 no stream at all"), ModelError),
        (Play(raw=b"data: [DONE]\n\n"), Cut),
        (Play("x" * 50_000), Garbled),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value.status),
)
def test_each_failure_is_one_of_ours(stage: Stage, model: Model, play: Play, kind: type[ModelError]) -> None:
    stage.play(play)
    assert isinstance(failing(model), kind)


def test_how_long_to_wait_is_heard(stage: Stage, model: Model) -> None:
    stage.play(Play(status=429, headers={"retry-after": "7"}))
    failure = failing(model)
    assert isinstance(failure, Busy)
    assert failure.retry_after == 7.0


@pytest.mark.parametrize("when", ["Sun, 22 Nov 2026 10:00:00 GMT", "-3", "nan", "1.2.3"])
def test_a_strange_time_to_wait_is_none(stage: Stage, model: Model, when: str) -> None:
    stage.play(Play(status=429, headers={"retry-after": when}))
    failure = failing(model)
    assert isinstance(failure, Busy)
    assert failure.retry_after == 0.0


def test_nobody_there() -> None:
    assert isinstance(failing(Model("http://127.0.0.1:1/v1", "m")), Unreachable)


def test_an_address_that_is_none() -> None:
    assert isinstance(failing(Model("http://127.0.0.1:nope/v1", "m")), ModelError)


@pytest.mark.parametrize("play", [Play(hang=True), Play(drip=True), Play("x" * 100, pieces=100, pause=0.3)])
def test_the_time_is_kept_whatever_comes(stage: Stage, model: Model, play: Play) -> None:
    stage.play(play)
    begun = time.monotonic()
    failure = failing(model, 1.0)
    assert isinstance(failure, Late | Unreachable)
    assert time.monotonic() - begun < 20


def test_no_error_repeats_a_key_or_what_was_said(stage: Stage, model: Model) -> None:
    for play in (
        Play(status=401, body=KEY),
        Play(status=400, body="private words"),
        Play(raw=b"data: {private words\n\n"),
    ):
        stage.play(play)
        failure = failing(model)
        told = f"{failure!r} {failure} {failure.reason} {failure.__cause__!r}"
        assert not any(word in told for word in (KEY, "sk-leak", "private"))


def test_nothing_that_was_asked_or_answered_is_in_a_repr(stage: Stage, model: Model) -> None:
    stage.play(Play("an answer", calls=(("f", '{"query": "private"}'),)))
    told = f"{complete(model, QUESTION, 5)!r} {QUESTION!r} {model!r}"
    assert not any(word in told for word in ("private", "an answer", KEY))


def test_every_error_of_the_package_has_a_line() -> None:
    kinds = [k for k in list(vars(openai).values()) if isinstance(k, type) and issubclass(k, openai.OpenAIError)]
    assert len(kinds) > 10
    assert [k for k in kinds if not any(issubclass(k, foreign) for foreign, _ in ERRORS)] == []


def test_what_nobody_foresaw_is_heard_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    died = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: died.set())
    begun = time.monotonic()
    with pytest.raises(Unreachable):
        within(30, lambda: 1 // 0)
    assert died.wait(60)
    assert time.monotonic() - begun < 20
