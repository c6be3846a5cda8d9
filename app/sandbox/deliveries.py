"""Webhooks on their way out: a thread for each that is due, the vendor's own retries, and the ordered faults. Signing is the vendor's."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import requests

from app.sandbox.world import HOOK_FAULTS, Outcome, Sent, World

__all__ = ["Again", "Deliveries", "Outcome", "Pack", "Parcel", "Sent", "statuses"]


@dataclass(frozen=True)
class Parcel:
    """One webhook request, signed for one attempt."""

    url: str
    headers: Mapping[str, str]
    body: bytes


Pack = Callable[[int], Parcel]
"""Builds attempt n (from 0): a vendor signs every attempt anew."""
Again = Callable[[Outcome], float | None]
"""Seconds to the next attempt by the vendor's own rule, or None to give up."""


class Deliveries:
    """Sends webhooks for one host. ``idle`` waits until nothing is on its way that is due now."""

    def __init__(self, world: World, host: str, timeout: float) -> None:
        self._world = world
        self._host = host
        self._timeout = timeout
        self._stop = threading.Event()
        self._state = threading.Condition()
        self._due = 0
        self._held: list[Pack] = []
        self.log: list[Sent] = []
        world.outgoing.append(self)

    def send(self, pack: Pack, again: Again, delay: float = 0.0) -> None:
        """Put one webhook on its way; an ordered fault may lose, double, delay or hold it."""
        fault = self._world.faults.take(self._host, "POST", "/hook", HOOK_FAULTS)
        kind = fault.kind if fault else ""
        if kind == "lose":
            return
        if kind == "reorder":
            with self._state:
                self._held.append(pack)
            return
        late = fault.seconds if fault and kind == "late" else 0.0
        with self._state:
            held, self._held = self._held, []
        self._start((pack, *held), again, 0, delay + late)
        if kind == "double":
            self._start((pack,), again, 0, delay + late)

    def idle(self, timeout: float = 10.0) -> bool:
        """True once every attempt that is due has been answered; waiting retries do not count."""
        with self._state:
            return self._state.wait_for(lambda: self._due == 0, timeout)

    def close(self) -> None:
        """Stop every waiting retry."""
        self._stop.set()

    def _start(self, packs: Sequence[Pack], again: Again, attempt: int, delay: float) -> None:
        """One thread for these, one after the other: that is what makes "after the next one" true."""
        due = delay <= 0
        if due:
            with self._state:
                self._due += 1
        thread = threading.Thread(target=self._run, args=(packs, again, attempt, delay, due), daemon=True)
        thread.start()

    def _run(self, packs: Sequence[Pack], again: Again, attempt: int, delay: float, due: bool) -> None:
        try:
            if not due:
                clock = self._world.clock
                clock.wait(clock.now() + timedelta(seconds=delay), self._stop)
            for pack in packs:
                if not self._stop.is_set():
                    self._attempt(pack, again, attempt)
        finally:
            if due:
                with self._state:
                    self._due -= 1
                    self._state.notify_all()

    def _attempt(self, pack: Pack, again: Again, attempt: int) -> None:
        parcel = pack(attempt)
        outcome = self._post(parcel, attempt)
        line = Sent(self._host, self._world.clock.now(), parcel.url, outcome)
        self.log.append(line)
        self._world.sent.append(line)
        wait = again(outcome)
        if wait is not None:
            self._start((pack,), again, attempt + 1, wait)

    def _post(self, parcel: Parcel, attempt: int) -> Outcome:
        with requests.Session() as line:
            line.trust_env = False  # a proxy of the machine must not see what is played on loopback
            try:
                answer = line.post(
                    parcel.url,
                    data=parcel.body,
                    headers=dict(parcel.headers),
                    timeout=self._timeout,
                    allow_redirects=False,
                )
            except requests.Timeout:
                return Outcome(attempt, 0)
            except requests.RequestException:
                return Outcome(attempt, -1)
        return Outcome(attempt, answer.status_code, dict(answer.headers))


def statuses(log: Sequence[Sent]) -> list[int]:
    """The answers, in order: what most tests look at."""
    return [line.outcome.status for line in log]
