"""How soon a person needs an answer, 0 to 1, from what they say: cues, deadlines, loss. Nothing about priorities lives here."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Signal:
    """A number from 0 to 1 and the names of the cues behind it; holds no customer text."""

    value: float
    cues: tuple[str, ...]


@dataclass(frozen=True)
class Cue:
    """Words that point one way, and how strongly: weights of several cues add up like independent chances."""

    name: str
    weight: float
    pattern: re.Pattern[str]


def cue(name: str, weight: float, words: str) -> Cue:
    """A cue of these words, whole and in any case."""
    return Cue(name, weight, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE))


CUES = (
    cue(
        "says_urgent",
        0.6,
        r"urgent|urgently|asap|a\.s\.a\.p\.?|emergency|immediately|right away|right now|straight away|(?:fix|stop|do|solve|answer|help)(?: me| this| it| us)? now|critical|dringend|eilig|sofort|notfall|schnellstmöglich|"
        r"urgente|urgentemente|cuanto antes|inmediatamente|emergencia|urgence|immédiatement|au plus vite|subito|urgentissimo|spoed|onmiddellijk|imediatamente|срочно",
    ),
    cue("production_down", 0.7, r"(?:site|website|shop|store|system|server|service|production|everything|app|api|checkout|platform|network|database) (?:is|are|has been|was|went) (?:completely |all )?(?:down|offline|broken)|outage|production (?:down|issue|incident)|all (?:of )?our (?:users|customers)|entire (?:team|company)|(?:team|nobody|everyone|none of us|we) can(?:not|'t| not) (?:log ?in|work|sell)"),
    cue("money_or_access_lost", 0.5, r"hacked|stolen|fraud(?:ulent)?|unauthori[sz]ed|compromised|locked out|can(?:'|no)t access|losing (?:money|customers|sales|\w+ (?:every|an|per) (?:hour|minute|day))|someone (?:else )?(?:logged|signed|is logged|got) in(?:to)?|gestohlen|gehackt|robad[oa]|volée?|piraté|rubat[oa]"),
    cue("deadline", 0.45, r"(?:by|before|until) (?:today|tonight|the end of|tomorrow|noon|midnight|end of (?:the )?day|eod|cob|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{1,2}(?::\d\d)? ?[ap]m)|deadline|due (?:today|tomorrow)|(?:expires?|closes?|ends?|starts?|leav\w+|travel\w*|fly\w*|event|concert|wedding|exam|holiday|demo|launch)(?: \w+){0,4} (?:today|tonight|tomorrow|this (?:morning|afternoon|evening))|tonight's|(?:with)?in (?:an|one|two|three|a few|\d) (?:hours?|minutes?)|bis (?:heute|morgen|freitag|montag)|antes de(?:l)? (?:hoy|mañana|viernes)|avant (?:demain|ce soir|vendredi)|entro (?:oggi|domani)"),
    cue("soon", 0.25, r"today|tonight|tomorrow|as soon as possible|quickly|hurry|heute|morgen|hoy|mañana|aujourd'hui|demain|oggi|domani|vandaag|hoje|сегодня"),
    cue("waited", 0.25, r"(?:still|been) waiting|no (?:reply|response|answer)|(?:second|third|fourth) (?:time|email|message|request)|\d+ (?:days|weeks|months) (?:ago|now|later|already)|for (?:\d+|several|many|two|three) (?:days|weeks|months)|seit \d+ (?:tagen|wochen)|hace \d+ (?:días|semanas)|depuis \d+ (?:jours|semaines)"),
    cue("health_or_safety", 0.6, r"fire|smoke|burn(?:t|ed|ing)|injur(?:y|ed)|unsafe|dangerous|medication|medicines?|insulin|gas leak|hospital|verletzt|gefährlich|peligros[oa]|dangereu(?:x|se)|pericolos[oa]"),
)  # fmt: skip
CALM = cue(
    "calm",
    -0.5,
    r"no rush|not urgent|no hurry|at some point|(?:my|for my) own curiosity|just wanted to (?:say|share|thank)|whenever you (?:can|have time)|when you get a chance|just (?:curious|wondering)|nicht eilig|sin prisa|pas urgent|non è urgente|geen haast|sem pressa",
)
READ = 4_000
CONTENT, CONTENT_WAITS = 0.5, 0.5


def urgency(text: str, feeling: float = 0.0) -> Signal:
    """0 (whenever) to 1 (now). Who is content (``feeling`` is the sentiment) can wait."""
    found = weigh(text, CUES, base=0.1)
    if feeling >= CONTENT:
        return Signal(round(found.value * CONTENT_WAITS, 3), found.cues)
    if CALM.pattern.search(text[:READ]):
        return Signal(round(found.value * (1 + CALM.weight), 3), (*found.cues, CALM.name))
    return found


def weigh(text: str, cues: tuple[Cue, ...], base: float) -> Signal:
    """The chance that at least one cue is right, starting from ``base``; cues inside four words of "not" count as usual."""
    spared, names = 1 - base, []
    for known in cues:
        if known.pattern.search(text[:READ]):
            spared *= 1 - known.weight
            names.append(known.name)
    return Signal(round(1 - spared, 3), tuple(names))
