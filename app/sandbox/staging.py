"""Sets the demo's stage: the played hosts, the product, and the connections between them. Plays nothing."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.db import accounts, articles
from app.sandbox.backends.jira import JiraBackend
from app.sandbox.cast import COMPANIES, Desk, desks, places
from app.sandbox.company import Company
from app.sandbox.notices import Sinks
from app.sandbox.product import NotRunning, Product
from app.sandbox.scene import Scene
from app.sandbox.server import Served, application
from app.sandbox.systems import System, systems
from app.sandbox.world import World

HOOKS = "https://hooks.sandbox.example"
"""What the companies' configurations call the place of their web hooks."""
HOOKING = 60.0
"""Seconds within which the product's address has to satisfy a vendor that tries it."""
READING = 90.0
"""Seconds within which the product has to have read all pages."""


@dataclass(frozen=True)
class Stage:
    """Everything that runs, and where."""

    base: str
    product: Product
    scene: Scene


def set_stage(stack: ExitStack, data_dir: Path | None, port: int) -> Stage:
    """Start everything and connect it through the command line. What is entered here ends in the reverse order."""
    folder = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="deskhand-demo-")))
    world = World()
    stack.callback(world.close)
    played = desks(world)
    sinks = stack.enter_context(Sinks(world))
    behind = systems(world)
    app = application(world, [d.host for d in played], places(played), [sinks, *(one.played for one in behind.every)])
    base = stack.enter_context(Served(app, port))
    product = Product(folder, sinks.environment(base))
    for company in COMPANIES:
        product.command("account", "add", company.account, "--config", str(_with_hooks(company, base, folder)))
    stack.enter_context(product)
    with ThreadPoolExecutor(len(played)) as pool:
        made = dict(zip((d.host.name for d in played), pool.map(partial(_connect, product, base), played), strict=True))
        list(pool.map(partial(_plug, product, base), behind.every))
    product.wait_ready()
    for desk in played:
        hook(desk, f"{product.base}/webhooks/{desk.host.vendor}/{made[desk.host.name]}", product.check_alive)
    _await_articles(product, made, played)
    work = product.services.work
    scene = Scene(
        world,
        {desk.host.name: desk for desk in played},
        idle=lambda name, ticket: product.idle(made[name], ticket),
        sweep=lambda name: work.reconcile(made[name]),
        systems=behind,
        command=product.command,
    )
    return Stage(base, product, scene)


def _with_hooks(company: Company, base: str, folder: Path) -> Path:
    """The company's configuration with its web hooks at this sandbox, whose port is known only now."""
    file = folder / company.configuration.name
    file.write_text(company.configuration.read_text("utf-8").replace(HOOKS, f"{base}/notices/hooks"), "utf-8")
    return file


def _connect(product: Product, base: str, desk: Desk) -> str:
    """What an admin does first. Gives the connection's id."""
    where = ("--account", desk.company.account, "--base-url", f"{base}/{desk.host.name}")
    return str(product.command("connect", desk.host.vendor, *where, *desk.arguments)["connection"])


def _plug(product: Product, base: str, system: System) -> None:
    """What an admin does next: the systems behind the helpdesk."""
    where = ("--account", system.company.account, "--base-url", f"{base}/{system.played.name}")
    made = product.command("connect", system.played.vendor, *where, *system.arguments)
    if system.hooked and isinstance(system.played, JiraBackend):
        system.played.hook(f"{product.base}{made['webhook_path']}", system.hooked)


def hook(desk: Desk, url: str, check_alive: Callable[[], None], patience: float = HOOKING) -> None:
    """Give the vendor our address, as often as it takes: one that tries it first is impatient with a machine that is busy.

    Raises NotRunning when the vendor is not satisfied in time, and whatever ``check_alive`` raises.
    """
    end = time.monotonic() + patience
    while True:
        try:
            return desk.host.hook(url, desk.secret)
        except ValueError as error:
            check_alive()
            if time.monotonic() > end:
                raise NotRunning(f"{desk.host.vendor} does not take the webhook's address", str(error)) from error
            time.sleep(0.1)


def _await_articles(product: Product, made: Mapping[str, str], played: Sequence[Desk]) -> None:
    """Have the pages read now rather than at the clock's next turn, and wait until they are there. Raises NotRunning."""
    for connection in made.values():
        product.services.work.articles(connection)
    waiting = {d.company.account: len(d.company.articles) for d in played}
    end = time.monotonic() + READING
    while time.monotonic() < end:
        product.check_alive()
        if all(_known(product, account) >= count for account, count in waiting.items()):
            return
        time.sleep(0.1)
    raise NotRunning("the helpdesks' articles were not read in time", product.last_words())


def _known(product: Product, account: str) -> int:
    with product.services.database.reading() as session:
        return len(articles.listed(session, accounts.named(session, account).id))
