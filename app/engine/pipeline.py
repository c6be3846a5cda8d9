"""The order of things, in one function: what simulate, replay and tests run. Jobs call the single steps and save in between."""

from dataclasses import dataclass, replace

from app.engine.configuration import Configuration
from app.engine.handoff import prepared
from app.engine.policy import Standing, gate
from app.engine.ports import Classifier, Knowledge
from app.engine.standing import Case
from app.engine.types import Classification, Decision, Draft
from app.engine.writing import Writer, written
from connectors.types import Ticket


@dataclass(frozen=True)
class Judgement:
    """What we think of a ticket, what could be said, and what follows."""

    classification: Classification
    draft: Draft
    decision: Decision


def decide(
    ticket: Ticket,
    configuration: Configuration,
    classifier: Classifier,
    knowledge: Knowledge,
    standing: Standing,
    writer: Writer | None = None,
) -> Judgement:
    """Classify, draft, gate. Writes nothing and asks nobody but the classifier, the knowledge and the writer, if there is one."""
    classification = classifier.classify(ticket)
    drafted = written(ticket, classification, configuration, knowledge, writer)
    standing = replace(standing, knowledge=knowledge.version)
    drafted = prepared(Case(ticket, classification, drafted, configuration, standing))
    return Judgement(classification, drafted, gate(ticket, classification, drafted, configuration, standing))
