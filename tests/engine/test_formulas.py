"""Formulas over figures, and what figures should be: read when saved, worked out later, never evaluated as Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.formulas import Formula, FormulaError, formula, kebab, target
from app.engine.measures import MEASURES

SEED = "resolved-by-kb / total-kb-suggestions"


def value(text: str, **known: float) -> float | None:
    given = {name.replace("_", "-"): one for name, one in known.items()}
    return formula(text, MEASURES).worked_out(given)


def test_the_users_own_formula() -> None:
    read = formula(SEED, MEASURES)
    assert read.names == ("resolved-by-kb", "total-kb-suggestions")
    assert read.worked_out({"resolved-by-kb": 3, "total-kb-suggestions": 4}) == 0.75


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("held - postponed", 3),
        ("held-postponed", None),
        ("(held + 1) * 2", 12),
        ("-held", -5),
        ("held / (postponed - 2)", None),
        ("agents / held", None),
        ("autoResolved + 1", 8),
    ],
)
def test_what_comes_out(text: str, expected: float | None) -> None:
    if text == "held-postponed":
        with pytest.raises(FormulaError):
            formula(text, MEASURES)
        return
    assert value(text, held=5, postponed=2, auto_resolved=7) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "held /",
        "held postponed",
        "held ** 9",
        "held // 2",
        "__import__('os')",
        "held.real",
        "held if held else 1",
        "[held]",
        "lambda: 1",
        "held; 1",
        "9" * 30,
        "(" * 30 + "held" + ")" * 30,
        "held, held",
        "nothing-of-ours",
        "held == 1",
    ],
)
def test_what_is_no_formula_is_refused_in_words(text: str) -> None:
    with pytest.raises(FormulaError, match=r".+; .+"):
        formula(text, MEASURES)


@given(st.text(max_size=60) | st.from_regex(r"[a-z()+*/ .\-0-9]{0,60}", fullmatch=True))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    try:
        assert isinstance(formula(text, MEASURES), Formula)
    except FormulaError as refused:
        assert refused.remedy is not None


@pytest.mark.parametrize(
    ("text", "met", "missed"),
    [("< 5m", 299, 300), (">= 90%", 0.9, 0.89), ("> 4.5", 4.6, 4.5), ("<= 2h", 7200, 7201), ("== 0", 0, 1)],
)
def test_targets(text: str, met: float, missed: float) -> None:
    wanted = target(text)
    assert (wanted.met(met), wanted.met(missed), wanted.met(None)) == (True, False, None)


@pytest.mark.parametrize("text", ["5m", "< ", "< 5 parsecs", "< five", "", "<< 5"])
def test_what_is_no_target(text: str) -> None:
    with pytest.raises(FormulaError):
        target(text)


@pytest.mark.parametrize("name", ["automationRate", "automation-rate", "automation_rate", "automation rate"])
def test_one_form_for_all_spellings(name: str) -> None:
    assert kebab(name) == "automation-rate"
