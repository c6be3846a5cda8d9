"""What we call our fields and tags in a host, and the titles that an admin sees there. Writing them is the gate's part."""

from collections.abc import Mapping
from types import MappingProxyType

CATEGORY = "deskhand_category"
CONFIDENCE = "deskhand_confidence"
MODE = "deskhand_mode"
DECISION = "deskhand_decision"
SLA_TARGET = "deskhand_sla_target"
DUE = "deskhand_due"
LANGUAGE = "deskhand_language"
SENTIMENT = "deskhand_sentiment"

TITLES: Mapping[str, str] = MappingProxyType(
    {
        CATEGORY: "Deskhand: category",
        CONFIDENCE: "Deskhand: confidence",
        MODE: "Deskhand: mode",
        DECISION: "Deskhand: decision",
        SLA_TARGET: "Deskhand: SLA target",
        DUE: "Deskhand: first reply due (UTC)",
        LANGUAGE: "Deskhand: language",
        SENTIMENT: "Deskhand: sentiment",
    }
)
"""Name -> title, as ``Prepares.prepare`` takes them."""

TAG = "deskhand"
"""On every ticket that Deskhand has written to."""
ESCALATED_TAG = "deskhand_escalated"
"""On a ticket that a person has to see to out of the ordinary order."""
SPAM_TAG = "deskhand_spam"
"""On a ticket of somebody unknown that looks like spam or abuse: it stays open, and nobody is bothered because of it."""
MERGED_TAG = "closed_by_merge"
"""On a ticket that became a part of another one: put there by the host itself."""
INCIDENT_TAG = "deskhand_incident"
"""On each ticket of what looks like one incident."""
PRESSED: Mapping[str, str] = MappingProxyType(
    {
        "deskhand_acknowledge": "acknowledge",
        "deskhand_merge": "merge",
        "deskhand_status_update": "incident",
    }
)
"""Tags by which a person presses a button of ours where a vendor has none: tag -> the click's action. Taken away once heard."""
TEST_TAG = "deskhand_test"
"""On a ticket that we made to look at something: it is counted nowhere, and billed never."""
RESUME_TAG = "deskhand_resume"
"""A human puts it on a ticket to hand it back to Deskhand."""


def category_tag(category: str) -> str:
    """The tag for a category; hosts lower-case tags and split them at spaces, so neither survives here."""
    return f"{TAG}_{'_'.join(category.lower().split())}"
