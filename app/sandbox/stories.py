"""The stories of the demo. Each plays one ticket and says what must be true in the host afterwards; a new one is one entry."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.sandbox.bank import BANK
from app.sandbox.company import Company
from app.sandbox.inbox.place import Example
from app.sandbox.inbox.shape import moment
from app.sandbox.saas import SAAS
from app.sandbox.scene import Scene, field, ours
from app.sandbox.shop import SHOP
from app.sandbox.world import Fault, Told, View

Check = Callable[[Scene, View], bool]


@dataclass(frozen=True)
class Story:
    """``play`` gives the ticket's id back; every check is asked when all has come to rest."""

    name: str
    title: str
    desk: str
    play: Callable[[Scene], str]
    checks: Sequence[tuple[str, Check]]
    record: Callable[[Scene], View | None] | None = None
    """Finds the ticket elsewhere that records this one."""


# --- checks ---------------------------------------------------------------------------------------------------


def noted(times: int) -> tuple[str, Check]:
    """So many internal notes of ours, not one more."""
    words = {0: "no note", 1: "one internal note"}.get(times, f"{times} internal notes")
    return words, lambda scene, view: len(ours(view, "note")) == times


def says(*words: str) -> tuple[str, Check]:
    """The newest note holds these words."""
    return f"the note says {', '.join(words)}", lambda scene, view: all(
        w in (ours(view, "note") or [""])[-1] for w in words
    )


def said_once(word: str) -> tuple[str, Check]:
    """One note holds the word; a later one may link a ticket that repeats this one."""
    return f"one note says {word}", lambda scene, view: sum(word in note for note in ours(view, "note")) == 1


def category(name: str) -> tuple[str, Check]:
    """Our category field."""
    return f"category {name}", lambda scene, view: field(view, "category") == name


def priority(name: str) -> tuple[str, Check]:
    """The host's own priority."""
    return f"priority {name}", lambda scene, view: view.priority == name


LAST = re.compile(r"[/\s]")
"""Before the ticket's number, which ends a notice."""
MINUTE = timedelta(minutes=1)
SLOW = 3.0
"""Seconds that a slow webhook takes."""


def told(way: str, to: str) -> tuple[str, Check]:
    """Somebody was told once about this ticket, within a minute of the sandbox's clock."""

    def check(scene: Scene, view: View) -> bool:
        found = [
            one for one in scene.world.told if (one.way, one.to) == (way, to) and LAST.split(one.subject)[-1] == view.id
        ]
        asked = [at for m in view.messages if m["role"] == "customer" and (at := moment(m.get("at")))]
        return len(found) == 1 and bool(asked) and any(found[0].at - at < MINUTE for at in asked)

    return f"{to} was told once by {way}, within a minute", check


NO_REPLY = "no reply to the customer", lambda scene, view: not ours(view, "public")
DEADLINE = "an SLA target", lambda scene, view: bool(field(view, "sla_target"))
UNTOUCHED = "untouched: no tag, no field", lambda scene, view: not view.tags and not field(view, "category")


# --- acts -----------------------------------------------------------------------------------------------------


def letter(company: Company, title: str) -> Example:
    """One of a company's letters, by its title."""
    return next(one for one in company.letters if one.title == title)


def send(desk: str, written: Example) -> Callable[[Scene], str]:
    """A customer writes; then nothing but waiting for our note."""

    def play(scene: Scene) -> str:
        ticket = scene.host(desk).customer_writes(written.who, written.text, subject=written.subject)
        scene.until_noted(desk, ticket)
        return ticket

    return play


def broken(fault: Fault, then: Callable[[Scene], str]) -> Callable[[Scene], str]:
    """The same with something that goes wrong on the way."""

    def play(scene: Scene) -> str:
        scene.break_next(fault)
        return then(scene)

    return play


def _angry(scene: Scene) -> str:
    """A customer of the highest tier writes calmly, and hours later no longer."""
    host = scene.host("zendesk")
    ticket = host.customer_writes("Ruth Abara", CALM, subject="Another damaged lamp")
    scene.until_noted("zendesk", ticket)
    scene.until_settled("zendesk", ticket)
    host.customer_writes("Ruth Abara", ANGRY, ticket=ticket)
    scene.until(lambda: len(ours(scene.view("zendesk", ticket), "note")) == 2, "no second note came")
    scene.until_settled("zendesk", ticket)
    scene.until(lambda: any("vip-desk" in one.to for one in scene.world.told), "nobody was told")
    return ticket


