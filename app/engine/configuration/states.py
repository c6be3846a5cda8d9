"""What this version does with each setting: the one table behind ``deskhand check``. A later version flips ``not_yet`` here.

Every leaf of a configuration finds exactly one line: the first whose pattern fits. ``*`` stands for one name or number,
``**`` for any that remain.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.configuration import verdicts
from app.engine.configuration.reading import Path, leaves, shown
from app.engine.configuration.settled import Configuration
from app.engine.configuration.verdicts import HOST, NOT_YET, WARNING, WORKS, Judge, State, Verdict


@dataclass(frozen=True)
class SettingLine:
    """One setting of a file and what this version does with it; ``line`` counts from 1."""

    path: str
    line: int
    state: State
    text: str


def report(configuration: Configuration) -> tuple[SettingLine, ...]:
    """Every setting in the order of the file, each with exactly one state."""
    return tuple(_lines(configuration))


def _lines(configuration: Configuration) -> Iterator[SettingLine]:
    for path, value in leaves(dict(configuration.settings)):
        state, text = _verdict(path, value, configuration)
        yield SettingLine(shown(path), configuration.lines[path], state, text)


def _verdict(path: Path, value: Any, configuration: Configuration) -> Verdict:
    for pattern, verdict in TABLE:
        if fits(pattern, path):
            return verdict(path, value, configuration) if callable(verdict) else verdict
    raise LookupError(f"no line of the table fits {shown(path)}")


def fits(pattern: str, path: Path) -> bool:
    """Whether a pattern of the table stands for a path."""
    parts = pattern.split(".")
    if parts[-1] == "**":
        parts.pop()
        path = path[: len(parts)] if len(path) >= len(parts) else path
    return len(parts) == len(path) and all(p in {"*", str(q)} for p, q in zip(parts, path, strict=True))


# --- the table ----------------------------------------------------------------------------------------------

_CHECK = (WORKS, "a person answers, or the workflow's verify-identity proves who asks before anything is said")
_PROACTIVE = (
    WORKS,
    "said to whom the site's signals (POST /api/v1/signals) are about, once evidence or a person allows",
)
_MODEL = (
    WORKS,
    "a language model writes drafts by it, once one is set up (DESKHAND_MODEL_URL); till then articles are quoted",
)
_MOOD = (WORKS, "every question is judged from -1 to 1; under the threshold a person answers")
_SHOWN = (HOST, "in the article itself, which every answer links to")

_CATEGORY: Mapping[str, Verdict | Judge] = {
    "name": (WORKS, "a category"),
    "description": (NOT_YET, "keywords alone decide for now"),
    "keywords.**": (WORKS, "tickets are classified by it"),
    "confidence": (WORKS, "below it a person answers"),
    "autoResolve": (WORKS, "asks for answers by itself, as soon as evidence allows"),
    "requiresHuman": (WORKS, "a person answers"),
    "requireHuman": (WORKS, "a person answers"),
    "urgent": (WORKS, "sets the priority"),
    "priority": (WORKS, "sets the priority"),
    "assignTo": (WORKS, "assigns the team, which must exist in the helpdesk"),
    "escalateTo": (WORKS, "assigns the team, which must exist in the helpdesk"),
    "sla": (WORKS, "written as the SLA target"),
    "knowledgeBase": verdicts.quotes,
    "requiresContext.**": (
        WORKS,
        "looked up, else asked for, twice at most, where the category has a workflow that needs it",
    ),
    "requiresAuth": _CHECK,
    "authentication": (WORKS, "a person answers, and sees to who asks"),
    "authenticationRequired": _CHECK,
    "requireVerification": _CHECK,
    "requireDocumentation": (
        WORKS,
        "a person answers; what the workflow's collect-details requires is asked for first",
    ),
    "complianceReview": (
        WORKS,
        "nothing leaves before compliance has released it; the note says who may, and the contact `compliance` is told",
    ),
    "alertSecurity": (WORKS, "a person answers, it is urgent, and the contact `security-team` is told at once"),
}

_MAY_BE_EMPTY = (
    "channels",
    "channels.*.widget",
    "classification.*",
    "classification.*.categories",
    "autoResponse",
    "autoResponse.*",
    "escalation",
    "escalation.*",
    "contacts",
    "contacts.*",
    "agents",
    "agents.*",
    "escalation.assignment",
    "escalation.assignment.*",
    "escalation.teams",
    "facts",
    "guides",
    "limits",
    "limits.*",
    "modes",
    "modes.categories",
    "knowledge",
    "templates",
)

TABLE: tuple[tuple[str, Verdict | Judge], ...] = (
    ("service", (WORKS, "the configuration's name")),
    # channels
    ("channels.*.address.**", verdicts.address),
    ("channels.*.type", verdicts.channel),
    ("channels.*.widget.proactive.**", _PROACTIVE),
    ("channels.*.widget.**", (HOST, "set the chat window's looks in the helpdesk")),
    ("channels.*.autoReply", (HOST, "the helpdesk's own confirmation of receipt; answers follow `modes`")),
    ("channels.*.responseTime", (WORKS, "the SLA target on this channel, where it is the shorter one")),
    ("channels.*.number", (HOST, "connect the number in the helpdesk")),
    ("channels.*.keywords.**", verdicts.keyword),
    ("channels.*.integration", (HOST, "connect it with `deskhand connect`; the name is for people")),
    ("channels.*.context.**", (WORKS, "shown to people in the note, where the helpdesk says it of the customer")),
    ("channels.*.threadTracking", (HOST, "the helpdesk keeps mail threads together")),
    ("channels.*.sharedChannels", (HOST, "allow it at the vendor; internal text never goes there")),
    ("channels.*.encryption", (HOST, "switch it on in the helpdesk or the mail server")),
    (
        "channels.*.authentication",
        (
            HOST,
            "require it where customers sign in; a code of ours is asked for besides, where a workflow proves who asks",
        ),
    ),
    ("channels.*.recording", (HOST, "switch call recording on in the telephone system")),
    ("channels.*.transcription", (HOST, "switch transcription on in the telephone system")),
    (
        "channels.*.dlp",
        (
            HOST,
            "switch it on in the mail server; our own words leave without cards, account numbers and passwords in any case",
        ),
    ),
    # classification
    ("classification.sentiment.**", _MOOD),
    ("classification.vip.criteria.**", (WORKS, "compared with what the host knows about the customer")),
    ("classification.vip.enabled", (WORKS, "VIPs are answered by a person")),
    ("classification.vip.priorityLevel", (WORKS, "the least priority of a VIP's ticket")),
    *((f"classification.{where}.{key}", v) for where in ("*.*", "*.categories.*") for key, v in _CATEGORY.items()),
    # answers
    ("autoResponse.*.enabled", (WORKS, "false: a person answers; true: answers follow `modes`")),
    ("autoResponse.*.requireHuman", (WORKS, "a person answers")),
    ("autoResponse.*.workflow.*.sla", (WORKS, "the SLA target of what it names, such as a periodic update")),
    ("autoResponse.*.workflow.**", verdicts.step),
    (
        "autoResponse.*.knowledgeBase.source",
        (WORKS, "its answers come first, where an origin has that name; else none"),
    ),
    ("autoResponse.*.knowledgeBase.includeVideos", _SHOWN),
    ("autoResponse.*.knowledgeBase.includeReviews", (HOST, "have their pages indexed with `deskhand index`")),
    ("autoResponse.*.knowledgeBase.includeSimilarProducts", (WORKS, "links to other pages that fit, 3 at most")),
    ("autoResponse.*.knowledgeBase.**", (WORKS, "false: compared by words alone; true: by meaning too")),
    ("autoResponse.*.response.format", verdicts.form),
    ("autoResponse.*.response.includeRelatedArticles", (WORKS, "how many other articles an answer links to")),
    ("autoResponse.*.response.**", _SHOWN),
    ("autoResponse.*.authentication.methods.*", verdicts.method),
    ("autoResponse.*.authentication.**", (WORKS, "who asks is proven first, where the workflow has verify-identity")),
    ("autoResponse.*.*.**", verdicts.self_service),
    # chatbot
    ("chatbot.fallbackToHuman.triggers.**", (WORKS, "a person answers when it is so")),
    ("chatbot.handoff.triggers.**", (WORKS, "a person answers when it is so")),
    ("chatbot.compliance.noPII", verdicts.private),
    (
        "chatbot.compliance.approved Responses",
        (WORKS, "only messages that somebody approved are sent: see `deskhand account approve`"),
    ),
    ("chatbot.compliance.noFinancialAdvice", (WORKS, "a person answers who asks for advice; no answer gives any")),
    ("chatbot.compliance.disclaimers", (WORKS, "every answer ends with one, in the customer's language")),
    ("chatbot.compliance.**", (WARNING, "is empty: leave it out or fill it")),
    ("chatbot.limitations.*", verdicts.limit),
    ("chatbot.engine", _MODEL),
    ("chatbot.personality", verdicts.voice),
    ("chatbot.systemPrompt", (WORKS, "a model reads it after our own rules, which it cannot widen")),
    ("chatbot.contextWindow", (WORKS, "how many of the newest messages a model reads")),
    ("chatbot.temperature", _MODEL),
    ("chatbot.tools.*.name", verdicts.tool),
    ("chatbot.tools.*.description", (WORKS, "a model reads it after our own description of what it may look up")),
    ("chatbot.integrations.*.**", verdicts.wish),
    ("chatbot.**", (WARNING, "is empty: leave it out or fill it")),
    # escalation
    ("escalation.sla.**", (WORKS, "written as the SLA target")),
    ("escalation.routing.**", (WORKS, "tickets are routed by it")),
    ("escalation.triggers.*.notify.**", verdicts.told),
    ("escalation.triggers.*.preserveContext", (HOST, "the ticket keeps all that was said; the briefing comes on top")),
    ("escalation.triggers.**", (WORKS, "sets off what it says: priority, team, tag and a briefing in the ticket")),
    ("escalation.businessHours.outsideHours.escalateUrgent", (WORKS, "urgent tickets are brought to who is on call")),
    (
        "escalation.businessHours.outsideHours.**",
        (WORKS, "the note offers the message; it is sent only with a permission"),
    ),
    ("escalation.businessHours.**", (WORKS, "what business hours and days are counted in")),
    ("escalation.teams.*.outsideHours.**", (WARNING, "is read for the account only: see escalation.businessHours")),
    ("escalation.teams.**", (WORKS, "when that team works: its agents are given nothing outside of it")),
    ("escalation.assignment.to", (WORKS, "agent: on to whoever of the team has room; team: the helpdesk's own way")),
    ("escalation.assignment.**", (WORKS, "counts when tickets are given to agents")),
    ("escalation.warnShare", (WORKS, "people are warned when this share of the promised time is left")),
    ("agents.*.hours.outsideHours.**", (WARNING, "is read for the account only: see escalation.businessHours")),
    ("agents.**", (WORKS, "joined with what the helpdesk says of that agent, by mail address or id")),
    ("escalation.*.sla", verdicts.topic),
    ("escalation.*.route-to", verdicts.topic),
    ("escalation.*.notify.**", verdicts.told),
    ("escalation.*.immediate", verdicts.about),
    ("escalation.*.**", verdicts.about),
    # the rest
    ("integrations.*.**", verdicts.integration),
    ("integrations.**", (WARNING, "is empty: leave it out or fill it")),
    ("compliance.encryption", verdicts.encrypted),
    ("privacy.consent.required.**", (WORKS, "is done only for people who said yes")),
    ("privacy.consent.fields.*", (WORKS, "the host's field that says what a person consented to")),
    ("privacy.retention.*", (WORKS, "how long it is kept; deleted by the clock, never while anything waits")),
    ("privacy.**", (WARNING, "is empty: leave it out or fill it")),
    (
        "compliance.retentionPeriod",
        (WORKS, "how long the audit trail is kept; seven years without it, longer under a legal hold"),
    ),
    ("compliance.recordingRequired", (HOST, "switch recording on in the telephone system and the helpdesk")),
    (
        "compliance.redact.**",
        (
            WORKS,
            "taken out of customers' messages for good, where the vendor can; where it takes out whole messages only, what "
            "they said without it is noted first",
        ),
    ),
    ("compliance.enabled", (WORKS, "false: no standard is checked and nothing is taken out of the helpdesk")),
    ("compliance.standards.*", verdicts.keeps_to),
    ("compliance.reviewers.*", (WORKS, "releases what `complianceReview` holds back, and nobody else does")),
    ("compliance.**", (WARNING, "is empty: leave it out or fill it")),
    ("monitoring.fraud-detection.*", verdicts.watched_for),
    ("monitoring.compliance.*.*", verdicts.monitored),
    ("monitoring.**", (WARNING, "is empty: leave it out or fill it")),
    ("analytics.metrics.**", verdicts.figure),
    ("analytics.dashboards.**", verdicts.dashboard),
    ("analytics.customMetrics.*.*", verdicts.own_figure),
    ("analytics.reporting.frequency", verdicts.frequency),
    ("analytics.reporting.recipients.**", verdicts.told),
    ("analytics.reporting.hour", (WORKS, "the local hour at which a report is sent")),
    ("analytics.alerts.**", (WORKS, "when it holds for the last week, recipients are told, once until it is over")),
    ("analytics.costs.*", (WORKS, "what cost-per-ticket and the return on investment are made with")),
    ("analytics.**", (WARNING, "is empty: leave it out or fill it")),
    ("contacts.*.acknowledgeMinutes", (WORKS, "minutes after which the next one is told, unless somebody has it")),
    ("contacts.*.then", verdicts.told),
    ("contacts.*.*", (WORKS, "how somebody is told; see `deskhand doctor` for mail and pager")),
    ("facts.**", (WORKS, "a fact of your own, which conditions may ask about")),
    ("guides.*.title", (WORKS, "how the guide is called in notes")),
    ("guides.**", (WORKS, "a step of the guide: asked twice at most, then a person")),
    ("answers.perDay", (WORKS, "no more answers than this leave within 24 hours without a person")),
    ("answers.perRequesterPerDay", (WORKS, "the same for one customer, over all tickets")),
    ("answers.**", (WARNING, "is empty: leave it out or fill it")),
    (
        "experiments.*.variants.*.style",
        (WORKS, "concise quotes one passage; the others are how a language model writes"),
    ),
    ("experiments.*.variants.*.engine", (WORKS, "the model of this variant, once it is set up")),
    ("experiments.*.variants.**", (WORKS, "how this variant answers; it needs evidence of its own")),
    ("experiments.**", (WORKS, "customers are drawn once and stay; see `deskhand experiment`")),
    ("training.**", (WORKS, "when the classifier learns from what people teach; see `deskhand retrain`")),
    ("limits.*.*", (WORKS, "no more money is moved than this, whoever approves it")),
    ("modes.default", (WORKS, "how much every category may do, as far as evidence allows")),
    ("modes.categories.**", (WORKS, "how much this category may do, as far as evidence allows")),
    ("knowledge.enabled", (WORKS, "whether drafts quote articles")),
    ("knowledge.passages", (WORKS, "how many passages a draft may look at")),
    *(
        (f"templates.{name}", (WORKS, "stands in every answer"))
        for name in ("greeting", "closing", "disclosure", "human")
    ),
    (
        "templates.**",
        (WORKS, "a message with named fields: where one is missing, nothing is sent and the note says which"),
    ),
    *((path, (WARNING, "is empty: leave it out or fill it")) for path in _MAY_BE_EMPTY),
)
