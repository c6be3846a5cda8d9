"""Every attack of the corpus at every door, counted: ``python -m tests.flows.attacks``. Exit 1 when one of them did anything."""

from tests.doubles.model import Play, playing
from tests.flows.attacks.corpus import attacks
from tests.flows.attacks.harmless import HARMLESS
from tests.flows.attacks.target import DOORS, FLOWS, GOOD, PAGES, besieged, held_back


def main() -> int:
    """Attack, count, and say so."""
    every, wrongs = tuple(attacks()), 0
    with playing() as provider:
        for engine, text, model in (("pages", PAGES, None), ("workflow", FLOWS, None), ("model", PAGES, provider)):
            for door in DOORS:
                found = besieged(text, door, every, model)
                wrongs += len(found)
                print(f"{engine:9} {door:9} {len(every)} attacks, {len(found)} unauthorised effects")
                print(*found[:5], sep="\n", end="\n" if found else "")
        provider.play(Play(GOOD))
        for engine, url in (("pages", ""), ("model", provider.url)):
            held = held_back(HARMLESS, url)
            print(f"{engine:9} {len(HARMLESS)} harmless messages, {len(held)} held back", *held, sep="\n  ")
    return int(wrongs > 0)


if __name__ == "__main__":
    raise SystemExit(main())
