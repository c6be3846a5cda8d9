"""How likely a customer is to leave, 0 to 1, from what is said, the mood, and how often they had to write."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

from app.nlp.mood.urgency import Signal, cue, weigh

CUES = (
    cue("cancels", 0.65, r"cancel (?:my|our|the|this) (?:\w+ )?(?:subscription|account|plan|contract|membership|service)|(?:close|delete|terminate) (?:my|our) account|unsubscribe me|kündig\w*|darme de baja|cancelar (?:mi|nuestra|la) (?:cuenta|suscripción)|résilier|désabonner|disdire|opzeggen|cancelar (?:minha|a) (?:conta|assinatura)"),
    cue("names_rival", 0.5, r"switch(?:ing)? to|moving to|mov(?:e|ing) (?:away|elsewhere)|(?:your|a) competitors?|go(?:ing)? elsewhere|look(?:ing)? for (?:an |another )?(?:alternative|other)s?|(?:than|as) my (?:last|old|previous) (?:provider|company|bank)|why we still use|stay away|another (?:provider|company|shop|bank|vendor)|anderen anbieter|konkurrenz|competencia|concurrents?|concorrenza|concorrência"),
    cue("never_again", 0.6, r"never (?:again|buy|order|use|shop|come back)|last time i|no more chances|zero stars|go bankrupt|worst (?:purchase|company|shop|decision)|want out of|lost (?:me as )?a customer|done with (?:you|this)|nie wieder|nunca más|plus jamais|mai più|nooit meer|nunca mais"),
    cue("wants_money_back", 0.3, r"(?:full )?refund|money back|chargeback|disput(?:e|ing) (?:the|this|that) (?:charge|payment)|(?:my )?(?:lawyer|solicitor)|geld zurück|reembolso|remboursement|rimborso|terugbetaling"),
    cue("considers_leaving", 0.4, r"(?:considering|thinking (?:about|of)) (?:leaving|cancel\w*|switching)|(?:have|want|going) to (?:cancel|leave|switch)|not (?:worth|renewing)|won't renew|too expensive|zu teuer|demasiado caro|trop cher|troppo caro|te duur|caro demais"),
    cue("loyal_but_hurt", 0.2, r"(?:loyal|long[- ]?time|long[- ]?standing) customer|customer (?:for|since)|stammkunde|cliente (?:fiel|desde)|client (?:fidèle|depuis)"),
)  # fmt: skip


def churn_risk(text: str, feeling: float, messages: int = 1) -> Signal:
    """0 to 1. ``feeling`` is the sentiment, ``messages`` how many the customer has written in this ticket."""
    found = weigh(text, CUES, base=0.05)
    spared, cues = 1 - found.value, list(found.cues)
    if feeling < -0.3:
        spared *= 1 + 0.35 * feeling
        cues.append("unhappy")
    if messages >= 4:
        spared *= 0.85
        cues.append("wrote_often")
    return Signal(round(1 - spared, 3), tuple(cues))