def _fraud(scene: Scene) -> str:
    ticket = send("intercom", letter(BANK, "A charge that is not mine"))(scene)
    scene.until(lambda: sum(one.to in FRAUD_DESK for one in scene.world.told) == len(FRAUD_DESK), "not all were told")
    return ticket


def _outage(scene: Scene) -> str:
    """The highest plan, everything down: engineers are paged, and the support manager hears of it in the team's chat."""
    ticket = send("zendesk-tallyboard", letter(SAAS, "Everything is down"))(scene)
    scene.until(lambda: any(_about(one, "pager", ticket) for one in scene.world.told), "nobody was paged")
    return ticket


def _about(told: Told, way: str, ticket: str) -> bool:
    """Whether somebody was told of this ticket by this way."""
    return told.way == way and LAST.split(told.subject)[-1] == ticket


def _away(scene: Scene) -> str:
    text = "I am out of the office until Monday and will read your mail then."
    ticket = scene.host("zendesk").customer_writes("Jonas Weber", text, subject="Automatic reply: Your order 20431")
    scene.until_settled("zendesk", ticket)
    return ticket


def _person_first(scene: Scene) -> str:
    """The webhook is slow, and a person is faster; the customer thanks her afterwards.

    It is waited for: whoever moved the vendors' clock would have all that people write later come from the future.
    """
    host = scene.host("zendesk")
    scene.break_next(Fault("late", "zendesk", seconds=SLOW))
    ticket = host.customer_writes("Elif Kaya", "Which bulb fits the lamp Alma?", subject="Bulb for a lamp")
    host.agent_writes("Sam Okafor", "Hello Elif, an E14 of at most 25 watts. Sam", ticket=ticket)
    scene.until_settled("zendesk", ticket)
    before = len(scene.world.sent)
    scene.until(lambda: len(scene.world.sent) > before, "the slow webhook never came")
    scene.until_settled("zendesk", ticket)
    host.customer_writes("Elif Kaya", "Thank you! And which bulb for the floor lamp?", ticket=ticket)
    scene.until_settled("zendesk", ticket)
    return ticket


def _lost(scene: Scene) -> str:
    """The webhook never comes; the sweep that asks the host finds the ticket."""
    scene.break_next(Fault("lose", "zendesk"))
    text = "Hello, where is my order 20455? The parcel should have been here on Tuesday."
    ticket = scene.host("zendesk").customer_writes("Hugo Brandt", text, subject="Parcel late")
    scene.sweep("zendesk")
    scene.until_noted("zendesk", ticket)
    return ticket


def _shared_channel(scene: Scene) -> str:
    """A customer asks in a channel that we share with them; the record is a ticket in the company's Zendesk."""
    thread = scene.host("slack").customer_writes(
        "Priya Raman", "How do I authenticate API requests? I always get a 401."
    )
    scene.until(lambda: _record(scene) is not None, "no ticket was opened for the thread")
    scene.until(lambda: bool(ours(_recorded(scene), "note")), "no note came into the record")
    return thread


def _record(scene: Scene) -> View | None:
    views = scene.host("zendesk-tallyboard").views()
    return next((v for v in views if any("authenticate API" in str(m["text"]) for m in v.messages)), None)


def _recorded(scene: Scene) -> View:
    """The record, or an empty view: a check on it then fails."""
    return _record(scene) or View("", "", "", "", "", (), (), ())


# --- the stories ------------------------------------------------------------------------------------------------

PARCEL = letter(SHOP, "Where is my parcel?")
CALM = "Hello, the lamp from order 20490 came with a scratch. Could you send me a new one? Thank you, Ruth"
ANGRY = (
    "This is unacceptable. I have waited for hours, nobody answers, and this is the third damaged lamp you sent me. "
    "I am furious and disgusted, it is the worst service I have ever had. I want my money back for order 20490 at once!"
)
FRAUD_DESK = ("fraud-team", "security@harbourandvale.example", "compliance@harbourandvale.example")
CUT = Fault("reset_after", "zendesk", "PUT", r"/tickets/\d+")

