"""Words about somebody's health, in several languages: only those that hardly ever mean anything else."""
# ruff: noqa: E501 - a list of words or one pattern is read better as one line

import re
from collections.abc import Iterator

from app.nlp.personal.types import Kind

WORDS = """
diabetes diabetic cancer tumou?r chemotherapy chemo leuk(?:a)?emia hiv aids hepatitis epilepsy epileptic asthma asthmatic pregnan(?:t|cy)
miscarriage abortion depression bipolar schizophreni[ac] autism autistic adhd ptsd dementia alzheimer'?s parkinson'?s dialysis insulin
antidepressants? chronic illness terminally ill heart attack heart disease stroke patient medical condition medical records? medical history
diagnosed with mental illness eating disorder multiple sclerosis psychiatrist psychotherap\\w+ oncolog\\w+ prescription medication disabilit(?:y|ies)
anxiety disorder panic disorder substance abuse rehab overdose surgery biops(?:y|ies) blood pressure blood test anaphyla\\w+ hospitali[sz]ed
krebs\\w* schwanger\\w* depressionen? diabetiker\\w* epilepsie asthma fehlgeburt schwerbehindert\\w* behinderung krankschreibung chemotherapie
psychotherapie herzinfarkt schlaganfall
cancer enceinte grossesse diab[ée]tique d[ée]pression [ée]pilepsie asthme fausse couche maladie chronique handicap[ée]?e? s[ée]ropositi(?:f|ve)
c[áa]ncer embarazada embarazo diab[ée]tic[oa] depresi[óo]n epilepsia enfermedad cr[óo]nica discapacidad quimioterapia
incinta gravidanza diabetic[oa] tumore depressione
zwanger kanker depressie gr[áa]vida gravidez c[âa]ncer depress[ãa]o
"""

_SINGLE = frozenset(
    {
        "chronic illness", "terminally ill", "heart attack", "heart disease", "stroke patient", "medical condition", "medical history",
        "medical records?", "diagnosed with", "mental illness", "eating disorder", "multiple sclerosis", "anxiety disorder", "panic disorder",
        "substance abuse", "blood pressure", "blood test", "fausse couche", "maladie chronique", "enfermedad cr[óo]nica",
    }
)  # fmt: skip


def _pattern() -> re.Pattern[str]:
    rest = " ".join(WORDS.split())
    for phrase in _SINGLE:
        rest = rest.replace(phrase, " ")
    terms = sorted({*rest.split(), *_SINGLE}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(terms)})\b", re.IGNORECASE)


_TERMS = _pattern()


def health_words(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Every health word."""
    for match in _TERMS.finditer(text):
        yield Kind.HEALTH, match.start(), match.end()
