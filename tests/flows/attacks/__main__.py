"""Every attack of the corpus at every door, counted: ``python -m tests.flows.attacks``. Exit 1 when one of them did anything."""

from collections.abc import Sequence

from tests.doubles.model import Play, playing
from tests.flows.attacks.corpus import attacks
from tests.flows.attacks.harmless import HARMLESS
from tests.flows.attacks.target import DOORS, FIELDS, FLOWS, GOOD, PAGES, answered_by, besieged, held_back, poisoned

SOME = 7
"""Where each attack needs an account of its own, one in so many is tried: every goal, every language, every dress."""


def _told(engine: str, door: str, tried: int, found: Sequence[str]) -> int:
    print(f"{engine:9} {door:25} {tried} attacks, {len(found)} unauthorised effects")
    print(*found[:5], sep="\n", end="\n" if found else "")
    return len(found)


def main() -> int:
    """Attack, count, and say so."""
    every, wrongs = tuple(attacks()), 0
    some = every[::SOME]
    with playing() as provider:
        for name, found in ((f"backend's {one}", answered_by(one, some)) for one in FIELDS):
            wrongs += _told("workflow", name, len(some), found)
        wrongs += _told("model", "page", len(some), poisoned(some, provider))
        for engine, text, model in (("pages", PAGES, None), ("workflow", FLOWS, None), ("model", PAGES, provider)):
            for door in DOORS:
                wrongs += _told(engine, door, len(every), besieged(text, door, every, model))
        provider.play(Play(GOOD))
        for engine, url in (("pages", ""), ("model", provider.url)):
            held = held_back(HARMLESS, url)
            print(f"{engine:9} {len(HARMLESS)} harmless messages, {len(held)} held back", *held, sep="\n  ")
    return int(wrongs > 0)


if __name__ == "__main__":
    raise SystemExit(main())
