"""A real browser. Tests are skipped where none is installed; the build has one."""

import shutil
from collections.abc import Callable, Iterator

import pytest

from app.sandbox.server import Served, application
from app.sandbox.world import World
from tests.sandbox.played import PlainHost

sync = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

Opens = Callable[..., "sync.Page"]


@pytest.fixture(scope="session")
def browser() -> Iterator["sync.Browser"]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on the PATH")
    with sync.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def host() -> Iterator[PlainHost]:
    host = PlainHost(World())
    yield host
    host.deliveries.close()


@pytest.fixture
def base(host: PlainHost) -> Iterator[str]:
    with Served(application(host.world, [host])) as base:
        yield base


@pytest.fixture
def opened(browser: "sync.Browser", base: str) -> Iterator[Opens]:
    """``opened(path, width=..., ...)``: a page in a fresh context, on which every script error fails the test."""
    contexts = []
    errors: list[str] = []

    def to(path: str, *, width: int = 1200, height: int = 800, **options: object) -> "sync.Page":
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.goto(base + path)
        return page

    yield to
    for context in contexts:
        context.close()
    assert errors == []
