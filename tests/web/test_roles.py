"""The one table of who may do what, in docs/security.md, is what is really there; and each role gets as far as it says, and no farther."""

import re
from pathlib import Path

from flask import Flask

from app.db.access import SCOPES
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.pages.signing import browsers

DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"
UNPROVEN = {"GET /api/v1/openapi.json", "GET /app/static/<path:filename>", "GET /healthz", "GET /readyz"}
"""What anybody may ask for who is nobody, beside the doors themselves."""


def told() -> dict[str, str]:
    rows = re.findall(
        r"^\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+)` \| ([^|]+) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) == len(dict(rows)), "a line stands there twice"
    return dict(rows)


def there(app: Flask) -> dict[str, str]:
    """Each address and method -> the role or scope that its door asks for; nothing where there is another proof."""
    found = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        inside = [cell.cell_contents for cell in view.__closure__ or ()]
        scopes = [one.scope for one in inside if hasattr(one, "scope") and hasattr(one, "flask_rule")]
        level = getattr(view, "level", None)
        who = str(level) if level else f"scope {scopes[0]}" if scopes and scopes[0] else ""
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            found[f"{method} {rule.rule}"] = who
    return found


def test_the_table_is_what_is_there(receiver: Receiver) -> None:
    table, real = told(), there(receiver.client.application)
    assert sorted(set(table) ^ set(real)) == [], "put it into the table of docs/security.md"
    wrong = {what: (table[what], who) for what, who in real.items() if who and table[what] != who}
    assert wrong == {}


def test_whatever_has_no_role_has_another_proof_or_is_for_anybody(receiver: Receiver) -> None:
    table = told()
    bare = {what for what, who in there(receiver.client.application).items() if not who}
    roles = {str(level) for level in Level} | {f"scope {one}" for one in SCOPES}
    assert not [what for what in bare if table[what] in roles]
    open_ones = {what for what in bare if table[what] == "anybody"}
    doors = {"GET /app/signin", "GET /app/oidc", "GET /apps/<vendor>/<connection_id>/host.js"}
    assert open_ones == UNPROVEN | doors


def test_every_scope_is_of_use(receiver: Receiver) -> None:
    used = {
        who.removeprefix("scope ") for who in there(receiver.client.application).values() if who.startswith("scope ")
    }
    assert used == set(SCOPES)


def test_nobody_gets_farther_than_the_table_says(receiver: Receiver) -> None:
    """Reading pages without a name in their address: every role is tried at each of them."""
    pages = {what.removeprefix("GET "): who for what, who in told().items() if what.startswith("GET /app/")}
    plain = {path: Level(who) for path, who in pages.items() if "<" not in path and who in {str(one) for one in Level}}
    assert len(plain) >= 10
    for level in Level:
        browser = browsers(receiver)(level)
        for path, least in plain.items():
            answer = browser.get(path)
            assert (answer.status_code == 403) is (level.rank < least.rank), (path, level, answer.status_code)
