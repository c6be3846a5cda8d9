"""What ``docs/compliance.md`` says is checked is what is checked; and a bank's configuration has nothing that is not done yet."""

import re
from pathlib import Path

from app.db import findings
from app.db.models import Base
from app.engine.bounds import LIMITS
from app.engine.compliance.standards import STANDARDS
from app.engine.configuration import State, load, report

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "compliance.md").read_text("utf-8")
SEED = ROOT.parent / "shared" / "seeds" / "fintech.yaml"
OURS = ROOT / "app" / "sandbox" / "accounts" / "bank.yaml"


def test_every_check_and_limit_stands_in_the_page() -> None:
    table = TEXT.partition("## What each check looks at")[2].partition("**Tables**")[0].casefold()
    titles = [check.title for checks in STANDARDS.values() for check in checks]
    assert [title for title in titles if title.casefold() not in table] == []
    assert [limit for limit in LIMITS if f"`{limit}`" not in TEXT] == []


def test_the_configuration_of_the_page_can_be_read() -> None:
    for shown in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL):
        given = f"service: x\nclassification: {{categories: [{{name: fraud-report}}]}}\n{shown}"
        states = {line.state for line in report(load(given, name="x.yaml"))}
        assert states <= {State.WORKS, State.HOST}


def test_a_bank_has_nothing_that_is_not_done_yet() -> None:
    for file in (OURS, *([SEED] if SEED.exists() else [])):
        lines = report(load(file.read_text("utf-8"), name=file.name))
        assert [line.path for line in lines if line.state is State.NOT_YET] == []


def test_every_table_with_words_is_looked_through() -> None:
    sources = {source.table.name for source in findings.sources()}
    every = {table.name for table in Base.metadata.sorted_tables}
    assert every - sources - findings.APART == set(), "say in APART why a table needs no look"
    assert {"judgement", "effect", "run", "outcome", "example", "solved", "notice", "trail"} <= sources
