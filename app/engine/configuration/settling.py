"""From a checked document to the frozen answers that the engine asks for. Whatever is in doubt asks for a human."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from app.engine.conditions import Condition, condition, trigger
from app.engine.configuration import complying, flows, guiding, models, privacy, trials
from app.engine.configuration.analytics import Fraud, fraud, watched
from app.engine.configuration.checking import answered, facts_of, messages, placed, topical
from app.engine.configuration.flows import Document
from app.engine.configuration.models import VOCABULARY
from app.engine.configuration.planning import limits, wishes, workflows
from app.engine.configuration.reading import Source
from app.engine.configuration.ruling import rules
from app.engine.configuration.settled import (
    CONFIDENCE,
    PRIORITIES,
    SUBSCRIPTION,
    Category,
    Chatbot,
    Configuration,
    Route,
    Templates,
)
from app.engine.configuration.steps import Workflow
from app.engine.facts import Fact
from app.engine.ports import Way
from app.engine.templates import Shelf
from connectors.types import Priority

STEPS = "step-by-step"
NO_ADVICE = "no-financial-advice"
SIMILAR = 3
FRAUD = "fraud"
"""The word in the name of a category in which fraud is watched for."""
VERIFY = "verify-identity"
"""The step that proves who asks: with it nobody has to."""
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def settled(source: Source, document: Document) -> Configuration:
    """The configuration that the document describes."""
    known, flows = facts_of(document), {**guiding.walks(document), **workflows(document, source.value)}
    vip, sentiment = document.classification.vip, document.classification.sentiment
    upset = sentiment is not None and sentiment.enabled and sentiment.escalate_negative
    return Configuration(
        service=document.service,
        name=source.name,
        digest=_digest({name: value for name, value in source.value.items() if name not in trials.APART}),
        categories=tuple(_categories(document, flows)),
        default_mode=document.modes.default,
        modes=MappingProxyType(dict(document.modes.categories)),
        sla=_sla(document),
        rules=rules(document),
        routes=tuple(_routes(document, known)),
        vip=None if vip and not vip.enabled else _triggers(vip.criteria if vip else (), known),
        vip_priority=PRIORITIES.get(vip.priority_level or "") if vip else None,
        fallbacks=_triggers(_fallbacks(document), known),
        facts=known,
        anger=sentiment.threshold if sentiment and upset else Configuration.anger,
        templates=_templates(document.templates),
        shelf=Shelf(MappingProxyType({**dict(messages(document.templates)), **dict(guiding.told(document))})),
        approved_only=_approved_only(document),
        redacted=complying.redacted(document),
        privacy=privacy.settled(document.privacy),
        standards=complying.standards(document),
        trail_kept=complying.kept(document),
        monitored=complying.monitored(document),
        no_advice=_no_advice(document),
        disclaimers=_disclaimers(document),
        keywords=MappingProxyType({w: start for c in document.channels for w, start in (c.keywords or {}).items()}),
        quotes=document.knowledge.passages if document.knowledge.enabled else 0,
        chatbot=_chatbot(document.chatbot),
        workflows=flows,
        guides=MappingProxyType(dict(guiding.guides(document))),
        wishes=wishes(document),
        limits=limits(document),
        answers=trials.most(document.answers),
        experiments=trials.experiments(document.experiments),
        training=trials.training(document.training),
        reactions=MappingProxyType(dict(_reactions(document))),
        shown=_shown(document),
        integrations=MappingProxyType(document.integrations),
        watched=watched(document.analytics, _fraud(document)),
        addresses=frozenset(str(c.address).casefold() for c in document.channels if is_address(c.address)),
        settings=MappingProxyType(source.value),
        lines=MappingProxyType(dict(source.lines)),
    )


def _fraud(document: Document) -> Fraud:
    return fraud(document.monitoring, topical(FRAUD, (category.name for _, _, category in placed(document))))


def _shown(document: Document) -> tuple[str, ...]:
    asked = [name for channel in document.channels for name, wanted in (channel.context or {}).items() if wanted]
    fetched = any(system.get("fetchSubscription") is True for system in document.integrations.values())
    return tuple(dict.fromkeys((*asked, *(SUBSCRIPTION if fetched else ()))))


def _reactions(document: Document) -> Iterator[tuple[str, str]]:
    """What the chat window says by itself, and when."""
    for channel in document.channels:
        proactive = channel.widget.proactive if channel.widget else None
        if proactive and proactive.enabled:
            yield from ((one.condition, one.message) for one in proactive.triggers)


def _digest(value: Any) -> str:
    """The same for the same settings, whatever their order, layout or notation."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_address(address: str | list[str] | None) -> bool:
    """Whether it is a mail address and not the placeholder that a web page put in its place."""
    return isinstance(address, str) and _ADDRESS.fullmatch(address) is not None