STORIES: Sequence[Story] = (
    # First, because our write is looked for half a minute later: that passes while the others are played.
    Story(
        "cut-off",
        "The host takes our write, and the line is cut before it says so",
        "zendesk",
        broken(
            CUT,
            send(
                "zendesk",
                Example("", "Olga Petrova", "Exchange", "Can I exchange the green pillow? I want to return it."),
            ),
        ),
        (noted(1), category("returns"), NO_REPLY),
    ),
    Story(
        "article",
        "A parcel is late: where it is stands in the note",
        "zendesk",
        send("zendesk", PARCEL),
        (
            noted(1),
            says("Order 20417: in-transit", "It is late", "tracking 9400123456789"),
            category("order-status"),
            DEADLINE,
            NO_REPLY,
        ),
    ),
    Story(
        "no-source",
        "A question that no page answers",
        "zendesk",
        send("zendesk", letter(SHOP, "Something nobody wrote down")),
        (noted(1), says("no source found"), NO_REPLY),
    ),
    Story(
        "vip",
        "A platinum customer is not happy",
        "zendesk",
        send(
            "zendesk",
            Example(
                "", "Ruth Abara", "Third time!", "My order 20490 came damaged for the third time. I expect a refund."
            ),
        ),
        (said_once("VIP"), category("returns"), priority("high"), NO_REPLY),
    ),
    Story(
        "angry-vip",
        "A platinum customer loses patience",
        "zendesk",
        _angry,
        (
            noted(2),
            says("Take it now", "VIP", "falling in this ticket", "wrote before", "platinum"),
            priority("urgent"),
            told("email", "vip-desk@juniperandpine.example"),
            NO_REPLY,
        ),
    ),
    Story(
        "human",
        "A customer wants a person",
        "zendesk",
        send("zendesk", letter(SHOP, "I want a person")),
        (noted(1), says("asks for a person"), NO_REPLY),
    ),
    Story(
        "away",
        "An out-of-office mail",
        "zendesk",
        _away,
        (
            ("marked with our mode", lambda scene, view: bool(field(view, "mode"))),
            noted(0),
            NO_REPLY,
        ),
    ),
    Story(
        "twice",
        "The webhook comes twice",
        "zendesk",
        broken(Fault("double", "zendesk"), send("zendesk", letter(SHOP, "Washing a blanket"))),
        (noted(1), says("30 degrees"), NO_REPLY),
    ),
    Story("lost", "The webhook is lost", "zendesk", _lost, (noted(1), category("order-status"), NO_REPLY)),
    Story("person-first", "A person is faster", "zendesk", _person_first, (noted(0), UNTOUCHED, NO_REPLY)),
    Story(
        "abroad",
        "A question to the bank",
        "intercom",
        send("intercom", letter(BANK, "Travelling")),
        (noted(1), says("Using your card abroad"), category("cards"), NO_REPLY),
    ),
    Story(
        "fraud",
        "A charge that the customer did not make",
        "intercom",
        _fraud,
        (
            noted(1),
            says("Take it now", "fraud-team", "security"),
            category("fraud-report"),
            DEADLINE,
            NO_REPLY,
            *(told("webhook" if to == "fraud-team" else "email", to) for to in FRAUD_DESK),
        ),
    ),
    Story(
        "critical-bug",
        "Everything is down for a customer of the highest plan",
        "zendesk-tallyboard",
        _outage,
        (
            noted(1),
            says("Take it now", "engineering", "plan enterprise"),
            category("bug-report"),
            priority("urgent"),
            told("pager", "on call"),
            NO_REPLY,
        ),
    ),
    Story(
        "export",
        "An export that fails, with an internal page about it",
        "zendesk-tallyboard",
        send("zendesk-tallyboard", letter(SAAS, "An export that fails")),
        (noted(1), category("bug-report"), priority("high"), NO_REPLY),
    ),
    Story(
        "shared-channel",
        "A question in a channel shared with the customer",
        "slack",
        _shared_channel,
        (
            NO_REPLY,
            ("nothing internal in the thread", lambda scene, view: not ours(view, "note")),
            ("one ticket records it", lambda scene, view: _record(scene) is not None),
            ("its note has the answer", lambda scene, view: "bearer token" in "".join(ours(_recorded(scene), "note"))),
        ),
        record=_record,
    ),
)
