"""Words that carry feeling, in eight languages, from -4 (fury) to 4 (delight). Ours; stems end with ``*``."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

from functools import lru_cache

_LISTS: dict[float, str] = {
    -4.0: "furious disgusting scam scammers fraudsters thieves crooks outrageous atrocious hate despicable fucking fuck wtf betrug* unverschämt* "
    "frechheit abzocke estafa estafadores arnaque scandaleux truffa vergogna oplichting golpe ladrões",
    -3.0: "terrible horrible awful worst unacceptable angry ridiculous appalling pathetic shit bullshit garbage useless disgrace disgraceful incompetent "
    "rude lied lying liars stole stolen cheated nightmare furchtbar schrecklich katastrophe unmöglich wütend schlechteste* inakzeptabel terrible "
    "horrible pésimo inaceptable vergüenza furioso inadmissible honteux catastrophique lamentable nul furieux terribile orribile inaccettabile "
    "pessimo vreselijk belachelijk schandalig péssimo horrível inaceitável vergonha ужасно кошмар отвратительно возмутительно",
    -2.0: "bad frustrated frustrating annoyed annoying disappointed disappointing upset poor broken failed fails failing failure wrong nobody unhappy "
    "complaint complain dissatisfied fed sick tired waste wasted stuck error errors crash* lost missing damaged defective faulty overcharged ignored "
    "declined rejected denied refused unable cannot impossible unfair unhelpful problem problems worse sucks ruined cancel stupid joke schlecht* enttäusch* ärger* "
    "kaputt defekt* falsch* beschwerde unzufrieden verärgert fehler problem* genervt malo mala decepcionad* enfadad* roto queja error problema* molest* "
    "mauvais* déçu* énervé* cassé* erreur problème* plainte mécontent* cattivo deluso delusa arrabbiat* rotto errore reclamo slecht teleurgesteld kapot boos klacht fout* "
    "ruim decepcionado decepcionada quebrado reclamação erro плохо сломан* ошибка проблема жалоба",
    -1.0: "late delay delayed delays slow waiting still again confused confusing unfortunately sorry concerned worried issue issues difficult pending "
    "unexpected expired blocked locked twice incorrect trouble leider wartet warte verspätet langsam immer unklar lento retraso esperando todavía "
    "lamentablemente retard lent attends toujours malheureusement ritardo aspetto ancora purtroppo laat wacht helaas traag atraso esperando ainda infelizmente",
    1.0: "please ok okay fine works working fixed solved resolved helpful nice kind bitte gern funktioniert gelöst amable resuelto funciona utile résolu risolto "
    "gentile opgelost vriendelijk resolvido",
    2.0: "thanks thank good great happy glad appreciate appreciated pleased useful quick quickly easy like well danke vielen gut freundlich* zufrieden schnell "
    "hilfreich gracias bueno bien contento contenta rápido merci bon bien content contente rapide grazie bene buono contento bedankt goed tevreden snel "
    "obrigado obrigada bom satisfeito спасибо хорошо",
    3.0: "excellent awesome amazing wonderful fantastic love perfect brilliant superb delighted best super toll hervorragend perfekt ausgezeichnet wunderbar "
    "excelente perfecto genial maravilloso encanta parfait génial magnifique excellente perfetto ottimo fantastico geweldig perfect uitstekend perfeito ótimo отлично",
    4.0: "ecstatic outstanding phenomenal begeistert increíble incroyable",
}
NEGATIONS = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "nothing",
        "without",
        "isn't",
        "wasn't",
        "aren't",
        "don't",
        "doesn't",
        "didn't",
        "can't",
        "couldn't",
        "won't",
        "wouldn't",
        "cannot",
        "hardly",
        "barely",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "nie",
        "ohne",
        "no",
        "nunca",
        "sin",
        "ne",
        "pas",
        "jamais",
        "sans",
        "non",
        "mai",
        "senza",
        "niet",
        "geen",
        "nooit",
        "não",
        "nunca",
        "sem",
        "не",
        "нет",
    ]
)
BOOSTERS = frozenset(
    [
        "very",
        "really",
        "extremely",
        "so",
        "absolutely",
        "totally",
        "completely",
        "utterly",
        "incredibly",
        "seriously",
        "sehr",
        "wirklich",
        "absolut",
        "total",
        "extrem",
        "muy",
        "realmente",
        "totalmente",
        "très",
        "vraiment",
        "tellement",
        "molto",
        "davvero",
        "assolutamente",
        "erg",
        "heel",
        "echt",
        "muito",
        "realmente",
        "очень",
    ]
)
EMOJI: dict[str, float] = {
    **dict.fromkeys("😀😃😄😁😊🙂🥰😍🤩👍🙏❤💕🎉😘👏💯", 2.5),
    **dict.fromkeys("😡🤬😠👿💢🖕", -3.5),
    **dict.fromkeys("😞😔😟🙁☹😢😭😩😫😤👎💔😒🙄😖", -2.0),
}
SMILES: dict[str, float] = {
    ":)": 1.5,
    ":-)": 1.5,
    ":d": 2.0,
    ";)": 1.0,
    ":(": -1.5,
    ":-(": -1.5,
    ":'(": -2.0,
    ":/": -1.0,
    ">:(": -3.0,
}


def _split() -> tuple[dict[str, float], dict[str, float]]:
    whole: dict[str, float] = {}
    stems: dict[str, float] = {}
    for value, words in _LISTS.items():
        for word in words.split():
            target = stems if word.endswith("*") else whole
            key = word.rstrip("*")
            # A word that two languages share keeps the milder of its values.
            target[key] = min(value, target.get(key, value), key=abs)
    return whole, stems


WHOLE, STEMS = _split()
SHORTEST_STEM = min(map(len, STEMS))


@lru_cache(maxsize=20_000)
def valence(word: str) -> float:
    """The feeling of one lower-case word, 0 for most."""
    found = WHOLE.get(word)
    if found is not None:
        return found
    return next((STEMS[word[:size]] for size in range(len(word), SHORTEST_STEM - 1, -1) if word[:size] in STEMS), 0.0)
