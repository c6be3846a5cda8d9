"""Whatever shows personal data or changes anything is on record: every address, every call of the API, every command.

Changes are recorded by the doors themselves where nothing more exact was recorded; here is seen that nothing goes around a door,
and that every page and call says whether it shows people. What does not is named here, with why.
"""

import ast
from collections.abc import Iterator
from importlib import import_module

import click
import pytest

from app.cli import COMMANDS, cli
from app.web.api.declared import Operation
from tests.house.source import ROOT, files, name, tree

NOBODY_SHOWN = {
    "home_show": "a redirection",
    "installs_back": "a redirection; what is connected is recorded",
    "settings_overview_show": "numbers, and what an admin has to mend",
    "settings_onboarding_show": "how far setting up is",
    "settings_onboarding_look": "a ticket that the lead made up",
    "settings_categories_show": "counts",
    "settings_configuration_show": "the account's own file",
    "settings_knowledge_show": "the account's own pages, and proposals without anybody's name",
    "settings_workflows_show": "the account's own file",
    "settings_messages_show": "the account's own texts",
    "settings_promises_show": "the account's own file",
    "settings_figures_show": "counts",
    "settings_connections_show": "vendors and what is wrong with them",
}
NOT_PERSONAL = {
    "openapi": "the document",
    "getMetrics": "counts",
    "getBotMetrics": "counts",
    "getEffectiveness": "counts",
    "getComplianceReport": "counts, and violations without a name",
    "getEvidence": "counts",
    "listProblems": "what an admin has to mend",
    "listTrainings": "counts",
    "change": "how far a change is",
}
BESIDES = {
    "webhooks": "a host's news: its events are kept, and what follows is recorded by the ticket's turn",
    "backends": "a backend's news, as above",
    "intake": "a ticket by a form: as above",
    "apps": "the door of hosts' frames: a session is recorded when it begins, a card when it is shown",
    "approvals": "records who is shown a proposal; the press is the ticket's turn's",
    "health": "says whether it works",
    "metrics": "numbers",
    "static": "stylesheets and scripts",
    "api": "its own door",
}
"""Blueprints beside the pages' door."""
OWN_SERVICES = {
    "app/cli/opening.py": "the door of commands itself",
    "app/cli/doctor/__init__.py": "looks at how things stand, at nobody's data",
    "app/cli/backup.py": "an empty database has no table yet: it records by itself",
    "app/cli/database.py": "as above",
    "app/cli/playing.py": "a play of old tickets on a database of its own, which is thrown away",
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, frozenset[str], object]]]:
    from app.services import Services  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415
    from app.web import create_app  # noqa: PLC0415

    services = Services(Settings.load({"DESKHAND_DATA_DIR": str(tmp_path_factory.mktemp("house"))}))
    app = create_app(services=services)
    yield [
        (rule.endpoint, frozenset(rule.methods or ()), app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
    ]
    services.dispose()


def test_every_page_says_whether_it_shows_people(rules) -> None:
    pages = {
        endpoint.removeprefix("pages."): view
        for endpoint, methods, view in rules
        if endpoint.startswith("pages.") and "GET" in methods and hasattr(view, "level")
    }
    silent = {name for name, view in pages.items() if not view.shows}
    assert silent == set(NOBODY_SHOWN)
    assert len(pages) > len(silent)


def test_every_page_hangs_on_the_door_that_records(rules) -> None:
    """But those by which somebody comes in, which record that themselves."""
    bare = {endpoint for endpoint, _, view in rules if endpoint.startswith("pages.") and not hasattr(view, "level")}
    assert bare == {f"pages.{one}" for one in ("static", "ask", "enter", "offer", "leave", "back", "over")}


def test_nothing_is_served_beside_the_doors_that_is_not_named_here(rules) -> None:
    rooms = {endpoint.partition(".")[0] for endpoint, _, _ in rules} - {"pages"}
    assert rooms <= set(BESIDES), rooms - set(BESIDES)


def test_every_call_of_the_api_says_whether_it_gives_out_people(rules) -> None:
    modules = [import_module(f"app.web.api.{file.stem}") for file in files("app/web/api") if file.stem != "__init__"]
    known = {id(one): one for module in modules for one in vars(module).values() if isinstance(one, Operation)}
    served = {endpoint.removeprefix("api.") for endpoint, _, _ in rules if endpoint.startswith("api.")}
    reads = [one for one in known.values() if one.method == "GET" and one.id in served]
    assert len(known) == len({one.id for one in known.values()})
    assert {one.id for one in reads if not one.personal} == set(NOT_PERSONAL)
    assert any(one.personal for one in reads)


def test_every_command_that_touches_records_comes_in_by_one_door() -> None:
    """Whoever builds services without it would act on nobody's record."""
    built = {
        name(file)
        for file in files("app/cli")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Services", "Database")
    }
    assert built <= set(OWN_SERVICES), built - set(OWN_SERVICES)


def test_every_command_is_there_to_be_walked() -> None:
    with click.Context(cli) as context:
        assert set(cli.list_commands(context)) == set(COMMANDS)
    assert (ROOT / "app/cli/audit.py").exists()
