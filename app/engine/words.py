"""Text as words that can be compared: folded, without accents, lightly stemmed, with stop words known. No meaning lives here."""

import re
import unicodedata

_SHORT_IS = re.compile(r"\b(where|what|how|when|who|why|it|that|there)['\u2019]s\b")
_WORD = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
"""Scripts without spaces give one word a character, so that phrases of them still match."""
_ENDINGS = ("ing", "ed", "es", "s")
_LEAST_STEM = 3

_COMMON = """
a an and any are as at be been but by can could did do does for from get had has have hello hey hi how i if in is it its
just like me my no not of on one or our out please so some than thank thanks that the their them then there these they
this to too up us want was we were what when where which who why will with would yes you your am cant dont im ive
der die das den dem des ein eine einen einem einer und oder ist sind war ich du er sie es wir ihr mein meine nicht kein
mit von zu zum zur auf aus bei fur wie was wo wann warum kann hallo bitte danke haben habe hat
el la los las un una unos unas y o son mi mis tu su de del en por para con que como donde cuando se lo hola
gracias favor puedo le les et ou est sont je il elle nous vous mon ma mes votre dans sur pour avec qui
comment quand pas bonjour merci peux os um uma e meu minha seu da dos das em na com onde quando nao ola obrigado posso
"""
STOP_WORDS = frozenset(_COMMON.split())
"""Words that say nothing about the subject, folded, in English, German, Spanish, French and Portuguese."""


def fold(text: str) -> str:
    """Lower case without accents; ``where's`` becomes ``where is``, other apostrophes vanish."""
    plain = _SHORT_IS.sub(r"\1 is", text.casefold())
    plain = plain.replace("'", "").replace("\u2019", "")
    marks = unicodedata.normalize("NFKD", plain)
    return unicodedata.normalize("NFC", "".join(c for c in marks if not unicodedata.combining(c)))


def words(text: str) -> list[str]:
    """The folded words in order."""
    return _WORD.findall(fold(text))


def stem(word: str) -> str:
    """A word without its commonest English ending, the same for all its forms; never shorter than three letters."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    if word.endswith("e") and len(word) > _LEAST_STEM:
        return word[:-1]
    return f"{word[:-1]}i" if word.endswith("y") and len(word) > _LEAST_STEM else word


def stems(text: str) -> list[str]:
    """The stems of all words in order."""
    return [stem(word) for word in words(text)]


def meaningful(text: str) -> list[str]:
    """The stems that carry meaning, each once, in order: neither stop words nor single Latin letters."""
    kept = (w for w in words(text) if w not in STOP_WORDS and (len(w) > 1 or not w.isascii()))
    return list(dict.fromkeys(stem(w) for w in kept))
