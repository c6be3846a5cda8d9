"""One customer at a played desk, a played shop behind it, and a configuration with workflows: what workflow tests play on."""

from dataclasses import replace
from typing import Any

from app.db import deeds, ids, judgements, problems, runs
from app.engine.types import Decision
from connectors.types import Click, EventKind, Level, Note, Reply
from jobs import schedule
from tests.flows.played import AGENT
from tests.flows.stage import Stage

CONFIGURATION = """
service: shop
channels: [{type: email, address: help@shop.example}]
classification:
  categories:
    - {name: order-status, keywords: [where is, tracking, address, cancel], confidence: 0.5, autoResolve: true}
    - {name: returns, keywords: [return, exchange, send back], confidence: 0.5, autoResolve: true}
    - {name: payment-issues, keywords: [money back, refund, charge], confidence: 0.5}
autoResponse:
  orderStatus:
    workflow:
      - {action: extractOrderNumber, source: [email]}
      - {action: fetchOrderStatus, api: orders-api}
      - {action: respondWithStatus, template: order-status-template, includeTrackingLink: true}
  returns:
    workflow:
      - {action: verifyEligibility, checks: [{withinReturnWindow: 30 days}, {itemReturnable: true}]}
      - {action: generateReturnLabel, provider: shippo}
      - {action: createReturnTicket, system: order-management}
      - {action: sendReturnInstructions, template: return-instructions, includeLabel: true}
chatbot:
  integrations:
    - {system: store, actions: [update-address, cancel-order, refund]}
limits: {refund: {currency: USD, perAction: 30000, perTicket: 40000, perDay: 50000}}
modes: {default: MODE}
"""
RETURN = "I'd like to return the blue sweater, #12346"


class Play:
    """A ticket from the customer's first words on."""

    def __init__(self, stage: Stage, *orders: dict[str, Any], mode: str = "assist", text: str = CONFIGURATION) -> None:
        self.stage = stage
        stage.configure(text.replace("MODE", mode))
        self.connection_id, self.vendor = stage.connect("desk")
        self.shop = stage.open_shop(*orders)
        self.ticket = ""

    def prove(self, *actions: str) -> None:
        """Evidence for replies and these operations in every category."""
        for category in ("order-status", "returns", "payment-issues"):
            self.stage.prove(category, "reply", *actions)

    def writes(self, text: str) -> None:
        self.ticket = self.vendor.customer_writes(text, self.ticket)
        self.go_on()

    def go_on(self, seconds: float = 0) -> None:
        self.stage.pass_time(seconds)
        self.stage.deliver(self.connection_id, self.vendor)
        schedule.tick(self.stage.services, tuple(p for p in schedule.TABLE if p.name in ("sweep", "wakes")))
        self.stage.work()

    def press(self, button: str, *, team: bool = True, level: Level | None = None) -> None:
        held = self.vendor.tickets[self.ticket]
        person = AGENT if team else held.customer
        click = Click(button, self.decision.id, replace(person), level=level)
        self.vendor.knock(self.ticket, EventKind.CLICK, click=click)
        self.go_on()

    @property
    def id(self) -> str:
        return ids.ticket(self.connection_id, self.ticket)

    @property
    def decision(self) -> Decision:
        with self.stage.database.reading() as session:
            found = judgements.latest(session, self.id)
        assert found is not None
        return found

    def changes(self, kind: type[Any]) -> list[Any]:
        return [change for _, change in self.vendor.tickets[self.ticket].log if isinstance(change, kind)]

    @property
    def replies(self) -> list[Reply]:
        return self.changes(Reply)

    @property
    def notes(self) -> list[Note]:
        return self.changes(Note)

    @property
    def deeds(self) -> list[tuple[str, str]]:
        with self.stage.database.reading() as session:
            return [
                (one.name, one.state)
                for run in runs.of_ticket(session, self.id)
                for one in deeds.of_run(session, run.id)
            ]

    @property
    def ends(self) -> list[str]:
        with self.stage.database.reading() as session:
            return [str(run.progress.ended or "open") for run in runs.of_ticket(session, self.id)]

    @property
    def problems(self) -> list[str]:
        with self.stage.database.reading() as session:
            return [problem.kind for problem in problems.newest(session)]
