"""Old tickets through several processes, each with a classifier and knowledge of its own. What comes out depends on no number of them."""

import copyreg
import itertools
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType

from app import logs
from app.db import articles
from app.engine.ports import Knowledge
from app.engine.replaying import PastTicket, Played
from app.errors import BadInput, DeskhandError
from app.kb.index import HybridIndex
from app.nlp.encoder import keep
from app.reports.replay import Past, Replay, Then
from app.services import Services
from app.settings import Settings

BATCH = 50
"""Tickets that a process gets at once."""
AHEAD = 3
"""Batches for each process that are read ahead: memory stays bounded whatever the file's size."""
WORTH = 1_000
"""Tickets from which on several processes are worth loading the models in each of them."""
STOPPED = "one of the processes has ended: it was killed, or the machine has no memory left"


@dataclass(frozen=True)
class Made:
    """What every process has to judge with: the account, and what its classifier and its configuration have to be."""

    account_id: str
    classifier: str
    configuration: str


def played(
    services: Services, account_id: str, tickets: Iterable[PastTicket], processes: int
) -> Iterator[Played | None]:
    """Each ticket as it would be judged, in their order; None where no customer wrote. Few are played in this process.

    Raises BadInput when the account is changed meanwhile: half of a report on one configuration, half on another, says nothing.
    """
    stream = iter(tickets)
    first = list(itertools.islice(stream, WORTH)) if processes > 1 else []
    if processes > 1 and len(first) == WORTH:
        made = _made(services, account_id)
        yield from _spread(made, itertools.chain(first, stream), processes)
        return
    run = replay(services, account_id)
    yield from (run.one(past) for past in itertools.chain(first, stream))


def replay(services: Services, account_id: str) -> Replay:
    """What the account's old tickets are judged with: today's configuration and classifier, and the knowledge of any moment."""
    with services.database.reading() as session:
        moments = articles.moments(session, account_id)

    def known(moment: datetime) -> Knowledge:
        return HybridIndex(services.database, account_id, services.encoder, at=moment)

    return Replay(services.configuration(account_id), services.classifier(account_id), Past(Then(moments, known)))


def _made(services: Services, account_id: str) -> Made:
    return Made(account_id, services.classifier(account_id).version, services.configuration(account_id).digest)


def _spread(made: Made, tickets: Iterator[PastTicket], processes: int) -> Iterator[Played | None]:
    """The batches go out in order and come back in order; whoever stops reading stops the processes."""
    copyreg.pickle(MappingProxyType, _sent)
    # Started anew and not split off: nothing of this process (its threads, its database) is in them.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))
    waiting: deque[Future[list[Played | None]]] = deque()
    try:
        while batch := list(itertools.islice(tickets, BATCH)):
            waiting.append(pool.submit(_batch, made, batch))
            if len(waiting) > processes * AHEAD:
                yield from waiting.popleft().result()
        for one in waiting:
            yield from one.result()
    except BrokenProcessPool as error:
        raise DeskhandError(STOPPED, "run it again, with fewer `--processes`") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _batch(made: Made, batch: list[PastTicket]) -> list[Played | None]:
    run = _run(made)
    return [run.one(past) for past in batch]


@cache
def _run(made: Made) -> Replay:
    """This process's own, made once."""
    keep()
    settings = Settings.load()
    logs.set_up(settings.log_level)
    services = Services(settings)
    if _made(services, made.account_id) != made:
        raise BadInput("--account", "was changed while its tickets were played: run it again")
    return replay(services, made.account_id)


def _sent(
    view: MappingProxyType[str, object],
) -> tuple[Callable[..., MappingProxyType[str, object]], tuple[dict[str, object]]]:
    """How a view that cannot be changed, as tickets have them, is sent to another process."""
    return _view, (dict(view),)


def _view(known: dict[str, object]) -> MappingProxyType[str, object]:
    return MappingProxyType(known)
