"""What the account wants out of its host goes, after everything else, once; nobody's plans ever hold it."""

from typing import Any

import pytest

from app.db import effects, ids
from app.engine.configuration import load
from app.engine.configuration.flows import Compliance
from app.nlp.personal import NEVER_OUT, Kind
from connectors.redaction import Redact
from connectors.types import AddMessage, Note, OpenTicket
from jobs import redaction
from tests.flows.played import Desk
from tests.flows.stage import CONFIGURATION, QUESTION, Stage
from tests.texts import without_ids

CARD = "4111 1111 1111 1111"
SAID = f"{QUESTION} My card is {CARD}, the cvv is 123."
WANTED = CONFIGURATION + "compliance: {redact: [card, cvv]}\n"


class Place:
    """An account at one desk that takes out pieces."""

    def __init__(self, stage: Stage, configuration: str = WANTED) -> None:
        self.stage = stage
        stage.configure(configuration)
        self.connection, self.vendor = stage.connect("desk")

    def hear(self, text: str, ticket: str = "") -> str:
        name = self.vendor.customer_writes(text, ticket)
        self.go_on()
        return name

    def go_on(self) -> None:
        self.stage.deliver(self.connection, self.vendor)
        self.stage.work()

    def made(self, ticket: str, kind: type) -> list[Any]:
        return [change for _, change in self.vendor.tickets[ticket].log if isinstance(change, kind)]

    def plans(self, ticket: str) -> str:
        with self.stage.database.reading() as session:
            return repr(effects.of_ticket(session, ids.ticket(self.connection, ticket)))


@pytest.fixture
def place(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(Desk, "supports", Desk.supports | {Redact})
    return Place(stage)


def test_card_and_code_go_after_the_note_and_no_plan_holds_them(place: Place) -> None:
    ticket = place.hear(SAID)
    message = place.vendor.tickets[ticket].messages[0]
    gone = place.made(ticket, Redact)
    assert [message.text[one.start : one.end] for one in gone] == ["123", CARD], "the last place first"
    kinds = [type(change) for _, change in place.vendor.tickets[ticket].log]
    assert kinds.index(Redact) > kinds.index(Note)
    assert "1111" not in without_ids(place.plans(ticket))
    place.go_on()
    place.vendor.knock(ticket)
    place.go_on()
    assert place.made(ticket, Redact) == gone, "once"


def test_nothing_goes_that_nobody_asked_for(place: Place) -> None:
    place.stage.configure(CONFIGURATION)
    assert place.made(place.hear(SAID), Redact) == []


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_where_nothing_is_to_be_written_nothing_goes(place: Place, mode: str) -> None:
    place.stage.configure(WANTED.replace("default: deflect", f"default: {mode}"))
    assert place.made(place.hear(SAID), Redact) == []


def test_what_a_customer_says_to_a_person_goes_too(place: Place) -> None:
    ticket = place.hear(QUESTION)
    place.vendor.agent_writes(ticket, "Which card?")
    place.hear(f"It is {CARD}.", ticket)
    assert len(place.made(ticket, Redact)) == 1


def test_an_agents_words_stay(place: Place) -> None:
    ticket = place.hear(QUESTION)
    place.vendor.agent_writes(ticket, f"You paid with {CARD}.")
    place.go_on()
    assert place.made(ticket, Redact) == []


def test_where_the_whole_message_goes_it_is_noted_first(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "redacts_whole", True, raising=False)
    ticket = place.hear(SAID)
    log = [change for _, change in place.vendor.tickets[ticket].log if isinstance(change, Note | Redact)]
    note = log[-3]
    assert [type(change) for change in log[-3:]] == [Note, Redact, Redact]
    assert note.text.startswith(redaction.NOTED)
    assert "[CARD_1]" in note.text
    assert QUESTION in note.text
    assert "1111" not in note.text


def test_a_vendor_without_it_is_left_alone(stage: Stage) -> None:
    place = Place(stage)
    assert place.made(place.hear(SAID), Redact) == []


def test_a_thread_is_copied_without_them(stage: Stage) -> None:
    stage.configure(WANTED)
    record, desk = stage.connect("desk")
    connection, thread = stage.connect("thread")
    place = Place.__new__(Place)
    place.stage, place.connection, place.vendor = stage, connection, thread
    place.hear(SAID)
    place.hear(f"Or take {CARD}", next(iter(thread.tickets)))
    copied = [c for held in desk.tickets.values() for _, c in held.log if isinstance(c, OpenTicket | AddMessage)]
    assert copied
    assert all("1111" not in one.text for one in copied)
    assert record


def test_the_words_of_the_configuration_are_sorts_that_never_leave() -> None:
    words = Compliance.model_fields["redact"].annotation.__args__[0].__args__
    every = load(WANTED.replace("[card, cvv]", f"[{', '.join(words)}]"), name="shop.yaml")
    assert redaction.asked(every) == NEVER_OUT - {Kind.OTP}


def test_switched_off_compliance_takes_out_nothing() -> None:
    off = load(WANTED.replace("{redact", "{enabled: false, redact"), name="shop.yaml")
    assert off.redacted == frozenset()
