"""Once-only effects, against schedules that hypothesis makes up: whatever happens at whatever moment, nothing is done twice or lost."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from app.db import effects, ids, judgements, problems, tickets
from app.db.effects import Effect
from app.db.migrations import upgrade
from connectors.types import AddMessage, Click, Event, EventKind, Note, OpenTicket, Ref, Reply, Role, Status
from jobs import reconcile, schedule, ticket
from tests.builders import NOON
from tests.flows.interference import Interference, Shaky
from tests.flows.played import AGENT, FAULTS, VENDORS, Held, Vendor
from tests.flows.stage import QUESTION, Stage

ACTS = ("kill", "kill", "agent", "customer", "slow", "orphan", "deliver", "close")
PLAN = st.dictionaries(st.integers(1, 30), st.sampled_from(ACTS), max_size=2)
VISIBLE = (Reply, Note, AddMessage, OpenTicket)


class Now:
    """Moves with whichever stage plays now."""

    stage: Stage | None = None

    def __call__(self) -> object:
        return self.stage.time if self.stage else NOON


NOW = Now()
DATABASE = Shaky("sqlite://", clock=NOW)  # type: ignore[arg-type]


class Schedules(RuleBasedStateMachine):
    """Two vendors, one of which records the other's threads, and a world that interferes."""

    def __init__(self) -> None:
        super().__init__()
        VENDORS.clear()
        if not DATABASE_READY:
            upgrade(DATABASE)
            DATABASE_READY.append(True)
        NOW.stage = None
        self.stage = Stage(database=DATABASE)
        NOW.stage = self.stage
        self.places = {name: self.stage.connect(name) for name in ("desk", "thread")}
        self.stage.earn()
        self.interference = Interference()
        self.interference.acts = {
            "agent": lambda: self._somebody(AGENT.role),
            "customer": lambda: self._somebody(Role.CUSTOMER),
            "slow": lambda: self.stage.pass_time(20),
            "orphan": self._orphan,
            "deliver": self._deliver_all,
            "close": self._close_one,
        }
        DATABASE.at = self.interference
        for _, played in self.places.values():
            played.at = self.interference
        self.working_on = ""
        self.opens("desk")

    # --- the world --------------------------------------------------------------------------------------------

    def _open(self) -> list[tuple[Vendor, Held]]:
        found = [(played, held) for _, played in self.places.values() for held in played.tickets.values()]
        return [(played, held) for played, held in found if held.status is not Status.CLOSED]

    def _somebody(self, role: Role) -> None:
        for played, held in self._open():
            if self.working_on == self._id(played, held):
                who = AGENT if role is Role.AGENT else held.customer
                played.says(held, who, QUESTION)

    def _close_one(self) -> None:
        for played, held in self._open():
            if self.working_on == self._id(played, held):
                played.closes(held.id)

    def _orphan(self) -> None:
        """This run sleeps so long that another one takes the ticket over, and then goes on."""
        self.stage.pass_time(61)
        ticket.run(self.working_on)

    def _deliver_all(self) -> None:
        for connection_id, played in self.places.values():
            self.stage.deliver(connection_id, played)

    def _id(self, played: Vendor, held: Held) -> str:
        return ids.ticket(self.places[played.name][0], held.id)

    def _pick(self, number: int) -> tuple[Vendor, Held]:
        found = self._open()
        return found[number % len(found)]

    # --- what can happen --------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(("desk", "desk", "thread")))
    def opens(self, name: str) -> None:
        _, played = self.places[name]
        if sum(len(p.tickets) for _, p in self.places.values()) < 5:
            played.customer_writes(QUESTION)

    @precondition(lambda self: self._open())
    @rule(number=st.integers(0, 9))
    def writes(self, number: int) -> None:
        played, held = self._pick(number)
        played.customer_writes(QUESTION, held.id)

    @precondition(lambda self: self._open())
    @rule(number=st.integers(0, 9), public=st.booleans())
    def agent_writes(self, number: int, public: bool) -> None:
        played, held = self._pick(number)
        played.agent_writes(held.id, public=public)

    @precondition(lambda self: self._open())
    @rule(number=st.integers(0, 9))
    def hands_back(self, number: int) -> None:
        played, held = self._pick(number)
        played.hands_back(held.id)

    @precondition(lambda self: self._open())
    @rule(number=st.integers(0, 9), action=st.sampled_from(("human", "helped", "share", "resume")), team=st.booleans())
    def presses(self, number: int, action: str, team: bool) -> None:
        played, held = self._pick(number)
        with DATABASE.reading() as session:
            decision = judgements.latest(session, self._id(played, held))
        who = AGENT if team else held.customer
        click = Click(action, decision.id if decision else "?", who)
        if action == "resume" and team:
            held.handed_back = played.now()
        played.knock(held.id, EventKind.CLICK, click=click)

    @precondition(lambda self: any(played.hooks for _, played in self.places.values()))
    @rule(how=st.sampled_from(("all", "all", "none", "some", "twice", "backwards")))
    def delivers(self, how: str) -> None:
        for connection_id, played in self.places.values():
            hooks = list(played.hooks)
            if how == "backwards":
                played.hooks.reverse()
            every = {"none": 0, "some": 2}.get(how, 1)
            # A press is sent again until it is taken; only other knocks get lost.
            self.stage.deliver(connection_id, played, lambda n, hook, every=every: _comes(n, hook, every))
            if how == "twice":
                played.hooks = hooks

    @precondition(lambda self: self._open())
    @rule(
        plan=PLAN,
        faults=st.lists(st.sampled_from(FAULTS), max_size=2),
        name=st.sampled_from(("desk", "thread")),
        seconds=st.sampled_from((0, 1, 10, 40, 130)),
    )
    def works(self, plan: dict[int, str], faults: list[str], name: str, seconds: int) -> None:
        self._deliver_all()
        self.stage.pass_time(seconds)
        schedule.sweep(self.stage.services)
        self.places[name][1].faults = faults
        for ticket_id in list(self.stage.bells.rung):
            self.working_on = ticket_id
            with self.interference.during(plan):
                ticket.run(ticket_id)
            plan = {}
        for _, played in self.places.values():
            played.faults = []

    @precondition(lambda self: self.stage.bells.rung)
    @rule()
    def redis_is_lost(self) -> None:
        self.stage.bells.lose()

    # --- in the end -------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        self._come_to_rest()
        for played, held in ((p, h) for _, p in self.places.values() for h in p.tickets.values()):
            self._nothing_twice(held)
            with DATABASE.reading() as session:
                planned = effects.of_ticket(session, self._id(played, held))
            self._one_reply_each(planned)
        for played, held in self._open():
            self._nothing_lost(played, held)
        assert not any(played.overtaken for _, played in self.places.values())
        self._records()
        with DATABASE.reading() as session:
            mine = {connection_id for connection_id, _ in self.places.values()}
            parked = [p for p in problems.newest(session, 1000) if p.connection_id in mine]
        assert {p.kind for p in parked} <= {"effect_refused"}

    def _come_to_rest(self) -> None:
        """Everything works again, and the clock goes on until nothing is left to do."""
        for connection_id, _ in self.places.values():
            reconcile.run(connection_id)
        for _ in range(40):
            self._deliver_all()
            self.stage.pass_time(130)
            schedule.sweep(self.stage.services)
            if not self.stage.bells.rung:
                break
            self.stage.work()
        with DATABASE.reading() as session:
            for played, held in ((p, h) for _, p in self.places.values() for h in p.tickets.values()):
                assert effects.unfinished(session, self._id(played, held)) == []

    def _nothing_twice(self, held: Held) -> None:
        """No key was carried out twice, in none of its visible parts."""
        seen = Counter((key, repr(change)) for key, change in held.log if isinstance(change, VISIBLE))
        assert all(times == 1 for times in seen.values()), seen

    def _one_reply_each(self, planned: list[Effect]) -> None:
        """One question, one answer: a second needs somebody who handed the ticket back, or a person's click."""
        with DATABASE.reading() as session:
            sent = [e for e in planned if e.state == effects.SENT and e.plan.requester is not None]
            asked = Counter()
            for one in sent:
                judged = judgements.find(session, one.ticket_id, one.plan.decision_id)
                assert judged is not None
                asked[judged.decision.question] += 1
            back = any(self._handed_back(one.ticket_id) for one in sent)
        assert back or all(times == 1 for times in asked.values()), asked

    def _handed_back(self, ticket_id: str) -> bool:
        every = [(p, h) for _, p in self.places.values() for h in p.tickets.values()]
        return any(h.handed_back for p, h in every)

    def _nothing_lost(self, played: Vendor, held: Held) -> None:
        """The last question was dealt with: decided and made, or a person has the ticket, or is told of it."""
        ticket_id = self._id(played, held)
        connector = self.stage.services.connector(self.places[played.name][0])
        with DATABASE.reading() as session:
            known = tickets.find(session, self.places[played.name][0], Ref(held.id))
            assert known is not None
            if tickets.recorded_by(session, known.connection_id, known.ref):
                return
            question = connector.ticket(known.ref).question
            if question is None or known.quiet_since is not None:
                return
            decision = judgements.latest(session, ticket_id)
            assert decision is not None and known.decided == question.id
            ended = [e.state for e in effects.of_ticket(session, ticket_id) if e.plan.decision_id == decision.id]
        assert set(ended) <= {effects.SENT, effects.REVIEW}, ended

    def _records(self) -> None:
        """Each thread has one record, which holds what the customer said in order and is never decided on."""
        desk_id, desk = self.places["desk"]
        thread_id, chat = self.places["thread"]
        for held in chat.tickets.values():
            with DATABASE.reading() as session:
                thread = tickets.find(session, thread_id, Ref(held.id))
                assert thread is not None
                if thread.linked is None:
                    continue
                record = desk.tickets[thread.linked[1].id]
                assert judgements.of_ticket(session, ids.ticket(desk_id, record.id)) == []
            copied = [c.text for _, c in record.log if isinstance(c, AddMessage | OpenTicket)]
            assert copied == [m.text for m in held.messages if m.author == held.customer][: len(copied)]


def _comes(number: int, hook: Event, every: int) -> bool:
    return hook.click is not None or (every > 0 and number % every == 0)


DATABASE_READY: list[bool] = []


def _play(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Schedules,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_schedule_does_anything_twice_or_loses_it() -> None:
    _play(examples=40, steps=25)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_thousands_of_schedules() -> None:
    _play(examples=3000, steps=40)


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    yield
    DATABASE.at = lambda moment: None
    VENDORS.clear()
