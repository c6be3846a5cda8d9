"""Many tickets with one cause: found by what they say, when, and by how many people. Finds; gathers and tells nobody.

Only trouble makes an incident: a hundred people who ask where their parcels are have a hundred causes.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from app.engine.duplicates import Sketch, hashed, meant_alike, worded_alike
from app.engine.words import fold, stem

WINDOW = timedelta(hours=1)
"""Tickets further apart have nothing to do with each other."""
LEAST = 5
"""People, not tickets: one person who writes ten times is no incident."""
UNUSUAL = 3.0
"""How many times more than usual, where there is a usual."""
DAY = timedelta(days=1)
ALIKE = 0.55
"""Cosine from which two people's troubles are probably one."""
SOME = 0.4
WORDED = 0.3
WORDS_ALONE = 0.4

_TROUBLE = """
error errors down outage offline fail fails failing failed failure crash crashes crashing broken timeout timed unavailable unreachable
stuck blank freeze frozen disconnected degraded maintenance bug 500 502 503 504 denied
fehler ausfall ausgefallen kaputt absturz abgesturzt erreichbar storung funktioniert
fallo fallos caido caida averia funciona roto erreur panne indisponible bloque fonctionne plante
erro falha fora indisponivel errore guasto bloccato funziona storing kapot fout werkt
"""


@cache
def trouble(key: bytes) -> frozenset[int]:
    """The words of trouble, as sketches with this key have them."""
    return hashed({stem(fold(word)) for word in _TROUBLE.split()}, key)


def one_cause(one: Sketch, other: Sketch, key: bytes) -> bool:
    """Whether two people's tickets are probably about one failure."""
    bad = trouble(key)
    if not (_said(one) & bad and _said(other) & bad) or one.category != other.category:
        return False
    meaning, wording = meant_alike(one, other), worded_alike(one, other)
    if meaning is None:
        return wording >= WORDS_ALONE
    return meaning >= ALIKE or (meaning >= SOME and wording >= WORDED)


def _said(sketch: Sketch) -> frozenset[int]:
    return sketch.words | sketch.marks


def gathered(mine: Sketch, others: Sequence[Sketch], key: bytes) -> tuple[Sketch, ...]:
    """The tickets of the window that share this one's cause, itself included, oldest first; none while it may be chance."""
    alike = [one for one in others if one.ticket != mine.ticket and not one.spam and one_cause(mine, one, key)]
    now = [one for one in alike if timedelta() <= mine.at - one.at <= WINDOW]
    usual = sum(WINDOW < mine.at - one.at <= DAY for one in alike) * (WINDOW / (DAY - WINDOW))
    found = sorted([*now, mine], key=lambda one: one.at)
    people = {one.person or one.ticket for one in found}
    if len(people) < LEAST or len(found) < UNUSUAL * usual:
        return ()
    return tuple(found)
