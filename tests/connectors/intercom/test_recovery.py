"""Once only: whatever breaks between two calls, a resend with ``since`` finishes the batch and doubles nothing."""

import pytest

from app.sandbox.world import Fault, Faults
from connectors.errors import Conflict, RateLimited, Unavailable
from connectors.types import AddMessage, Assign, Note, OpenTicket, Person, Reply, Role, SetField, SetStatus, Status, Tag
from tests.connectors.intercom.stage import CASEY, CHANGES, IntercomStage

BATCH = [
    SetField("deskhand_category", "refund"),
    Tag(("deskhand",)),
    Note("The note."),
    Reply("The reply, see [the guide](https://help.example/1)."),
    Assign(team="Billing"),
    SetStatus(Status.SOLVED),
]
STEPS = [
    "PUT .*",
    "POST intercom/tags$",
    "POST conversations/.*/tags$",
    "POST .*/reply$",
    "POST .*/reply$",
    "POST .*/parts$",
    "POST .*/parts$",
]


def once(stage: IntercomStage) -> None:
    assert {type(change).__name__: stage.seen(change) for change in BATCH} == {type(c).__name__: 1 for c in BATCH}


class Nth(Faults):
    """Lets the first ``before`` calls that the fault hits pass."""

    def __init__(self, fault: Fault, before: int) -> None:
        super().__init__()
        self._before = before
        self._fault = fault

    def take(self, host: str, method: str, path: str, kinds: tuple[str, ...]) -> Fault | None:
        if self._fault.kind not in kinds or not self._fault.hits(host, method, path):
            return None
        self._before -= 1
        return self._fault if self._before == -1 else None


def break_at(stage: IntercomStage, step: int, kind: str) -> None:
    """Let the call of this step break."""
    method, _, path = STEPS[step].partition(" ")
    stage.world.faults = Nth(Fault(kind, method=method, path=path), STEPS[:step].count(STEPS[step]))


@pytest.mark.parametrize("kind", ["reset_after", "reset_before"])
@pytest.mark.parametrize("step", range(len(STEPS)))
@pytest.mark.parametrize("shown", [True, False], ids=["codes", "no codes"])
def test_a_broken_call_is_finished_by_a_resend(
    stage: IntercomStage, codeless: IntercomStage, shown: bool, step: int, kind: str
) -> None:
    played = stage if shown else codeless
    revision = played.connector.ticket(played.ref).revision
    started = played.world.clock.now()
    break_at(played, step, kind)
    with pytest.raises(Unavailable):
        played.connector.apply(played.ref, BATCH, key="k", expect=revision)
    receipt = played.connector.apply(played.ref, BATCH, key="k", expect=revision, since=started)
    once(played)
    assert receipt.key == "k"
    assert len(receipt.refs) == 2
    again = played.connector.apply(played.ref, BATCH, key="k", expect=revision, since=started)
    assert again.recovered
    assert again.refs == receipt.refs
    once(played)


@pytest.mark.parametrize(
    "change", [Note("N"), Reply("R"), AddMessage("From Slack", CASEY)], ids=lambda c: type(c).__name__
)
def test_a_hanging_call_that_was_taken_is_found(stage: IntercomStage, change: Note | Reply | AddMessage) -> None:
    started = stage.world.clock.now()
    stage.world.faults.order(Fault("reset_after", method="POST", path="reply"))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [change], key="k")
    receipt = stage.connector.apply(stage.ref, [change], key="k", since=started)
    assert receipt.recovered
    assert receipt.refs == (stage.host.workspace.conversations[stage.ref.id].parts[-1].id,)
    assert stage.seen(change) == 1


def test_a_call_that_hangs_is_given_up(stage: IntercomStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.intercom.client.TIMEOUT", 0.3)
    stage.world.faults.order(Fault("hang", method="POST", path="reply", seconds=1.0))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [Note("N")], key="k")
    assert stage.seen(Note("N")) == 0


