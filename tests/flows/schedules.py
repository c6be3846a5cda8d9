"""Schedules: what customers, agents, vendors and the machine do, in which order and at which moment of a run.

One is made from a seed and played anywhere again: ``python -m tests.flows.schedules SEED`` shows the shortest part of
it that still breaks a promise, ``python -m tests.flows.schedules FIRST COUNT`` plays many.
"""

import logging
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.db import accounts, effects, inbox, judgements
from connectors.types import Click, EventKind
from jobs import reconcile, schedule, ticket
from tests.flows.ground import Ground
from tests.flows.interference import Interference
from tests.flows.played import AGENT, FAULTS, Vendor
from tests.flows.promises import kept
from tests.flows.stage import QUESTION

ACTS = (
    "kill",
    "kill",
    "kill",
    "agent",
    "customer",
    "slow",
    "orphan",
    "oversleep",
    "deliver",
    "deliver",
    "close",
    "assign",
    "press",
)
MOVES = {
    "works": 14, "opens": 2, "writes": 3, "agent": 1, "note": 1, "hands back": 1, "presses": 5, "assigns": 1,
    "loses": 1, "doubles": 1, "turns": 1, "bells": 1, "stops": 1,
}  # fmt: skip
BUTTONS = ("share", "share", "share", "share", "human", "helped", "resume")
SECONDS = (0, 0, 1, 10, 40, 130)


@dataclass(frozen=True)
class Step:
    """One thing that happens. ``plan`` says at which moment of a run who interferes, ``faults`` what the vendor does."""

    move: str
    number: int = 0
    place: str = "desk"
    button: str = ""
    plan: tuple[tuple[int, str], ...] = ()
    faults: tuple[str, ...] = ()
    seconds: int = 0


@dataclass(frozen=True)
class Schedule:
    """What happens from the first message to the end. ``earned``: replies are unlocked."""

    seed: int
    earned: bool
    steps: tuple[Step, ...]


def made(seed: int) -> Schedule:
    """The schedule of that seed."""
    dice = random.Random(seed)
    first = Step("opens", place=dice.choice(("desk", "desk", "thread")))
    moves = dice.choices(list(MOVES), list(MOVES.values()), k=dice.randint(3, 9))
    return Schedule(seed, dice.random() < 0.6, (first, *(step(dice, move) for move in moves), step(dice, "works")))


def step(dice: random.Random, move: str) -> Step:
    """A step of that kind; most runs are disturbed at one moment, some not at all."""
    if move != "works":
        return Step(move, dice.randrange(10), dice.choice(("desk", "desk", "thread")), dice.choice(BUTTONS))
    plan = tuple((dice.randint(1, 24), dice.choice(ACTS)) for _ in range(dice.choice((0, 1, 1, 2))))
    faults = tuple(dice.choice(("", *FAULTS)) for _ in range(dice.choice((0, 0, 1, 2))))
    return Step(
        move, dice.randrange(10), dice.choice(("desk", "thread")), "", plan, faults, seconds=dice.choice(SECONDS)
    )


