"""What can happen to a run, at every moment of it: it is killed, overtaken, spoken into, or the world moves on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from tests.tables import Again


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, no ``except Exception`` and no clean-up of ours."""


class Shaky(Again):
    """A database that names the moments just before and just after each commit."""

    at: Callable[[str], None] = staticmethod(lambda moment: None)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with super().session() as session:
            yield session
            self.at("committing")
        self.at("committed")


class Interference:
    """``plan`` says what happens at the n-th moment of a run. Only the run itself is disturbed, not what disturbs it."""

    def __init__(self) -> None:
        self.acts: dict[str, Callable[[], object]] = {}
        self.plan: dict[int, str] = {}
        self.count = 0
        self.busy = True
        self.happened: list[tuple[str, str]] = []

    def __call__(self, moment: str) -> None:
        if self.busy:
            return
        self.count += 1
        what = self.plan.get(self.count)
        # Inside a transaction nothing else can happen to one process but its end.
        if what is None or (moment == "committing" and what != "kill"):
            return
        # Between its last look at the clock and the send nothing can stop a process that sleeps for minutes.
        if what == "oversleep" and moment != "committed":
            return
        self.happened.append((moment, what))
        if what == "kill":
            raise Killed
        self.busy = True
        try:
            self.acts[what]()
        finally:
            self.busy = False

    @contextmanager
    def during(self, plan: dict[int, str]) -> Iterator[None]:
        """Let that happen while the body runs; a kill ends the body and nothing else."""
        self.plan, self.count, self.busy = plan, 0, False
        try:
            yield
        except Killed:
            pass
        finally:
            self.busy = True
