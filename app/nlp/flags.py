"""What forbids an automatic reply: a wish for a human, law, security, spam, abuse, machines. Words in eight languages; ours."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

import re
from collections.abc import Mapping

READ = 8_000


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


HUMAN = _any(
    r"(?:speak|talk|chat|connect|transfer|put|get)(?: me)? (?:to|with|through to) (?:a |an |another |your |some |the )?(?:real |live |actual )?(?:human|person|people|agent|representative|rep|someone|somebody|manager|supervisor|operator)",
    r"(?:real|live|actual) (?:human|person|agent)|human (?:agent|please|being|support)|(?:i'd like|would like|give me|get me|want) (?:a|an|to (?:talk|speak) to a) (?:real )?(?:human|person|manager|supervisor)|(?:need|require) (?:a|an) (?:human|agent|manager|supervisor)",
    r"no (?:more )?(?:bots?|robots?|ai|automated)|not a (?:bot|robot)|stop (?:the )?bot|call me(?: back)?|is this a bot",
    r"(?:mit )?(?:einem|einer|eine[nm]? echten) (?:menschen|mitarbeiter\w*|person) (?:sprechen|reden)|echten? menschen|mitarbeiter sprechen|mit (?:jemande[mn]|jemand) (?:sprechen|reden)",
    r"hablar con (?:una? )?(?:persona|humano|agente|alguien)|agente humano|persona real|parler (?:à|avec) (?:un|une|quelqu'un)[^.!?\n]{0,20}|conseiller humain|[eê]tre humain|vrai(?:e)? (?:personne|humain)",
    r"parlare con (?:una? )?(?:persona|operatore|umano|qualcuno)|operatore umano|(?:met )?(?:een (?:echte? )?(?:mens|medewerker|persoon)|iemand) (?:te )?(?:spreken|praten)|echt persoon|falar com (?:uma? )?(?:pessoa|humano|atendente|algu[eé]m)|позовите (?:человека|оператора)|оператора",
)
ALONE = re.compile(
    r"^\W*(?:bitte )?(?:a |to |eine?n? |une? |una? |uma? |een )?(?:human|person|agent|representative|operator|mensch(?:en)?|mitarbeiter(?:in)?|persona|humano|agente|humain|personne|"
    r"conseill[eè]re?|umano|operatore|mens|medewerker|pessoa|atendente|человек|оператор)"
    r"(?:,? (?:please|now|bitte|por favor|s'il vous pla[iî]t|per favore|alstublieft|graag|пожалуйста))?\W*$",
    re.IGNORECASE,
)
"""The one word that every message of ours offers, and its like: all that somebody wrote."""
LEGAL = _any(
    r"lawyers?|attorneys?|solicitors?|legal action|lawsuit|(?:will|to|gonna|could|going to) sue|suing you|(?:in|to|small claims) court|small claims|subpoena|cease and desist|litigation|legal department|law firm|legal proceedings",
    r"gdpr|ccpa|data protection (?:officer|authority)|right to (?:be forgotten|erasure)|subject access request|consumer protection|ombudsman|trading standards|better business bureau|bbb|regulator|attorney general|chargeback",
    r"anwalt|anwältin|rechtsanwalt|verklagen|klage|gericht|rechtliche schritte|dsgvo|verbraucherschutz|verbraucherzentrale",
    r"abogad[oa]|demandar(?:los|les|te)?|denunciar|denuncia|tribunal|acciones legales|rgpd|avocat|poursuites?|porter plainte|tribunaux|mise en demeure|avvocato|denunciare|querela|tribunale|azione legale",
    r"advocaat|aanklagen|rechtszaak|rechtbank|advogado|processar|processo judicial|procon|адвокат|суд",
)
SECURITY = _any(
    r"hacked|hack|hackers?|phishing|phished|data breach|breach(?:ed)?|security (?:issue|incident|vulnerability|hole|flaw|breach)|vulnerabilit(?:y|ies)|exploit|xss|sql injection|csrf|cve-\d{4}-\d+|bug bounty|ransomware|malware|leaked",
    r"(?:account|card|identity|password|data) (?:was|were|has been|have been|is|got|may be|might be)?\s?(?:stolen|compromised|hijacked|taken over|exposed)|stolen (?:card|account|identity)|identity theft|unauthori[sz]ed (?:access|login|transactions?|charges?|payments?)|someone (?:else )?(?:logged|accessed|got|has access|used|is using)[^.!?\n]{0,40}|suspicious (?:login|activity|email|sign)|fraud(?:ulent|ster)?s?",
    r"gehackt|datenleck|sicherheitslücke|gestohlen|betrugsfall|unbefugt\w*|hackead[oa]|robad[oa]|fraude|piraté|volée?|usurpation|fuite de données|hackerat[oa]|rubat[oa]|frode|gestolen|roubad[oa]|взлом\w*|украли",
)
ABUSE = _any(
    r"fuck(?:ing|ers?|ed)?|shit(?:ty|head)?|bitch(?:es)?|assholes?|cunts?|bastards?|dickheads?|motherfuckers?|idiots?|morons?|retard(?:ed|s)?|scumbags?|stupid (?:bot|people|idiots?)|kill (?:you|yourself)|(?:i will|i'll|gonna) (?:kill|hurt|find) you|go to hell",
    r"arschloch|arschlöcher|scheiß\w*|wichser|hurensohn|fick\w*|vollidiot\w*|idioten|puta|mierda|cabr[oó]n(?:es)?|gilipollas|pendejos?|imb[eé]cil(?:es)?|connards?|putain|merde|salopes?|enculés?|stronz[oi]|merda|cazzo|coglion[ei]|klootzak(?:ken)?|kut|hoer|caralho|filho da puta|porra|сука|блядь|идиоты",
)
_SPAM = (
    _any(r"seo (?:services?|ranking|expert|agency)|backlinks?|guest post(?:ing)?|first page of google|rank (?:your|higher)|domain authority|link building|web ?design services?|lead generation|increase (?:your )?(?:traffic|sales|followers)"),
    _any(r"crypto(?:currency)? investment|bitcoin (?:investment|profit)|guaranteed (?:returns?|profit|income)|double your (?:money|bitcoin)|forex trading|make money (?:online|fast|from home)|work from home|passive income"),
    _any(r"viagra|cialis|casino|online gambling|lottery|you(?:'ve| have) won|claim your (?:prize|reward)|inheritance|next of kin|million (?:dollars|usd)|beneficiary|nigerian? prince|hot singles|adult dating|weight loss pills"),
    _any(r"dear (?:sir/madam|business owner|webmaster|beneficiary|friend)|to whom it may concern|we (?:offer|provide|are a leading|specialize)|our (?:company|agency|team) (?:offers?|provides?|speciali[sz]es)|business proposal|partnership (?:opportunity|proposal)"),
    _any(r"click (?:here|the link|below) (?:now|to claim|to unsubscribe)|limited[- ]time offer|act now|100% free|no obligation|unsubscribe (?:here|from this list)|special promotion|risk[- ]free|buy now"),
)  # fmt: skip
_LINK = re.compile(r"https?://", re.IGNORECASE)
_MACHINE_TEXT = _any(
    r"(?:this is an )?auto(?:matic|mated)(?:ally generated)?[ -](?:reply|response|message|e-?mail)|out of (?:the )?office|automatically generated|do[- ]not[- ]reply|noreply|mailer-daemon|delivery status notification|undeliverable|mail delivery (?:failed|subsystem)|message could not be delivered|vacation (?:reply|responder)|read receipt",
    r"abwesenheitsnotiz|automatische antwort|nicht im büro|respuesta automática|fuera de la oficina|réponse automatique|absent du bureau|risposta automatica|fuori ufficio|automatisch antwoord|afwezig|resposta automática|fora do escritório",
)
WORDS: Mapping[str, re.Pattern[str]] = {"human": HUMAN, "legal": LEGAL, "security": SECURITY, "abuse": ABUSE}


def flags(text: str, subject: str = "") -> frozenset[str]:
    """Any of ``human``, ``legal``, ``security``, ``abuse``, ``spam`` and ``machine``, by what is said alone."""
    text = text[:READ].replace("\u2019", "'")
    read = f"{subject[:300]}\n{text}"
    found = {name for name, pattern in WORDS.items() if pattern.search(read)}
    if ALONE.match(text.strip()):
        found.add("human")
    if _is_spam(read):
        found.add("spam")
    if _MACHINE_TEXT.search(read[:600]):
        found.add("machine")
    return frozenset(found)


def _is_spam(text: str) -> bool:
    """Two kinds of sales talk, or one with several links: a customer quoting one offer is no spammer."""
    kinds = sum(bool(pattern.search(text)) for pattern in _SPAM)
    return kinds >= 2 or (kinds == 1 and len(_LINK.findall(text)) >= 2)