class Play:
    """One schedule being played."""

    def __init__(self, ground: Ground, played: Schedule) -> None:
        self.ground = ground
        self.stage = ground.played
        self.schedule = played
        self.working_on = ""
        self.certain = True
        """Whether every webhook has come so far."""
        self.interference = Interference()
        self.interference.acts = {
            "agent": lambda: self._here(lambda vendor, id: vendor.agent_writes(id)),
            "customer": lambda: self._here(lambda vendor, id: vendor.customer_writes(QUESTION, id)),
            "assign": lambda: self._here(lambda vendor, id: vendor.assigns(id)),
            "close": lambda: self._here(lambda vendor, id: vendor.closes(id)),
            "press": lambda: self._here(lambda vendor, id: self._press(vendor, id, "share", team=True)),
            "slow": lambda: self.stage.pass_time(20),
            "orphan": lambda: self._orphan(61),
            "oversleep": lambda: self._orphan(130),
            "deliver": self._deliver,
        }
        self.moves: dict[str, Callable[[Step], None]] = {
            "works": self._work,
            "opens": self._opens,
            "writes": self._one(lambda vendor, id, _: vendor.customer_writes(QUESTION, id)),
            "agent": self._one(lambda vendor, id, _: vendor.agent_writes(id)),
            "note": self._one(lambda vendor, id, _: vendor.agent_writes(id, public=False)),
            "hands back": self._one(lambda vendor, id, _: vendor.hands_back(id)),
            "assigns": self._one(lambda vendor, id, _: vendor.assigns(id)),
            "presses": self._one(self._presses),
            "loses": self._loses,
            "doubles": lambda step: self._deliver(twice=True),
            "turns": lambda step: self._deliver(backwards=True),
            "bells": lambda step: self.stage.bells.lose(),
            "stops": lambda step: self._stop(stopped=step.number < 5),
        }

    def run(self) -> None:
        """Play it to its end, bring everything to rest and see that every promise was kept."""
        self.ground.clean(self.schedule.seed, earned=self.schedule.earned)
        with self.ground.at_peace():
            self.ground.database.at = self.interference
            for _, vendor in self.ground.places.values():
                vendor.at = self.interference
            for one in self.schedule.steps:
                self.moves[one.move](one)
            self._come_to_rest()
        kept(self.ground)

    # --- who does what -----------------------------------------------------------------------------------------

    def _here(self, act: Callable[[Vendor, str], object]) -> None:
        """To the ticket that is being worked on."""
        for vendor, held in self.ground.open():
            if self.working_on == self.ground.id(vendor, held):
                act(vendor, held.id)

    def _one(self, act: Callable[[Vendor, str, Step], object]) -> Callable[[Step], None]:
        """To some open ticket."""

        def move(step: Step) -> None:
            if found := self.ground.open():
                vendor, held = found[step.number % len(found)]
                act(vendor, held.id, step)

        return move

    def _opens(self, step: Step) -> None:
        if len(list(self.ground.every())) < 4:
            self.ground.places[step.place][1].customer_writes(QUESTION)

    def _presses(self, vendor: Vendor, id: str, step: Step) -> None:
        self._press(vendor, id, step.button, team=step.button in ("share", "resume") or step.number < 3)

    def _press(self, vendor: Vendor, id: str, button: str, *, team: bool) -> None:
        held = vendor.tickets[id]
        with self.ground.database.reading() as session:
            decision = judgements.latest(session, self.ground.id(vendor, held))
        if button == "resume" and team:
            held.handed_back = vendor.now()
        click = Click(button, decision.id if decision else "?", AGENT if team else held.customer)
        vendor.knock(id, EventKind.CLICK, click=click)

    def _loses(self, step: Step) -> None:
        """A press is sent again until it is taken; only other knocks get lost."""
        self.certain = False
        for connection_id, vendor in self.ground.places.values():
            self.stage.deliver(connection_id, vendor, lambda _, hook: hook.click is not None)

    def _deliver(self, *, twice: bool = False, backwards: bool = False) -> None:
        for connection_id, vendor in self.ground.places.values():
            hooks = list(vendor.hooks)
            if backwards:
                vendor.hooks.reverse()
            self.stage.deliver(connection_id, vendor)
            if twice:
                vendor.hooks[:] = hooks

    def _stop(self, *, stopped: bool) -> None:
        with self.ground.database.session() as session:
            accounts.stop(session, self.stage.account.id, stopped=stopped)
        for _, vendor in self.ground.places.values():
            vendor.shut = stopped

    def _orphan(self, seconds: float) -> None:
        """This run sleeps so long that another one takes the ticket over, and then goes on."""
        self.stage.pass_time(seconds)
        ticket.run(self.working_on)

    def _work(self, step: Step) -> None:
        self._deliver()
        self.stage.pass_time(step.seconds)
        schedule.sweep(self.stage.services)
        self.ground.places[step.place][1].faults[:] = step.faults
        plan = dict(step.plan)
        for ticket_id in list(self.stage.bells.rung):
            self.working_on = ticket_id
            with self.interference.during(plan):
                ticket.run(ticket_id)
            plan = {}
        for _, vendor in self.ground.places.values():
            vendor.faults.clear()

    def _come_to_rest(self) -> None:
        """Everything works again, and the clock goes on until nothing is left to do."""
        self._stop(stopped=False)
        if not self.certain:
            for connection_id, _ in self.ground.places.values():
                reconcile.run(connection_id)
        for _ in range(60):
            self._deliver()
            schedule.sweep(self.stage.services)
            if self.stage.bells.rung:
                self.stage.work()
            elif not self._waits():
                return
            self.stage.pass_time(130)
        raise AssertionError("it does not come to rest")

    def _waits(self) -> bool:
        with self.ground.database.reading() as session:
            waiting = inbox.backlog(session)
            return bool(waiting) or any(
                effects.unfinished(session, self.ground.id(*one)) for one in self.ground.every()
            )


def broken(ground: Ground, one: Schedule) -> AssertionError | None:
    """What this schedule breaks, or None."""
    try:
        Play(ground, one).run()
    except AssertionError as error:
        return error
    except Exception as error:
        error.add_note(f"in {one}")
        raise
    return None


def shortest(ground: Ground, one: Schedule) -> Schedule:
    """What is left of a schedule that breaks something when every step is taken out that does not matter."""
    for make in (_without, _calmer):
        number = 0
        while number < len(one.steps):
            less = make(one, number)
            if less != one and broken(ground, less):
                one = less
            else:
                number += 1
    return one


def _without(one: Schedule, number: int) -> Schedule:
    return replace(one, steps=one.steps[:number] + one.steps[number + 1 :])


def _calmer(one: Schedule, number: int) -> Schedule:
    step = one.steps[number]
    if step.faults:
        step = replace(step, faults=step.faults[:-1])
    elif step.plan:
        step = replace(step, plan=step.plan[:-1])
    return replace(one, steps=(*one.steps[:number], step, *one.steps[number + 1 :]))


def play(ground: Ground, seeds: Sequence[int]) -> None:
    """Play these. Raises AssertionError with the shortest schedule that breaks something, and how to see it again."""
    for seed in seeds:
        if error := broken(ground, made(seed)):
            raise AssertionError(told(ground, made(seed), error)) from error


def told(ground: Ground, one: Schedule, error: AssertionError) -> str:
    """What broke and the shortest way there."""
    less = shortest(ground, one)
    lines = [f"seed {one.seed} (python -m tests.flows.schedules {one.seed}): {type(error).__name__}: {error}"]
    return "\n".join([*lines, f"earned: {less.earned}", *(f"  {step}" for step in less.steps)])


def main(arguments: Sequence[str]) -> None:
    logging.disable()
    first, count = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 1
    begun, cpu, failed, ground = time.perf_counter(), time.process_time(), 0, Ground()
    for seed in range(first, first + count):
        if error := broken(ground, made(seed)):
            failed += 1
            print(told(ground, made(seed), error))
    seconds = time.perf_counter() - begun
    print(f"{count} schedules, {failed} broken, {seconds:.1f} s, {time.process_time() - cpu:.1f} s of CPU")


if __name__ == "__main__":
    main(sys.argv[1:])