def _categories(document: Document, flows: Mapping[str, Workflow]) -> Iterator[Category]:
    names = [category.name for _, _, category in placed(document)]
    proven = {name for name, flow in flows.items() if any(step.action == VERIFY for step in flow.steps)}
    careful = {answered(key, names) for key, r in document.auto_response.items() if not r.enabled or r.require_human}
    proofs = {answered(key, names): r.authentication for key, r in document.auto_response.items() if r.authentication}
    careful |= {name for name, proof in proofs.items() if proof.required} - proven
    shapes = {answered(key, names): r.response for key, r in document.auto_response.items() if r.response}
    bases = {answered(key, names): r.knowledge_base for key, r in document.auto_response.items() if r.knowledge_base}
    for _, group, category in placed(document):
        shape, base = shapes.get(category.name), bases.get(category.name)
        sla, team = _of_topic(category.name, names, document)
        yield Category(
            name=category.name,
            keywords=tuple(category.keywords),
            confidence=CONFIDENCE if category.confidence is None else category.confidence,
            auto_resolve=category.auto_resolve,
            requires_human=category.name in careful or _needs_human(category, proves=category.name in proven),
            priority=Priority.URGENT if category.urgent else PRIORITIES.get(category.priority or ""),
            team=category.assign_to or category.escalate_to or team,
            sla=category.sla or sla,
            group=group,
            description=category.description or "",
            knowledge=category.knowledge_base,
            way=_way(base),
            related=_related(shape, base),
            steps=shape is not None and shape.format == STEPS,
            context=tuple(category.requires_context),
            methods=tuple(proofs[category.name].methods) if category.name in proofs else (),
        )


def _way(base: flows.KnowledgeBase | None) -> Way:
    if base is None:
        return Way()
    return Way(base.source or "", base.vector_search is not False, base.semantic_matching is not False)


def _related(shape: flows.Shape | None, base: flows.KnowledgeBase | None) -> int:
    """How many other pages an answer links to; where similar products are wanted and nobody says how many, SIMILAR."""
    if shape and shape.include_related_articles is not None:
        return shape.include_related_articles
    return SIMILAR if base and base.include_similar_products else 0


def _chatbot(given: flows.Chatbot | None) -> Chatbot:
    """What the document says, over the defaults."""
    if given is None:
        return Chatbot()
    said: dict[str, Any] = {
        "engine": given.engine,
        "persona": given.personality,
        "prompt": given.system_prompt,
        "messages": given.context_window,
        "temperature": given.temperature,
    }
    tools = tuple(dict.fromkeys(tool.name for tool in given.tools))
    described = MappingProxyType({tool.name: tool.description for tool in given.tools if tool.description})
    kept = {name: value for name, value in said.items() if value is not None}
    return Chatbot(**kept, tools=tools, described=described, limitations=tuple(given.limitations))


def _needs_human(category: models.Category, *, proves: bool) -> bool:
    """What only a person can see to for now: a check of who asks, of documents, of rules."""
    return any(
        (
            category.requires_human,
            category.require_human,
            not proves
            and (category.requires_auth or category.authentication_required or category.require_verification),
            category.authentication,
            category.require_documentation,
            category.compliance_review,
            category.alert_security,
        )
    )


def _of_topic(name: str, names: list[str], document: Document) -> tuple[str, str]:
    """Target and team from the first escalation block about the category."""
    blocks = (document.escalation.__pydantic_extra__ or {}).items()
    about = [block for topic, block in blocks if name in topical(topic, names)]
    return next((b.sla for b in about if b.sla), ""), next((b.route_to for b in about if b.route_to), "")


def _sla(document: Document) -> Mapping[str, Mapping[Priority, str]]:
    """Tier -> priority -> target; of two words for one priority the first counts."""
    tiers: dict[str, dict[Priority, str]] = {}
    for key, value in document.escalation.sla.items():
        if isinstance(value, str):
            tiers.setdefault("", {}).setdefault(PRIORITIES[key], value)
            continue
        for word, target in value.items():
            tiers.setdefault(key.casefold(), {}).setdefault(PRIORITIES[word], target)
    return MappingProxyType({tier: MappingProxyType(table) for tier, table in tiers.items()})


def _routes(document: Document, known: Mapping[str, Fact]) -> Iterator[Route]:
    for rule in document.escalation.routing:
        yield Route(condition(rule.condition, known), rule.team or "", PRIORITIES.get(rule.priority or ""))


def _triggers(given: Iterable[models.Trigger], known: Mapping[str, Fact]) -> tuple[Condition, ...]:
    return tuple(trigger(one, known, VOCABULARY["handoffs"]) for one in given)


def _fallbacks(document: Document) -> Iterator[models.Trigger]:
    if document.chatbot:
        for section in (document.chatbot.fallback_to_human, document.chatbot.handoff):
            yield from section.triggers if section else ()


def _templates(given: models.Templates) -> Templates:
    own = given.model_dump(exclude_none=True, include=set(models.Templates.model_fields))
    return Templates(**own)


def _approved_only(document: Document) -> bool:
    """Whether the chatbot's duties ask for approved responses; a word that we do not know asks for them as well."""
    duties = document.chatbot.compliance if document.chatbot else None
    return bool(duties and duties.approved_responses not in (None, "optional", "no"))


def _no_advice(document: Document) -> bool:
    bot = document.chatbot
    return bot is not None and bool(
        (bot.compliance and bot.compliance.no_financial_advice) or NO_ADVICE in bot.limitations
    )


def _disclaimers(document: Document) -> bool:
    """Any word but never asks for them."""
    duties = document.chatbot.compliance if document.chatbot else None
    return bool(duties and duties.disclaimers not in (None, "never"))
