"""The conversations of the users' guide, as stories: a shop, a software company and a bank, with the systems behind their helpdesks.

Nothing is switched on for them. A category answers by itself only after people have judged enough of its drafts and one of them
has promoted it, which is part of the story; what changes something at a backend waits for a person's approval.
"""

import re
from collections.abc import Callable, Sequence

from app.sandbox.agents import approve, draft, hand_back, promote, send_draft
from app.sandbox.bank import BANK
from app.sandbox.company import Company
from app.sandbox.scene import Missed, Scene, ours
from app.sandbox.shop import SHOP
from app.sandbox.stories import NO_REPLY, Check, Story, category, noted, priority, says, told
from app.sandbox.world import View

JUDGED = 60
"""Drafts that people judge before a lead promotes a category: 59 without an error prove 95 %."""
TRIES = 4
"""Tickets until one is not drawn for a person to judge: one in twenty is."""
DRAWN = "Drawn at random"


def learned(scene: Scene, desk: str, company: Company, name: str, ask: Callable[[int], str]) -> None:
    """Let the team answer with the drafts until they are proof enough, then promote. ``ask`` opens ticket number n."""
    tickets = [ask(n) for n in range(JUDGED)]
    for ticket in tickets:
        scene.until_noted(desk, ticket)
    for ticket in tickets:
        scene.host(desk).agent_writes("Sam Okafor", draft(scene.view(desk, ticket)), ticket=ticket)
    for ticket in tickets:
        scene.until_settled(desk, ticket)
    promote(scene, company.account, name)


def answered_by_itself(scene: Scene, desk: str, ask: Callable[[int], str]) -> str:
    """Open tickets until one was not drawn for the audit, and wait for its answer. Raises Missed."""
    for n in range(TRIES):
        ticket = ask(n)
        scene.until_noted(desk, ticket)
        scene.until_settled(desk, ticket)
        view = scene.view(desk, ticket)
        if ours(view, "public"):
            return ticket
        if DRAWN not in ours(view, "note")[-1]:
            raise Missed(f"no answer came, and the note says why: {ours(view, 'note')[-1][:600]}")
    raise Missed("every ticket was drawn for a person")


def replied(*words: str) -> tuple[str, Check]:
    """One public answer of ours, with these words."""
    return (
        f"one answer to the customer, with {', '.join(words)}",
        lambda scene, view: len(ours(view, "public")) == 1 and all(w in ours(view, "public")[0] for w in words),
    )


def at_backend(what: str, check: Callable[[Scene], bool]) -> tuple[str, Check]:
    """Something is so in a system behind the helpdesk."""
    return what, lambda scene, view: check(scene)


# --- the shop -------------------------------------------------------------------------------------------------


def _status(scene: Scene) -> str:
    host = scene.host("zendesk")

    def ask(n: int, first: int = 0) -> str:
        return host.customer_writes(
            f"Buyer {first + n}", f"Where is my order? #{30000 + first + n}", subject="My order"
        )

    learned(scene, "zendesk", SHOP, "order-status", ask)
    return answered_by_itself(scene, "zendesk", lambda n: ask(n, JUDGED))


def _late(scene: Scene) -> str:
    host = scene.host("zendesk")
    ticket = host.customer_writes("Jane Doe", "Where is my order? #12345", subject="My order")
    scene.until_noted("zendesk", ticket)
    scene.until_settled("zendesk", ticket)
    host.customer_writes("Jane Doe", "It's late and I need it for this weekend! This is unacceptable.", ticket=ticket)
    scene.until(lambda: len(ours(scene.view("zendesk", ticket), "note")) == 2, "no second note came")
    return ticket


def _return(scene: Scene) -> str:
    text = "I'd like to return the blue sweater from order #12346"
    ticket = scene.host("zendesk").customer_writes("Jane Doe", text, subject="Return request")
    approve(scene, "zendesk", ticket, 2)
    send_draft(scene, "zendesk", ticket)
    return ticket


def _address(scene: Scene) -> str:
    """Somebody else than Jane, so that none of her tickets is taken for a part of this one."""
    host = scene.host("zendesk")
    text = "Can I change my shipping address for order #12347?"
    ticket = host.customer_writes("Nora Winter", text, subject="Address")
    scene.until_noted("zendesk", ticket)
    scene.until_settled("zendesk", ticket)
    send_draft(scene, "zendesk", ticket)
    hand_back(scene, "zendesk", ticket)
    host.customer_writes("Nora Winter", "Please send it to 99 New Street, Salem, OR 97301", ticket=ticket)
    approve(scene, "zendesk", ticket)
    send_draft(scene, "zendesk", ticket)
    return ticket


