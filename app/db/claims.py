"""What evidence would have to be about: a decision bound to everything that it was made with, as it stood then."""

from sqlalchemy.orm import Session

from app.db import accounts, articles
from app.db.judgements import Judged
from app.engine.configuration import load
from app.engine.evidence import Claim, digest
from app.engine.policy import REPLY


def of(session: Session, account_id: str, judged: Judged) -> Claim:
    """The claim of a reply like this one. Raises UnknownRecord when nothing was configured then."""
    at = judged.decision.at
    configured = accounts.configuration(session, account_id, at)
    settled = load(configured.text, name=configured.name)
    knowledge = articles.version(session, account_id, at)
    bound = digest(judged.classification.engine, judged.draft.engine, knowledge, settled.digest)
    return Claim(account_id, judged.classification.category, REPLY, bound)
