"""How a customer feels and what may follow: sentiment, emotion, urgency, churn risk, satisfaction. Each says which words told it."""

from app.nlp.mood.churn import churn_risk
from app.nlp.mood.satisfaction import Outcome, satisfaction
from app.nlp.mood.sentiment import emotion, sentiment
from app.nlp.mood.urgency import urgency

__all__ = ["Outcome", "churn_risk", "emotion", "satisfaction", "sentiment", "urgency"]
