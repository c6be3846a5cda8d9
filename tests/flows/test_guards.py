"""The schedules are only worth something if they find what is broken: each guard is taken away once, and one of them tells."""

import logging
from collections.abc import Callable, Iterator

import pytest

from app.engine import policy
from jobs import reply, ticket
from tests.flows import schedules
from tests.flows.ground import Ground
from tests.flows.played import Desk

MOST = 100
"""Schedules within which a missing guard has to show."""


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    logging.disable()
    made = Ground()
    yield made
    made.database.dispose()
    logging.disable(logging.NOTSET)


def _called_without(patch: pytest.MonkeyPatch, **missing: None) -> None:
    real = Desk.apply

    def apply(desk: Desk, ref, changes, **more):  # type: ignore[no-untyped-def]
        return real(desk, ref, changes, **(more | missing))

    patch.setattr(Desk, "apply", apply)


def blind_resend(patch: pytest.MonkeyPatch) -> None:
    """A second attempt does not look whether the first was taken."""
    _called_without(patch, since=None)


def no_expect(patch: pytest.MonkeyPatch) -> None:
    """The vendor is not told which ticket was decided on."""
    _called_without(patch, expect=None)


def sent_before_saved(patch: pytest.MonkeyPatch) -> None:
    """The attempt begins before the database knows of it."""
    patch.setattr(reply.effects, "begin", lambda *arguments: None)


def no_look_at_silence(patch: pytest.MonkeyPatch) -> None:
    """Who took the ticket over is not asked about again before the send."""
    patch.setattr(ticket.policy, "took_over", lambda *arguments: False)


def released_unseen(patch: pytest.MonkeyPatch) -> None:
    """A person's click sends whatever was drafted, also when the ticket has moved on."""
    patch.setattr(policy, "_refusal", lambda *arguments: None)
    _called_without(patch, expect=None)


GUARDS = (
    blind_resend,
    no_expect,
    sent_before_saved,
    no_look_at_silence,
    released_unseen,
)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("without", GUARDS, ids=lambda guard: guard.__name__)
def test_a_missing_guard_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, without: Callable[[pytest.MonkeyPatch], None]
) -> None:
    without(monkeypatch)
    assert any(schedules.broken(ground, schedules.made(seed)) for seed in range(MOST))
