"""What every backend promises, run once for each registry line against the played system over real HTTP."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from app.sandbox.world import Fault
from connectors.errors import (
    AuthFailed,
    BadPayload,
    Conflict,
    ConnectorError,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Unsupported,
)
from connectors.operations import OPERATIONS, Result, Risk
from connectors.registry import BACKENDS
from tests.contract.effects import PARTS, BackendStage, parts


@pytest.fixture(params=sorted(BACKENDS))
def stage(request: pytest.FixtureRequest) -> Iterator[BackendStage]:
    with import_module(f"tests.connectors.{request.param}.stage").open() as opened:
        yield opened


def run(stage: BackendStage, operation: str, key: str = "", **more: Any) -> Result:
    """An example of the operation; an effect gets a key of its own."""
    effect = stage.backend.operations[operation].risk is not Risk.READ
    return stage.backend.run(
        operation, stage.examples[operation], key=key or (f"k-{operation}" if effect else ""), **more
    )


def effects(stage: BackendStage) -> list[str]:
    return [name for name in stage.examples if stage.backend.operations[name].risk is not Risk.READ]


def reads(stage: BackendStage) -> list[str]:
    return [name for name in stage.examples if stage.backend.operations[name].risk is Risk.READ]


def lately() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def test_there_is_an_example_for_everything_it_does(stage: BackendStage) -> None:
    operations = stage.backend.operations
    undoing = {one.inverse for one in operations.values() if one.inverse}
    assert set(stage.examples) | undoing == set(operations)


def test_operations_are_those_of_the_catalogue_and_never_less_dangerous(stage: BackendStage) -> None:
    order = list(Risk)
    for name, one in stage.backend.operations.items():
        if name in OPERATIONS:
            theirs = OPERATIONS[name]
            assert (set(theirs.inputs), set(theirs.outputs)) == (set(one.inputs), set(one.outputs))
            assert (
                one.risk is theirs.risk
                or (stage.backend.name == "openapi")
                or order.index(one.risk) > order.index(theirs.risk)
            )
            assert one.amount == theirs.amount
            assert stage.backend.name == "openapi" or one.owner == theirs.owner


def test_it_says_who_we_are(stage: BackendStage) -> None:
    found = stage.backend.check()
    assert found
    assert all(isinstance(value, str) for value in found.values())


def test_outputs_have_exactly_the_names_they_are_known_by(stage: BackendStage) -> None:
    for name in stage.examples:
        outputs = run(stage, name).outputs
        assert set(outputs) == set(stage.backend.operations[name].outputs), name
        for output, value in outputs.items():
            if (wanted := PARTS.get((name, output))) and value:
                assert all(row == set(wanted.split()) for row in parts(value)), (name, output)


def test_outputs_are_plain_json(stage: BackendStage) -> None:
    def plain(value: Any) -> bool:
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(one) for key, one in value.items())
        return all(map(plain, value)) if isinstance(value, list) else isinstance(value, str | int | float | bool | None)

    for name in stage.examples:
        assert plain(dict(run(stage, name).outputs)), name


def test_an_effect_that_was_done_before_the_line_broke_is_done_once(stage: BackendStage) -> None:
    for name in effects(stage):
        before = stage.seen(name)
        since, broken = lately(), _break_last_call(stage, name)
        with pytest.raises(Unavailable):
            run(stage, name)
        assert stage.seen(name) == before + 1, f"{name}: the fault came too early at call {broken}"
        again = run(stage, name, since=since)
        assert stage.seen(name) == before + 1, name
        assert set(again.outputs) == set(stage.backend.operations[name].outputs), name


def _break_last_call(stage: BackendStage, name: str) -> str:
    """The writing call is the one to break: the first that is no read."""
    fault = getattr(stage, "writes", {}).get(name, Fault("reset_after", method="POST"))
    stage.world.faults.clear()
    stage.world.faults.order(fault)
    return fault.path


def test_an_effect_that_was_never_sent_is_done_by_the_next_attempt(stage: BackendStage) -> None:
    for name in effects(stage):
        before = stage.seen(name)
        stage.world.faults.order(Fault("reset_before"))
        with pytest.raises(Unavailable):
            run(stage, name)
        if not _trusts(stage, name):
            continue
        run(stage, name, since=lately())
        assert stage.seen(name) == before + 1, name


def _trusts(stage: BackendStage, name: str) -> bool:
    return name not in getattr(stage, "asks_a_person", ())


def test_an_effect_is_undone_by_its_inverse(stage: BackendStage) -> None:
    for name in effects(stage):
        inverse = stage.backend.operations[name].inverse
        if not inverse:
            continue
        before = stage.seen(name)
        known = {**stage.examples[name], **run(stage, name).outputs}
        assert stage.seen(name) == before + 1, name
        wanted = stage.backend.operations[inverse].inputs
        assert set(wanted) <= set(known), f"{inverse} needs what {name} does not give"
        given = {one: known[one] for one in wanted}
        stage.backend.run(inverse, given, key=f"k-undo-{name}")
        assert stage.seen(name) == before, name
        stage.backend.run(inverse, given, key=f"k-undo-{name}", since=lately())
        assert stage.seen(name) == before, f"{inverse} twice"


ANSWERS = {
    401: AuthFailed,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Refused,
    429: RateLimited,
    500: Unavailable,
    503: Unavailable,
}


@pytest.mark.parametrize("status", sorted(ANSWERS))
def test_a_status_is_the_right_error_everywhere(stage: BackendStage, status: int) -> None:
    theirs: dict[int, type[ConnectorError]] = getattr(stage, "answers", {})
    allowed: tuple[type[ConnectorError], ...] = (theirs.get(status, ANSWERS[status]),)
    if status == 409:
        allowed = (Conflict, Refused)
    for name in stage.examples:
        stage.world.faults.clear()
        stage.world.faults.order(Fault("status", status=status, headers={"Retry-After": "7"}))
        with pytest.raises(allowed) as raised:
            run(stage, name)
        if isinstance(raised.value, RateLimited):
            assert raised.value.retry_after == 7


@pytest.mark.parametrize("kind", ["hang", "reset_before"])
def test_no_answer_is_unavailable(stage: BackendStage, kind: str) -> None:
    for name in stage.examples:
        stage.world.faults.clear()
        stage.world.faults.order(Fault(kind, seconds=0.05))
        with pytest.raises(Unavailable):
            run(stage, name)


def test_an_answer_of_another_shape_names_the_place(stage: BackendStage) -> None:
    for name in stage.examples:
        if name in stage.bare:
            continue
        stage.world.faults.clear()
        stage.world.faults.order(Fault("status", status=200))
        with pytest.raises(BadPayload) as refusal:
            run(stage, name)
        assert refusal.value.path, name
        assert refusal.value.remedy, name


def test_what_it_cannot_do_is_said_before_anything_is_sent(stage: BackendStage) -> None:
    stage.world.faults.order(Fault("status", status=500, times=100))
    with pytest.raises(Unsupported):
        stage.backend.run("fly_to_the_moon", {}, key="k")
    for name in effects(stage):
        with pytest.raises(Unsupported):
            stage.backend.run(name, stage.examples[name])
        if stage.backend.operations[name].inputs:
            with pytest.raises(Unsupported):
                stage.backend.run(name, {}, key="k")
    assert stage.world.faults.waiting()[0].times == 100


def test_nobody_reads_secrets_or_customers_in_errors_and_logs(
    stage: BackendStage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = [repr(stage.backend), str(vars(stage.backend).keys())]
    for name in stage.examples:
        for fault in (
            Fault("status", status=401),
            Fault("status", status=422),
            Fault("status", status=200),
            Fault("reset_before"),
        ):
            stage.world.faults.clear()
            stage.world.faults.order(fault)
            try:
                run(stage, name, key="k-quiet")
            except ConnectorError as error:
                said += [str(error), repr(error), str(error.__cause__)]
    ours = [record.getMessage() for record in caplog.records if record.name.split(".")[0] in ("app", "connectors")]
    for secret in (*stage.secrets, *stage.personal):
        assert not [line for line in (*said, *ours) if secret in line], secret