def test_too_many_calls_in_the_middle(stage: IntercomStage) -> None:
    started = stage.world.clock.now()
    stage.world.faults.order(Fault("status", method="POST", path="reply", status=429, headers={"Retry-After": "3"}))
    with pytest.raises(RateLimited) as wait:
        stage.connector.apply(stage.ref, BATCH, key="k")
    assert wait.value.retry_after == 3
    stage.connector.apply(stage.ref, BATCH, key="k", since=started)
    once(stage)


def test_a_person_between_the_attempts_stops_the_rest(stage: IntercomStage) -> None:
    revision = stage.connector.ticket(stage.ref).revision
    started = stage.world.clock.now()
    stage.world.faults.order(Fault("reset_after", method="POST", path="reply"))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, BATCH, key="k", expect=revision)
    stage.host.customer_writes("casey@example.com", "Never mind", ticket=stage.ref.id)
    with pytest.raises(Conflict):
        stage.connector.apply(stage.ref, BATCH, key="k", expect=revision, since=started)
    assert stage.seen(BATCH[3]) == 0


def test_another_key_is_another_note(stage: IntercomStage) -> None:
    started = stage.world.clock.now()
    stage.connector.apply(stage.ref, [Note("Same")], key="k1")
    receipt = stage.connector.apply(stage.ref, [Note("Same")], key="k2", since=started)
    assert not receipt.recovered
    assert stage.seen(Note("Same")) == 2


def test_two_equal_replies_of_one_batch_are_two(stage: IntercomStage) -> None:
    started = stage.world.clock.now()
    batch = [Reply("Twice"), Reply("Twice")]
    stage.connector.apply(stage.ref, batch, key="k")
    assert stage.connector.apply(stage.ref, batch, key="k", since=started).recovered
    assert stage.seen(Reply("Twice")) == 2


def test_an_equal_reply_of_long_ago_is_not_taken_for_this_one(stage: IntercomStage) -> None:
    stage.connector.apply(stage.ref, [Reply("Thanks!")], key="k1")
    stage.world.clock.advance(3600)
    receipt = stage.connector.apply(stage.ref, [Reply("Thanks!")], key="k2", since=stage.world.clock.now())
    assert not receipt.recovered
    assert stage.seen(Reply("Thanks!")) == 2


@pytest.mark.parametrize("path", ["/conversations$", "reply"])
def test_a_ticket_is_opened_once(stage: IntercomStage, path: str) -> None:
    change = CHANGES[OpenTicket]
    started = stage.world.clock.now()
    stage.world.faults.order(Fault("reset_after", method="POST", path=path))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [change], key="k")
    receipt = stage.connector.apply(stage.ref, [change], key="k", since=started)
    assert stage.seen(change) == 1
    again = stage.connector.apply(stage.ref, [change], key="k", since=started)
    assert again.recovered
    assert again.refs == receipt.refs
    notes = [m for m in stage.host.views()[0].messages if m["kind"] == "note"]
    assert len(notes) == 1


@pytest.mark.parametrize("email", ["kim@example.com", ""])
def test_a_new_customers_ticket_is_opened_once_and_for_one_contact(stage: IntercomStage, email: str) -> None:
    change = OpenTicket("", "All is red", Person("U77", Role.CUSTOMER, "Kim", email))
    started = stage.world.clock.now()
    stage.world.faults.order(Fault("reset_after", method="POST", path="/conversations$"))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [change], key="k", since=started)
    assert stage.connector.apply(stage.ref, [change], key="k", since=started).recovered
    assert stage.seen(change) == 1
    assert len(stage.host.workspace.contacts) == 2


def test_a_contact_that_search_does_not_show_yet_is_waited_for(stage: IntercomStage) -> None:
    stage.host.workspace.add_contact("user", email="kim@example.com", external_id="x")
    stage.host.people.hidden.add("kim@example.com")
    change = OpenTicket("", "All is red", Person("U77", Role.CUSTOMER, "Kim", "kim@example.com"))
    with pytest.raises(Unavailable):
        stage.connector.apply(stage.ref, [change], key="k")
    assert stage.seen(change) == 0
