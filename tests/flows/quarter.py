"""A quarter of one desk on a clock of its own: what people prove, what drifts, a page that is edited into error, and what is owed.

Everything that decides is the product's own: classifier, quotation, gate, lessons, promotion, demotion, ledger, recall. Played are only the
customers, the team, and the host's part of a ticket. ``python -m tests.flows.quarter 50000`` plays a big desk and says what happened.
"""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import promoting
from app.db import effects, evidence, ids, judgements, lessons, stories, usage
from app.db.effects import Planned
from app.db.judgements import Judged
from app.db.models.ticket import TicketRow
from app.engine.evidence import Claim, coin
from app.engine.lessons import Learned, Lesson, lesson
from app.engine.outcomes import Story
from app.engine.policy import REPLY, Standing, gate
from app.engine.ports import Knowledge
from app.engine.pricing import Use
from app.engine.types import EvidenceRecord, Mode, Passage
from app.engine.writing import written
from app.metering import metered
from app.reports.recalls import Source, told
from connectors.types import Receipt, Reply, Ticket
from jobs.learn import demote
from tests.builders import NOON, a_message, a_passage, a_person, a_ticket
from tests.flows.stage import Settled, Stage

DAYS = 91
DRIFTS, EDITED, NOTICED = 24, 42, 66
"""The days on which customers begin to mean something else, a page is edited into error, and the team notices."""
CONFIGURATION = """
service: shop
channels: [{type: email, address: help@shop.example}]
classification:
  categories:
    - {name: delivery, keywords: [parcel, delivery, courier], confidence: 0.5}
    - {name: returns, keywords: [return, exchange, refund], confidence: 0.5}
    - {name: fees, keywords: [fee, fees, charge], confidence: 0.5}
modes: {default: deflect}
"""
QUESTIONS = {
    "delivery": "Where is the courier with my parcel, and when is the delivery?",
    "returns": "How do I return shoes for an exchange or a refund?",
    "fees": "Which fee is it that you charge?",
}
PAGES = {
    "delivery": "The courier brings each parcel within 4 days: the delivery page shows where it is.",
    "returns": "You return shoes for an exchange or a refund within 30 days.",
    "fees": "The fee that we charge is shown on the page of each order.",
}
WRONG = "You return shoes for an exchange or a refund within 90 days."
OTHERWISE = "This is about something else entirely: please call our second desk tomorrow morning."
TEAM = ("ada", "bob", "cyd", "dan")


class Pages:
    """The account's knowledge: one page for each category, as it is at the moment."""

    def __init__(self) -> None:
        self.texts = dict(PAGES)

    @property
    def version(self) -> str:
        """Another one whenever a page is."""
        return str(sorted(self.texts.values()))

    def search(self, query: str, *, locale: str = "", limit: int = 5) -> Sequence[Passage]:
        """The page of the category that the question is about."""
        name = next(name for name, text in QUESTIONS.items() if text in query)
        return [a_passage(self.texts[name], source=name, title=name, url=f"https://shop.example/{name}")]


class Paged(Settled):
    """Services whose knowledge can be edited."""

    def knowledge(self, account_id: str) -> Knowledge:
        """The pages as they are."""
        return self.__dict__.setdefault("pages", Pages())


@dataclass
class Owed:
    """One ticket as the customer lived through it: what the brute-force count is made from."""

    name: str
    person: str
    category: str
    opened: datetime
    solved: datetime
    ours: bool
    by: str = ""
    kept: bool = False
    told: str = ""
    again: datetime | None = None
    """When the customer came back in that ticket."""


