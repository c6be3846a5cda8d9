"""An approved proposal becomes knowledge: an article of the account's own, quoted until its help centre says the same."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db import articles
from app.engine.gaps import Kind, Proposal
from connectors.types import Article

ORIGIN = "approved"
"""Where such articles are from."""


def publish(session: Session, account_id: str, proposal: Proposal, at: datetime) -> Article:
    """Keep what was approved as an article; a correction is the old page with that sentence replaced."""
    page = next((one for one in articles.listed(session, account_id) if one.id == proposal.source), None)
    text = proposal.proposed
    if page is not None and proposal.kind is Kind.CORRECTION and proposal.was in page.text:
        text = page.text.replace(proposal.was, proposal.proposed)
    article = Article(
        id=proposal.id,
        title=proposal.title or proposal.category.replace("-", " ").replace("_", " ").capitalize(),
        text=text,
        url=page.url if page else "",
        locale=page.locale if page else proposal.locale,
        restricted=page.restricted if page else False,
        updated_at=at,
    )
    articles.upsert(session, account_id, ORIGIN, [article], at)
    return article
