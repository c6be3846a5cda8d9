"""Asks models within budget and time: repeats what may pass, leaves alone what keeps failing, writes down what was spent."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from app import metrics, telemetry
from app.db import problems, spending
from app.db.database import Database
from app.db.problems import Problem
from app.db.spending import Limits, Payer, Planned, Spent, Taken
from app.llm.breaker import Breaker
from app.llm.client import Completion, Question, complete
from app.llm.errors import BudgetSpent, Cut, Declined, Denied, Garbled, Late, ModelError, Resting, Transient
from app.llm.models import Model

log = logging.getLogger(__name__)

TRIES = 3
"""Of one question."""
PAUSE = 0.4
"""Seconds before the second try; doubled and jittered after that."""
WORKED = (Cut, Declined, Garbled, Late)
"""Failures after which the provider may count what was set aside: so do we."""
LEAST = 1.0
"""Seconds that have to be left for a try to be worth it."""


@dataclass(frozen=True)
class Clock:
    """Time as a process measures it; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Gateway:
    """One for a process; safe between threads."""

    def __init__(self, database: Database, limits: Limits, clock: Clock | None = None) -> None:
        self._database = database
        self._limits = limits
        self.clock = clock or Clock()
        self._breakers: dict[str, Breaker] = {}
        metrics.watch("deskhand_model_breakers_open", lambda: sum(one.open for one in tuple(self._breakers.values())))

    def ask(self, model: Model, question: Question, payer: Payer, deadline: float) -> Completion:
        """The answer before ``deadline`` (of this gateway's clock). Raises ModelError; what was spent is kept either way."""
        if deadline - self.clock.now() < LEAST:
            raise Late
        most = _most(model, question)
        call = self._reserve(payer, most)
        begun = self.clock.now()
        try:
            with telemetry.step("model", task=question.task):
                completion = self._tried(model, question, deadline)
        except ModelError as failure:
            tokens = (most.tokens_in, most.tokens_out) if isinstance(failure, WORKED) else (0, 0)
            self._settle(call, model, question, failure.code.removeprefix("model_"), begun, tokens)
            if isinstance(failure, Denied):
                self._tell(
                    failure, "see that address, key and model name are right (DESKHAND_MODEL_URL, DESKHAND_MODELS)"
                )
            raise
        self._settle(call, model, question, "answered", begun, (completion.tokens_in, completion.tokens_out))
        return completion

    def _reserve(self, payer: Payer, most: Planned) -> str:
        try:
            with self._database.session() as session:
                return spending.reserve(session, payer, most, self._limits, self._database.now(session))
        except Spent as spent:
            metrics.count(f"model.budget.{spent.budget}")
            failure = BudgetSpent(f"It is the {spent.budget}'s.")
            if spent.budget == "day":
                self._tell(failure, "drafts quote articles until tomorrow; DESKHAND_DAY_TOKENS sets the budget")
            raise failure from None

    def _tell(self, failure: ModelError, remedy: str) -> None:
        """Let an admin read of it, once however often it happens."""
        with self._database.session() as session:
            now = self._database.now(session)
            problems.report(session, Problem(failure.code, failure.reason.text, remedy), now)

    def _settle(
        self, call: str, model: Model, question: Question, outcome: str, begun: float, tokens: tuple[int, int]
    ) -> None:
        micros = model.micros(*tokens)
        with self._database.session() as session:
            spending.settle(session, call, Taken(*tokens, micros, outcome))
        seconds = round(self.clock.now() - begun, 2)
        _measured(question.task, outcome, tokens, micros, seconds)
        fields = {"task": question.task, "outcome": outcome, "spent": sum(tokens), "micros": micros, "seconds": seconds}
        log.log(logging.INFO if outcome == "answered" else logging.WARNING, "model.asked", extra=fields)

    def _tried(self, model: Model, question: Question, deadline: float) -> Completion:
        """The answer of the first try that brings one."""
        breaker = self._breakers.setdefault(model.url, Breaker(self.clock.now))
        for attempt in range(TRIES):
            left = deadline - self.clock.now()
            if left < LEAST:
                raise Late
            if not breaker.admits():
                raise Resting
            try:
                completion = complete(model, question, left)
            except Transient as failure:
                breaker.record(well=False)
                self._wait(failure, attempt, deadline)
            except ModelError as failure:
                # A slow or refusing endpoint is a failing one; a model that declines or rambles is up.
                breaker.record(well=not isinstance(failure, Late | Denied))
                raise
            else:
                breaker.record(well=True)
                return completion
        raise AssertionError("the last try raises")

    def _wait(self, failure: Transient, attempt: int, deadline: float) -> None:
        """Until the next try; raises the failure when there is none or no time for it."""
        pause = max(PAUSE * 2**attempt * random.uniform(0.8, 1.2), failure.retry_after)  # noqa: S311  # jitter is no secret
        if attempt + 1 == TRIES or self.clock.now() + pause + LEAST > deadline:
            raise failure
        self.clock.sleep(pause)


def _measured(task: str, outcome: str, tokens: tuple[int, int], micros: int, seconds: float) -> None:
    metrics.count(f"model.{outcome}")
    for direction, number in zip(("in", "out"), tokens, strict=True):
        metrics.add("deskhand_model_tokens", direction, by=number)
    metrics.add("deskhand_model_cost_micros", by=micros)
    metrics.observe("deskhand_model_seconds", seconds, task)


def _most(model: Model, question: Question) -> Planned:
    """What the question may take: reckoned roughly, for as long as the endpoint has not said."""
    characters = sum(len(str(m.get("content") or "")) for m in question.messages) + len(str(question.schema))
    return Planned(question.task, model.name, question.prompt, characters // 3 + 1, question.most_tokens)
