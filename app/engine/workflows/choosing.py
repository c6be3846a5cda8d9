"""Which workflow a message is for: what it wishes for in words, else what is done for its category. Decides nothing else."""

import re
from collections.abc import Mapping

from app.engine.configuration.settled import Configuration
from app.engine.configuration.steps import Workflow
from app.engine.types import Classification
from connectors.types import Ticket

WISHES: Mapping[str, re.Pattern[str]] = {
    "book-appointment": re.compile(
        r"\b(?:book|make|schedule|arrange|need|want|get)\w*\b[^.!?\n]{0,30}\b(?:appointment|slot|callback|meeting)\b"
        r"|\btermin\b[^.!?\n]{0,30}\b(?:vereinbaren|buchen|machen)\b|\b(?:cita|rendez-vous|appuntamento|afspraak)\b",
        re.IGNORECASE,
    ),
    "unlock-account": re.compile(
        r"\b(?:unlock|unblock|locked out|reactivate)\b[^.!?\n]{0,40}\b(?:account|login|access|profile)\b"
        r"|\b(?:account|login|access)\b[^.!?\n]{0,30}\b(?:is|was|got|been) (?:locked|blocked)\b",
        re.IGNORECASE,
    ),
    "update-address": re.compile(
        r"\b(?:chang|updat|correct|fix|edit|new|wrong|different)\w*\b[^.!?\n]{0,40}\baddress\b"
        r"|\baddress\b[^.!?\n]{0,40}\b(?:chang|updat|correct|wrong)\w*",
        re.IGNORECASE,
    ),
    "cancel-order": re.compile(
        r"\bcancel\w*\b[^.!?\n]{0,40}\b(?:order|purchase|#?\d{4,})|\border\b[^.!?\n]{0,30}\bcancel\w*", re.IGNORECASE
    ),
    "update-payment-method": re.compile(
        r"\b(?:chang|updat|replac|switch)\w*\b[^.!?\n]{0,30}\b(?:card|payment (?:method|details)|billing details)\b"
        r"|\bcard\b[^.!?\n]{0,20}\bexpir\w*|\bexpired\b[^.!?\n]{0,20}\bcard\b",
        re.IGNORECASE,
    ),
    "refund": re.compile(r"\b(?:refund|money back|reimburs\w*)\b", re.IGNORECASE),
}
"""What customers write when they want it. A wish only chooses the workflow; every step of it asks and checks by itself."""
_MOST = 4000


def chosen(ticket: Ticket, judged: Classification, configuration: Configuration) -> Workflow | None:
    """The workflow that this question is for, or None."""
    said = ticket.question.text[:_MOST] if ticket.question else ""
    own = configuration.workflows.get(judged.category)
    for name, flow in configuration.wishes.items():
        pattern = WISHES.get(name)
        if pattern and pattern.search(said) and not _already(own, flow):
            return flow
    return own


def candidates(category: str, configuration: Configuration) -> tuple[Workflow, ...]:
    """Every workflow that may speak in a category: its own first, then what customers of any category may wish for."""
    own = configuration.workflows.get(category)
    return (*((own,) if own else ()), *configuration.wishes.values())


def _already(own: Workflow | None, wish: Workflow) -> bool:
    """Whether the category's own workflow does what is wished for: the wish's last step is what it is about."""
    return own is not None and wish.steps[-1].action in {step.action for step in own.steps}
