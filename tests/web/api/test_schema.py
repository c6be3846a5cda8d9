"""Whatever is asked, as the document allows it or not, is answered as the document says: nothing unforeseen, nothing undeclared.

The cases are generated from the document by schemathesis, the same ones each time.
"""

import itertools
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis.specs.openapi.checks import ignored_auth
from sqlalchemy import text

from app.web.api import ROOT
from tests.web.api.conftest import House

pytestmark = pytest.mark.slow

CASES = 6
"""For each operation, of each kind."""
settings = hypothesis.settings(
    max_examples=CASES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def unhurried(house: House) -> House:
    """As many requests as a test takes."""
    with house.stage.database.session() as session:
        session.execute(text("update access set per_minute = 1000000"))
    return house


def test_every_operation_answers_as_the_document_says(unhurried: House) -> None:
    house, counted = unhurried, dict[str, set[int]]()
    ticket = house.asks()
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", house.client.application)

    def run(operation: Any, mode: schemathesis.GenerationMode) -> None:
        turn = itertools.count()

        @settings
        @given(operation.as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            case.headers.update({"Authorization": f"Bearer {house.token}", "Prefer": "wait=0"})
            if mode is schemathesis.GenerationMode.POSITIVE and next(turn) % 2 == 0:
                _somebody_and_something(case, ticket)
            # The token that was generated is not the one that was sent.
            answer = case.call_and_validate(excluded_checks=[ignored_auth])
            counted.setdefault(operation.label, set()).add(answer.status_code)

        check()

    for found in schema.get_all_operations():
        for mode in schemathesis.GenerationMode:
            run(found.ok(), mode)
    assert len(counted) >= 20
    assert any(statuses & {200, 201, 202} for statuses in counted.values())
    # What stands behind a signature or a name that has to be there is told by its own tests.
    silent = {label for label, statuses in counted.items() if not statuses & {200, 201, 202}}
    assert silent <= {"POST /signals", "GET /chat/messages/{messageId}", "GET /changes/{changeId}"}


def _somebody_and_something(case: Any, ticket: str) -> None:
    """A ticket that is there, and somebody who may be: words that are drawn name neither."""
    if "ticketId" in case.path_parameters:
        case.path_parameters["ticketId"] = ticket
    if isinstance(case.body, dict) and "person" in case.body:
        case.body["person"] = "somebody@customer.example"
