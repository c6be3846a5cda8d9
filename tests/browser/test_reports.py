"""Report pages in a real browser, from disk: they fit, they load nothing, and what is hostile in them stays text."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.reports import sheets
from app.reports.sheets import BAD, GOOD, Bar, Card, Cell, Chart, Grid, Sheet
from tests.builders import NOON

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=document.title='owned'>"
LONG = "resolved-by-kb / total-kb-suggestions of a very long name indeed, longer than any telephone is wide"
SHEET = Sheet(
    title="Shop: Sunday, 01 March 2026",
    about=HOSTILE,
    made_at=NOON,
    warnings=(f"Queue: 61 tickets {LONG}",),
    cards=[Card(f"Figure {n}", "2 h 53 min", "before: 1 h", (GOOD, BAD, "")[n % 3]) for n in range(18)],
    charts=[
        Chart(
            "Course", [Bar(f"{n}.3.", "99", 0.5, 0.4) for n in range(1, 15)], legend=("ours", "people"), upright=True
        ),
        Chart(
            "About", [Bar(LONG, "482 confirmed, 144 assumed, 69 came back", 0.6, 0.2, 0.5, 0.7), Bar(HOSTILE, "1", 0.1)]
        ),
    ],
    grids=[
        Grid("Own", ("figure", "value", "made of"), [[Cell(LONG), Cell("0.83", figure=True), Cell(LONG)]]),
        Grid("Links", ("ticket",), [[Cell("8812", "https://shop.example/8812")], [Cell("bad", "javascript:alert(1)")]]),
        Grid("Empty", ("nothing",), []),
    ],
)


@pytest.fixture(params=["page", "mail"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    drawn = tmp_path / f"{request.param}.html"
    drawn.write_text({"page": sheets.page, "mail": sheets.mail}[request.param](SHEET), encoding="utf-8")
    return drawn


@pytest.fixture(params=[(1100, "light"), (390, "dark")], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser, file: Path) -> Iterator:
    width, scheme = request.param
    opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened.asked, opened.said = [], []
    opened.on("request", lambda one: opened.asked.append(one.url))
    opened.on("console", lambda one: opened.said.append(one.text))
    opened.goto(file.as_uri())
    yield opened
    opened.close()


def test_it_fits_loads_nothing_and_runs_nothing(page, file: Path) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.asked == [file.as_uri()]
    assert page.said == []
    assert page.title() == SHEET.title
    assert page.get_by_text(HOSTILE, exact=False).count() >= 1
    assert page.locator("a").evaluate_all("all => all.map(a => a.href)") == ["https://shop.example/8812"]


def test_the_bars_are_as_long_as_what_they_say(browser, tmp_path: Path) -> None:
    drawn = tmp_path / "page.html"
    drawn.write_text(sheets.page(SHEET), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.goto(drawn.as_uri())
    whole, first, second = (
        page.locator(".bar svg")
        .first.locator("rect")
        .evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
    )
    assert (first / whole, second / whole) == (pytest.approx(0.6, abs=0.01), pytest.approx(0.2, abs=0.01))
    page.close()
