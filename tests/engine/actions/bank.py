"""The bank, walked in one process: its configuration in short, the connected core system played over real HTTP."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.engine.configuration import load
from app.engine.configuration.steps import Workflow
from app.engine.registry import ACTIONS
from app.engine.workflows import runner
from app.engine.workflows.types import Answer, Call, Failure, Identity, Level, Progress, Scene
from connectors.errors import ConnectorError, NotFound, Refused
from connectors.operations import OPERATIONS, Backend, Risk
from tests.builders import NOON, a_classification, a_message, a_person, a_ticket

WRITTEN = """
service: bank
classification:
  financial:
    - {name: fraud-report, keywords: [fraud], priority: critical, sla: 15m, escalateTo: fraud-team}
    - {name: transaction-dispute, keywords: [dispute]}
    - {name: balance-inquiry, keywords: [balance], authenticationRequired: true}
autoResponse:
  balanceInquiry:
    authentication: {methods: [email-otp], required: true}
    workflow:
      - {action: verify-identity, methods: [2fa]}
      - {action: fetch-account-data, api: core-banking, dataClassification: PII}
      - {action: format-response, mask: [account-number, ssn], includeRecent: 5-transactions}
      - {action: log-access, auditLog: true, retentionPeriod: 7-years}
  transactionDispute:
    workflow:
      - {action: collect-details, required: [transaction-id, dispute-reason, date, amount]}
      - {action: verify-transaction, api: transaction-api}
      - {action: create-case, system: case-management, assignTo: disputes-team}
      - {action: acknowledge-receipt, sla: provide-update-within-10-business-days}
escalation:
  fraud: {immediate: true, freeze-account: conditional}
"""
BANK = load(WRITTEN, name="bank.yaml")
EMAIL = "amira.haddad@example.com"
AMIRA = a_person(name="Amira Haddad", email=EMAIL)


@dataclass
class Visit:
    """One customer's ticket and the run about it; ``released`` are the effects that a person releases."""

    text: str
    category: str
    backend: Backend
    level: Level = Level.HOST
    email: str = EMAIL
    entities: dict[str, tuple[str, ...]] = field(default_factory=dict)
    released: frozenset[str] = frozenset({"lock_card", "open_case"})
    workflow: Workflow | None = None
    language: str = "en"
    now: datetime = NOON
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ticket = a_ticket(self.text, requester=AMIRA)
        self.progress: Progress = runner.begun(self.workflow or BANK.workflows[self.category])

    def go(self) -> "Visit":
        """As far as it comes."""
        while True:
            turn = runner.advance(self.progress, self.scene(), ACTIONS)
            self.progress = turn.progress
            if turn.call is None:
                return self
            title = OPERATIONS[turn.call.operation].title
            self.progress = runner.answered(self.progress, turn.call, self.asked(turn.call), title)

    def scene(self) -> Scene:
        """What the actions see."""
        return Scene(
            self.ticket,
            a_classification(self.category, language=self.language, entities=self.entities),
            BANK,
            Identity(self.email, "p1", self.level) if self.email else Identity(),
            self.now,
            outputs={},
            offered={
                "code:email": frozenset({"email"}),
                **{name: frozenset({"banking"}) for name in self.backend.operations},
            },
        )

    def asked(self, call: Call) -> Answer:
        """As a job asks: whatever belongs to somebody else never arrives, effects only where a person released them."""
        effect = OPERATIONS[call.operation].risk is not Risk.READ
        if effect and call.operation not in self.released:
            return Answer(failure=Failure.REJECTED)
        self.calls.append(call.operation)
        try:
            outputs = self.backend.run(call.operation, call.inputs, key=f"k{len(self.calls)}" if effect else "").outputs
        except NotFound:
            return Answer(failure=Failure.NOT_FOUND)
        except Refused:
            return Answer(failure=Failure.REFUSED)
        except ConnectorError:
            return Answer(failure=Failure.DOWN)
        owner = OPERATIONS[call.operation].owner
        if owner and outputs[owner] != self.email:
            return Answer(failure=Failure.FOREIGN)
        return Answer(outputs, source="banking")

    def prove(self) -> "Visit":
        """The code that came was right."""
        self.level = Level.CODE
        self.progress = replace(self.progress, waiting=None, says=())
        return self.go()

    def hear(self, text: str, **entities: str) -> "Visit":
        """The customer writes."""
        self.now += timedelta(minutes=5)
        said = a_message(text, id=f"m{len(self.ticket.messages) + 1}", author=AMIRA, at=self.now)
        self.ticket = replace(self.ticket, messages=(*self.ticket.messages, said))
        self.entities = {**self.entities, **{kind: (value,) for kind, value in entities.items()}}
        self.progress = runner.heard(self.progress, text)
        return self.go()

    @property
    def says(self) -> str:
        """What the customer is told now, without the blank lines between."""
        return "\n".join(line for line in "\n".join(self.progress.says).splitlines() if line.strip())
