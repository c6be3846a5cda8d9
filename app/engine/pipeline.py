"""The order of things, in one function: what simulate, replay and tests run. Jobs call the single steps and save in between."""

from dataclasses import dataclass, replace

from app.engine.configuration import Configuration
from app.engine.draft import draft
from app.engine.policy import Standing, gate
from app.engine.ports import Classifier, Knowledge
from app.engine.types import Classification, Decision, Draft
from connectors.types import Ticket


@dataclass(frozen=True)
class Judgement:
    """What we think of a ticket, what could be said, and what follows."""

    classification: Classification
    draft: Draft
    decision: Decision


def decide(
    ticket: Ticket, configuration: Configuration, classifier: Classifier, knowledge: Knowledge, standing: Standing
) -> Judgement:
    """Classify, draft, gate. Writes nothing and asks nobody but the classifier and the knowledge."""
    classification = classifier.classify(ticket)
    drafted = draft(ticket, classification, configuration, knowledge)
    standing = replace(standing, knowledge=knowledge.version)
    return Judgement(classification, drafted, gate(ticket, classification, drafted, configuration, standing))