@dataclass
class Quarter:
    """The desk, its people, and everything that happened. ``seed`` settles every chance in it."""

    tickets: int
    seed: int = 1
    stage: Stage = field(default_factory=lambda: Stage(services=Paged))
    owed: list[Owed] = field(default_factory=list)
    steps: list[tuple[int, str, str]] = field(default_factory=list)
    """Day, category, and what happened to it."""
    records: dict[str, tuple[EvidenceRecord, ...]] = field(default_factory=dict)
    told: list[Story] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.stage.configure(CONFIGURATION)
        self.connection, _ = self.stage.connect("desk")
        self.services, self.account = self.stage.services, self.stage.account.id
        self.classifier = self.services.classifier(self.account)
        self.pages: Pages = self.services.knowledge(self.account)  # type: ignore[assignment]

    def play(self) -> Iterator[int]:
        """Day by day."""
        for day in range(DAYS):
            self.stage.time = NOON + timedelta(days=day)
            if day == EDITED:
                self.pages.texts["returns"] = WRONG
            with self.stage.database.session() as session:
                for number in range(self.tickets * day // DAYS, self.tickets * (day + 1) // DAYS):
                    self.stage.time += timedelta(milliseconds=100)
                    self.ticket(session, number, day)
                if day % 7 == 6:
                    self.ask(session, day)
            yield day
        with self.stage.database.session() as session:
            self.stage.time = NOON + timedelta(days=DAYS + 8)
            for story in self.told:
                stories.keep(session, self.account, story)
            metered(session, self.account, self.stage.time)

    def ask(self, session: Session, day: int) -> None:
        """Every week a person asks for more autonomy wherever there is none."""
        for name in PAGES:
            if promoting.standing(self.services, session, self.account, name, 0.95, {}).unlocked:
                continue
            asked = promoting.promote(self.services, session, self.account, name, by="lead", target=0.95)
            if asked.why is None:
                self.steps.append((day, name, lessons.PROMOTED))
        self.records.clear()

    def ticket(self, session: Session, number: int, day: int) -> None:
        """One ticket from its question to its end."""
        category = list(PAGES)[number % 3]
        ticket = self.asked(number, category)
        name = self.row(session, ticket)
        judged = self.decided(session, name, ticket)
        judgements.save(session, self.account, judged, self.stage.time)
        right = self.right(category, day)
        replies = [change for change in judged.decision.changes if isinstance(change, Reply)]
        if replies:
            self.sent(session, judged, replies[0])
            self.end(name, ticket, category, ours=True, right=right, told=judged.draft.text)
            return
        by = self.chance.choice(TEAM)
        answer = judged.draft.text if right else OTHERWISE
        kept = self.learn(session, judged, answer, by)
        self.end(name, ticket, category, ours=False, right=True, told=answer, by=by, kept=kept, day=day)

    def asked(self, number: int, category: str) -> Ticket:
        """The customer's question; customers write a few times in a quarter."""
        who = a_person(f"p{number}", email=f"p{self.chance.randrange(self.tickets)}@customer.example")
        said = a_message(QUESTIONS[category], author=who, at=self.stage.time, id=f"m{number}")
        given = {"requester": who, "messages": (said,), "created_at": self.stage.time, "updated_at": self.stage.time}
        return replace(a_ticket(**given), ref=replace(a_ticket().ref, id=str(number)), subject="")

    def row(self, session: Session, ticket: Ticket) -> str:
        """Our own name for it."""
        name = ids.ticket(self.connection, ticket.ref.id)
        session.add(TicketRow(id=name, connection_id=self.connection, ref=ticket.ref.id, created_at=self.stage.time))
        session.flush()
        return name

    def decided(self, session: Session, name: str, ticket: Ticket) -> Judged:
        """What the product makes of it."""
        configuration = self.services.configuration(self.account, session)
        classification = self.classifier.classify(ticket)
        draft = written(ticket, classification, configuration, self.pages)
        category = classification.category
        if category not in self.records:
            self.records[category] = evidence.in_force(session, self.account, category)
        standing = Standing(
            now=self.stage.time,
            account=self.account,
            connection=self.connection,
            evidence=self.records[category],
            key=self.services.evidence_key,
            knowledge=self.pages.version,
            coin=coin(b"audit", str(self.seed), ticket.ref.id),
        )
        return Judged(name, classification, draft, gate(ticket, classification, draft, configuration, standing))

    def right(self, category: str, day: int) -> bool:
        """Whether our draft is what this customer needs, as far as the team knows on that day."""
        if category == "fees" and day >= DRIFTS:
            return self.chance.random() < 0.1
        if category == "returns" and day >= NOTICED:
            return self.pages.texts["returns"] != WRONG
        return True

    def sent(self, session: Session, judged: Judged, reply: Reply) -> None:
        """The host has taken our reply."""
        key = f"reply-{judged.decision.id}"
        planned = Planned(key, self.connection, judged.decision.ref, (reply,), decision_id=judged.decision.id)
        effects.plan(session, judged.ticket_id, [planned], self.stage.time)
        session.flush()
        (effect,) = effects.of_ticket(session, judged.ticket_id)
        effects.sent(session, effect, Receipt("r", self.stage.time))

    def learn(self, session: Session, judged: Judged, answer: str, by: str) -> bool:
        """What a person made of our draft, and what follows for its category."""
        assert judged.decision.mode is Mode.ASSIST
        claim = Claim(self.account, judged.classification.category, REPLY, judged.decision.digest)
        what = lesson(judged.draft.text, answer)
        about = (claim.account, claim.category, claim.action, claim.digest)
        lessons.save(session, Learned(judged.decision.id, judged.ticket_id, *about, what, by, self.stage.time))
        if demote(session, self.services, claim):
            day = (self.stage.time - NOON).days
            self.steps.append((day, claim.category, lessons.DEMOTED))
            self.records.clear()
        return what is Lesson.KEPT

    def end(self, name: str, ticket: Ticket, category: str, **how: object) -> None:
        """Solved an hour later; who was told something wrong comes back, some others too."""
        ours, right = bool(how["ours"]), bool(how["right"])
        solved = self.stage.time + timedelta(hours=1)
        person = ticket.requester.email
        back = self.chance.random() < (0.03 if right else 0.7)
        again = solved + timedelta(days=self.chance.randint(1, 12)) if back else None
        by = str(how.get("by", ""))
        self.owed.append(
            Owed(
                name,
                person,
                category,
                self.stage.time,
                solved,
                ours,
                by,
                bool(how.get("kept")),
                str(how["told"]),
                again,
            )
        )
        self.told.append(
            Story(
                ticket=name,
                person=person,
                problem=category,
                category=category,
                opened_at=self.stage.time,
                channel="email",
                answered_at=self.stage.time + timedelta(minutes=1),
                ours=ours,
                drafted=True,
                touched=not ours,
                solved_at=solved,
                reopened_at=again,
                agent=by,
            )
        )


def lasting(quarter: Quarter) -> dict[str, bool]:
    """What was resolved and lasted, counted ticket by ticket from what the customers lived through; whether it was by us alone."""
    week, by = timedelta(days=7), {}
    for one in quarter.owed:
        by.setdefault((one.person, one.category), []).append(one)
    found = {}
    for one in quarter.owed:
        came = one.again is not None and one.again <= one.solved + week
        others = (o.opened for o in by[one.person, one.category] if o is not one)
        if not came and not any(one.solved < at <= one.solved + week for at in others):
            found[one.name] = one.ours
    return found


def main(tickets: int) -> None:
    """Play it with progress, and say what came of it."""
    quarter, begun = Quarter(tickets), time.monotonic()
    for day in quarter.play():
        if day % 13 == 12:
            print(f"day {day + 1} of {DAYS}, {len(quarter.owed)} tickets", file=sys.stderr, flush=True)
    for day, category, what in quarter.steps:
        print(f"day {day:3}  {category}: {what}")
    alone, held = sum(one.ours for one in quarter.owed), lasting(quarter)
    seconds = time.monotonic() - begun
    print(
        f"{len(quarter.owed)} tickets in {seconds:.0f} s; {alone} answered alone, {sum(held.values())} of them lasted"
    )
    with quarter.stage.database.reading() as session:
        span = (NOON - timedelta(days=1), NOON + timedelta(days=DAYS + 9))
        recalled = {
            one.entry.judged.ticket_id for one in told(session, quarter.account, Source("returns", "90 days"), *span)
        }
        lines = [line.entry for line in usage.between(session, quarter.account, *span)]
    wrong = {one.name for one in quarter.owed if WRONG in one.told and (one.ours or one.kept)}
    billed = {one.ref: one.use is Use.AUTOMATIC for one in lines if one.use in (Use.AUTOMATIC, Use.ASSISTED)}
    print(f"told from the wrong page: {len(wrong)} customers; recall finds {len(recalled)}: {_same(recalled, wrong)}")
    print(f"invoice: {len(billed)} tickets, counted by hand {len(held)}: {_same(billed, held)}")


def _same(one: object, other: object) -> str:
    return "the same" if one == other else "NOT THE SAME"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