def _ever_said(*words: str) -> tuple[str, Check]:
    """Some answer of an agent holds these words."""

    def check(scene: Scene, view: View) -> bool:
        said = [str(m["text"]) for m in view.messages if m["role"] == "agent" and m["kind"] == "public"]
        return any(all(word in one for word in words) for one in said)

    return f"an agent's answer says {', '.join(words)}", check


def _human_said(*words: str) -> tuple[str, Check]:
    """What the agent sent last holds these words."""

    def check(scene: Scene, view: View) -> bool:
        said = [str(m["text"]) for m in view.messages if m["role"] == "agent" and m["kind"] == "public"]
        return bool(said) and all(word in said[-1] for word in words)

    return f"the agent's answer says {', '.join(words)}", check


# --- the bank -------------------------------------------------------------------------------------------------


def _fraud(scene: Scene) -> str:
    text = "Fraud! I see an unauthorized $500 charge that I didn't make!"
    ticket = scene.host("intercom").customer_writes("Ana Silva", text)
    approve(scene, "intercom", ticket, 2)
    return ticket


def _balance(scene: Scene) -> str:
    """The team trusts the first answer by now: a code is sent, and who repeats it reads the balance."""
    host, texts = scene.host("intercom"), scene.systems.texts
    question = "What's my current balance?"
    learned(scene, "intercom", BANK, "balance-inquiry", lambda n: host.customer_writes(f"Saver {n}", question))
    ticket = answered_by_itself(scene, "intercom", lambda n: host.customer_writes("Ana Silva", question))
    phone = scene.systems.bank.holders[0].phone
    scene.until(lambda: bool(texts.texts(phone)), "no code was sent")
    code = re.findall(r"\b\d{6}\b", texts.texts(phone)[-1])[-1]
    host.customer_writes("Ana Silva", code, ticket=ticket)
    scene.until(lambda: len(ours(scene.view("intercom", ticket), "public")) == 2, "no balance came")
    return ticket


def _dispute(scene: Scene) -> str:
    charge = scene.systems.bank.holders[0].transactions[0]
    text = f"I dispute an incorrect charge: transaction {charge['transaction']}, $45.67 on {charge['at'][:10]}. I never bought there."
    ticket = scene.host("intercom").customer_writes("Ana Silva", text)
    approve(scene, "intercom", ticket, lead_of=BANK.account)
    return ticket


def _locked(scene: Scene) -> str:
    text = "My account is locked and I forgot my password, I cant access it."
    ticket = scene.host("intercom").customer_writes("Ana Silva", text)
    scene.until_noted("intercom", ticket)
    return ticket


def _balance_told(scene: Scene, view: View) -> bool:
    said = ours(view, "public")
    return (
        len(said) == 2 and "**34" in said[0].replace("\\", "") and "$2,450.32" in said[1] and "Grocery Store" in said[1]
    )


def _codes(scene: Scene) -> set[str]:
    return set(re.findall(r"\b\d{6}\b", " ".join(scene.systems.texts.texts(scene.systems.bank.holders[0].phone))))


def _notes_words(view: View) -> list[str]:
    return re.findall(r"\d+", " ".join(ours(view, "note")))


# --- the software company -------------------------------------------------------------------------------------


def _known_bug(scene: Scene) -> str:
    text = (
        "I'm getting a 500 error when trying to export my data. I clicked Export and chose a whole year. "
        "Chrome 119 on macOS 14.0."
    )
    ticket = scene.host("zendesk-tallyboard").customer_writes("Priya Raman", text, subject="Export")
    approve(scene, "zendesk-tallyboard", ticket, 3)
    send_draft(scene, "zendesk-tallyboard", ticket)
    return ticket


def _fixed(scene: Scene) -> str:
    """Engineering resolves the issue of the story before: its customer is told, by the agent who has the ticket."""
    desk, issues = "zendesk-tallyboard", scene.systems.issues
    ticket = next(v.id for v in scene.host(desk).views() if v.subject == "Export")
    hand_back(scene, desk, ticket)
    before = len(ours(scene.view(desk, ticket), "note"))
    issues.resolve(next(iter(issues.issues)), "v2.15.0")
    scene.until(lambda: len(ours(scene.view(desk, ticket), "note")) > before, "no word that it is fixed")
    scene.until_settled(desk, ticket)
    send_draft(scene, desk, ticket)
    return ticket


