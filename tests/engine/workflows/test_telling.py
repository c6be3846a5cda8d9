"""What the team reads of a run: how a draft has to be sent, where sending does more than its words."""

from dataclasses import replace

import pytest

from app.engine.types import Mode, Work
from app.engine.workflows import runner
from app.engine.workflows.telling import BY_BUTTON, drafted, told
from app.engine.workflows.types import Level, Prove
from tests.builders import a_classification, a_ticket
from tests.engine.actions.bank import BANK


@pytest.mark.parametrize(("way", "sent"), [("sms", True), ("email", True), ("app", False)])
def test_a_code_that_goes_out_with_the_draft_is_said_to(way: str, sent: bool) -> None:
    run = replace(runner.begun(BANK.workflows["balance-inquiry"]), waiting=Prove(Level.CODE, "Enter it.", way))
    work = drafted(run, a_ticket("My balance?"), a_classification("balance-inquiry"), BANK, ()).work
    assert work
    assert (BY_BUTTON in told(work, Mode.ASSIST)) is sent
    assert BY_BUTTON not in told(work, Mode.DEFLECT), "then it has gone out already"


def test_any_other_draft_may_be_copied() -> None:
    assert BY_BUTTON not in told(Work("balanceInquiry", ("Found.",)), Mode.ASSIST)
