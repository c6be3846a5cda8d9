"""From a checked document to its rules on promises and escalation."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from app.engine.conditions import condition
from app.engine.configuration import flows
from app.engine.configuration.calendars import calendar
from app.engine.configuration.checking import answered, facts_of, placed, topical
from app.engine.configuration.flows import Block, Document
from app.engine.configuration.reading import Path, shown
from app.engine.configuration.rules import (
    WARN_SHARE,
    Assigning,
    Contact,
    Outside,
    Own,
    Rules,
    Target,
    Topic,
    Trigger,
)

SECURITY = "security-team"
"""Who is told of a category that is set to ``alertSecurity``."""


def rules(document: Document) -> Rules:
    """The rules that the document gives."""
    hours = document.escalation.business_hours
    given = hours.outside_hours if hours else None
    return Rules(
        hours=calendar(hours),
        declared=hours is not None,
        own=MappingProxyType(dict(_own(document))),
        updates=MappingProxyType(dict(_updates(document))),
        channels=_channels(document),
        tiers=MappingProxyType({k.casefold(): k for k, v in document.escalation.sla.items() if isinstance(v, dict)}),
        triggers=tuple(_triggers(document)),
        topics=tuple(_topics(document)),
        alerts=frozenset(category.name for _, _, category in placed(document) if category.alert_security),
        reviews=frozenset(_reviews(document)),
        reviewers=_folded(document.compliance.reviewers) if document.compliance else frozenset(),
        outside=Outside(given.action, given.message or "", bool(given.escalate_urgent)) if given else None,
        contacts=MappingProxyType({name: _contact(one) for name, one in document.contacts.items()}),
        assigning=_assigning(document.escalation.assignment),
        people=MappingProxyType({name.casefold(): _own_agent(one) for name, one in document.agents.items()}),
        teams=MappingProxyType({name.casefold(): calendar(one) for name, one in document.escalation.teams.items()}),
        warn_share=document.escalation.warn_share or WARN_SHARE,
    )


def _assigning(given: flows.Assignment) -> Assigning:
    skills = {category: _folded(words) for category, words in given.skills.items()}
    return Assigning(
        given.to == "agent",
        given.capacity,
        given.sticky,
        MappingProxyType(dict(given.weights)),
        MappingProxyType(skills),
    )


def _own_agent(given: flows.Agent) -> Own:
    return Own(
        _folded(given.skills),
        _folded(given.languages),
        _folded(given.teams),
        given.capacity,
        given.level,
        calendar(given.hours) if given.hours else None,
        given.takes,
    )


def _folded(words: list[str]) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in words)


def _contact(given: flows.Contact) -> Contact:
    ways = (given.chat or "", given.email or "", given.webhook or "", given.pager)
    return Contact(*ways, given.acknowledge_minutes, given.then or "")


def _names(document: Document) -> list[str]:
    return [category.name for _, _, category in placed(document)]


def _blocks(document: Document) -> Mapping[str, Block]:
    return document.escalation.__pydantic_extra__ or {}


def _own(document: Document) -> Iterator[tuple[str, Target]]:
    """A category's own target, else that of the first block about it."""
    names = _names(document)
    for path, _, category in placed(document):
        if category.sla:
            yield category.name, _target(category.sla, (*path, "sla"))
            continue
        for topic, block in _blocks(document).items():
            if block.sla and category.name in topical(topic, names):
                yield category.name, _target(block.sla, ("escalation", topic, "sla"))
                break


def _updates(document: Document) -> Iterator[tuple[str, Target]]:
    names = _names(document)
    for key, response in document.auto_response.items():
        category = answered(key, names)
        for n, step in enumerate(response.workflow):
            if step.sla and category:
                yield category, _target(step.sla, ("autoResponse", key, "workflow", n, "sla"))


def _channels(document: Document) -> Mapping[str, Target]:
    """What is promised by channel; of two channels of one type the first counts."""
    found: dict[str, Target] = {}
    for n, channel in enumerate(document.channels):
        if channel.response_time:
            found.setdefault(channel.type, _target(channel.response_time, ("channels", n, "responseTime")))
    return MappingProxyType(found)


def _triggers(document: Document) -> Iterator[Trigger]:
    facts = facts_of(document)
    for n, given in enumerate(document.escalation.triggers):
        target = _target(given.sla, ("escalation", "triggers", n, "sla")) if given.sla else None
        yield Trigger(condition(given.condition, facts), given.action, tuple(given.notify), target)


def _topics(document: Document) -> Iterator[Topic]:
    names = _names(document)
    for name, block in _blocks(document).items():
        about = frozenset(topical(name, names))
        team, notify = block.route_to or "", tuple(block.notify or ())
        yield Topic(name, about, bool(block.immediate), notify, team, tuple(_demands(block)))


def _reviews(document: Document) -> Iterator[str]:
    """Categories that say so, and those of a topic that does. A review that is only wanted if it applies is a person's to see to."""
    names = _names(document)
    yield from (category.name for _, _, category in placed(document) if category.compliance_review)
    for topic, block in _blocks(document).items():
        if block.compliance_review and block.compliance_review not in ("conditional", "none"):
            yield from topical(topic, names)


def _demands(block: Block) -> Iterator[str]:
    """What a person has to see to, said in the note; Deskhand does none of it by itself."""
    duties = (
        ("freeze the account", block.freeze_account),
        ("inform the authorities", block.law_enforcement),
        ("review by compliance", block.compliance_review),
        ("collect the documents", block.documentation),
    )
    for duty, given in duties:
        if given == "conditional":
            yield f"{duty}, if it applies"
        elif given and given != "none":
            yield duty


def _target(text: str, path: Path) -> Target:
    return Target(text, shown(path))