def _api(scene: Scene) -> str:
    text = "How do I authenticate my API requests?"
    ticket = scene.host("zendesk-tallyboard").customer_writes("Oskar Berg", text, subject="API requests")
    scene.until_noted("zendesk-tallyboard", ticket)
    scene.until_settled("zendesk-tallyboard", ticket)
    send_draft(scene, "zendesk-tallyboard", ticket)
    return ticket


def _slow(scene: Scene) -> str:
    scene.systems.measured.metrics["avg:trace.http.request.duration"].lately = 2.4
    text = "Our dashboards are slow since 9:00 this morning: every page takes 10 seconds to load."
    ticket = scene.host("zendesk-tallyboard").customer_writes("Priya Raman", text, subject="Slow")
    scene.until_noted("zendesk-tallyboard", ticket)
    return ticket


GUIDE: Sequence[Story] = (
    Story(
        "guide-late",
        "The parcel of a very good customer is late, and she needs it by the weekend",
        "zendesk",
        _late,
        (noted(2), says("Take it now", "VIP", "12345", "It is late", "2 returns"), NO_REPLY),
    ),
    Story(
        "guide-return",
        "A return by mail: label and return are approved, the agent sends both",
        "zendesk",
        _return,
        (
            _human_said("12346", "Print the attached label"),
            at_backend("one return is open at the shop", lambda s: len(s.systems.shop.order("12346").returns) == 1),
            at_backend("one label was bought", lambda s: len(s.systems.labels.labels) == 1),
            NO_REPLY,
        ),
    ),
    Story(
        "guide-address",
        "Another address for a parcel that has not left",
        "zendesk",
        _address,
        (
            _ever_said("hasn't shipped yet, so we can change it", "What's the new address?"),
            _human_said("99 New Street"),
            at_backend(
                "the shop has the new address",
                lambda s: s.systems.shop.order("12347").address.get("address1") == "99 New Street",
            ),
            NO_REPLY,
        ),
    ),
    Story(
        "guide-fraud",
        "A charge that a customer did not make: people are told at once, the card is locked on their word",
        "intercom",
        _fraud,
        (
            category("fraud-report"),
            at_backend("her card is locked", lambda s: s.systems.bank.holders[0].cards[0]["status"] == "locked"),
            at_backend("a fraud case is open", lambda s: any("fraud" in str(c).lower() for c in s.systems.bank.cases)),
            told("email", "security@harbourandvale.example"),
            NO_REPLY,
        ),
    ),
    Story(
        "guide-balance",
        "A balance, once a code that was sent to her phone is repeated",
        "intercom",
        _balance,
        (
            ("the code was asked for, then the balance told", _balance_told),
            ("no internal note holds the code", lambda scene, view: not _codes(scene) & set(_notes_words(view))),
        ),
    ),
    Story(
        "guide-dispute",
        "A disputed charge with all its details becomes a case",
        "intercom",
        _dispute,
        (
            at_backend("a dispute is open", lambda s: any("dispute" in str(c).lower() for c in s.systems.bank.cases)),
            NO_REPLY,
        ),
    ),
    Story(
        "guide-locked",
        "A locked account is always a person's",
        "intercom",
        _locked,
        (noted(1), category("account-access"), NO_REPLY),
    ),
    Story(
        "guide-bug",
        "A bug that is known: its workaround, an issue that tracks it, both linked",
        "zendesk-tallyboard",
        _known_bug,
        (
            _ever_said("known issue", "Try a smaller date range", "SUPPORT-"),
            at_backend("one issue in the tracker", lambda s: len(s.systems.issues.issues) == 1),
            at_backend(
                "linked from the known problem", lambda s: any(p.comments for p in s.systems.code.issues.values())
            ),
            NO_REPLY,
        ),
    ),
    Story(
        "guide-fixed",
        "The bug is fixed: whoever reported it is told",
        "zendesk-tallyboard",
        _fixed,
        (_human_said("v2.15.0"), NO_REPLY),
    ),
    Story(
        "guide-api",
        "A question about the API: the page that answers it, with its example",
        "zendesk-tallyboard",
        _api,
        (_human_said("bearer token", "curl -H", "Settings, API, Keys"), category("api-integration"), NO_REPLY),
    ),
    Story(
        "guide-slow",
        "A slow service: what is measured stands in the note",
        "zendesk-tallyboard",
        _slow,
        (noted(1), says("latency"), priority("high"), NO_REPLY),
    ),
    Story(
        "guide-order",
        "Sixty drafts are judged, a lead promotes the category, and an order's status is told at once",
        "zendesk",
        _status,
        (
            replied("is currently in transit", "USPS", "9400123456789"),
            category("order-status"),
        ),
    ),
)
