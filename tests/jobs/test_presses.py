"""A link, a button and a tag, pressed by several people at one moment or one after another: everything is done once."""

from dataclasses import replace
from itertools import permutations

import pytest

from app.approvals import PRESSED
from app.db import deeds, runs
from app.web.approvals import TEAM
from connectors.types import Click, Event, EventKind, Note, Ref
from tests.flows.played import AGENT
from tests.flows.stage import Stage
from tests.flows.store import delivered
from tests.jobs.workflows import RETURN, Play

WAYS = ("link", "button", "tag")


class Presses:
    """A return that waits for a person, and the ways by which people say yes to its first effect."""

    def __init__(self, stage: Stage) -> None:
        self.play = Play(stage, delivered())
        self.play.writes(RETURN)
        self.decision = self.play.decision.id
        with stage.database.reading() as session:
            [run] = runs.of_ticket(session, self.play.id)
            [deed] = deeds.of_run(session, run.id)
        self.key = deed.key

    def press(self, way: str) -> None:
        vendor, ticket = self.play.vendor, self.play.ticket
        if way == "link":
            click = Click("approve", self.key, TEAM)
            vendor.hooks.append(Event(f"{PRESSED}{self.key}", EventKind.CLICK, Ref(ticket), vendor.now(), click))
        elif way == "button":
            for person in (AGENT, AGENT, replace(AGENT, id="a2", name="Kim Agent")):
                vendor.knock(ticket, EventKind.CLICK, click=Click("approve", self.decision, person))
        else:
            vendor.tickets[ticket].tags.add("deskhand_acknowledge")
            vendor.knock(ticket)

    def done(self) -> list[str]:
        return [name for _, name, _ in self.play.shop.log]

    def taken(self) -> list[Note]:
        return [note for note in self.play.notes if note.text.startswith("**Taken:**")]


@pytest.mark.parametrize("order", list(permutations(WAYS)), ids="-".join)
@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "in turn"])
def test_whoever_presses_where_and_when_it_is_done_once(stage: Stage, order: tuple[str, ...], at_once: bool) -> None:
    presses = Presses(stage)
    for way in order:
        presses.press(way)
        if not at_once:
            presses.play.go_on()
    presses.play.go_on()
    presses.play.go_on(60)
    assert presses.done() == ["create_label"], "what comes after it waits for a press of its own"
    assert presses.play.deeds == [("create_label", deeds.DONE), ("open_return", deeds.PROPOSED)]
    assert len(presses.taken()) == 1
    assert "deskhand_acknowledge" not in presses.play.vendor.tickets[presses.play.ticket].tags


def test_a_yes_by_one_and_a_no_by_another_at_once_is_one_of_them(stage: Stage) -> None:
    presses = Presses(stage)
    presses.press("link")
    no = Click("reject", presses.decision, AGENT)
    presses.play.vendor.knock(presses.play.ticket, EventKind.CLICK, click=no)
    presses.play.go_on()
    presses.play.go_on(60)
    state = dict(presses.play.deeds)["create_label"]
    assert (state, presses.done()) in ((deeds.DONE, ["create_label"]), (deeds.REJECTED, []))
