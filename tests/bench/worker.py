"""What a worker holds in memory: at its start, with an account's model, and after tickets of every length. Linux alone tells it.

Twice: a first process trains the model, as at an account's first start; a second finds it kept, as every later one does.
"""

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.db import accounts, migrations
from app.services import Services
from app.settings import Settings
from connectors.types import Message, Person, Ref, Role, Status, Ticket

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CATEGORIES, EXAMPLES, TICKETS = 40, 20, 300
THINGS = ["parcel", "invoice", "refund", "password", "lamp", "contract", "voucher", "address", "card", "battery"]
ASKS = ("where is my {}", "the {} does not work", "how do I change the {}", "I want to cancel the {}")
STARTS = ("", "Hello, ", "please help: ", "Good morning, ", "a quick question, ")
LONG = "I have been waiting for it since last week and nobody could tell me more. "
JANE = Person("7", Role.CUSTOMER, "Jane")


def main() -> int:
    """Prepare an account and measure it in processes of their own."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        for name in ("trains the model", "finds the model"):
            print(f"\na worker that {name}: {CATEGORIES} categories, {CATEGORIES * EXAMPLES} examples", flush=True)
            if subprocess.run([sys.executable, "-m", "tests.bench.worker", folder], check=False).returncode:
                return 1
    return 0


def prepare(folder: str) -> None:
    """An account with a configuration and examples."""
    services = Services(Settings.load({"DESKHAND_DATA_DIR": folder}))
    migrations.upgrade(services.database)
    asked = [ask.format(thing) for thing in THINGS for ask in ASKS][:CATEGORIES]
    names = {text: text.lower().replace(" ", "-") for text in asked}
    configuration = {"service": "shop", "classification": {"categories": [{"name": name} for name in names.values()]}}
    with services.database.session() as session:
        account = accounts.add(session, "shop", NOW).id
        accounts.configure(session, account, "shop.yaml", json.dumps(configuration), NOW)
    file = services.examples_file(account)
    file.parent.mkdir(parents=True, exist_ok=True)
    ends = ("", " please", " today", " again")
    rows = [{"text": f"{s}{text}{e}", "labels": [name]} for text, name in names.items() for s in STARTS for e in ends]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    services.dispose()


def measure(folder: str) -> None:
    """This process becomes a worker, up to the point where it would take its first job."""
    say("started")
    import jobs.worker  # noqa: PLC0415, F401  # what it costs is what is measured

    services = Services(Settings.load({"DESKHAND_DATA_DIR": folder}))
    say("all rooms loaded")
    services.warm_up()
    say("warmed up")
    with services.database.reading() as session:
        account = accounts.every(session)[0].id
    classifier = services.classifier(account)
    for number in range(TICKETS):
        at = NOW + timedelta(minutes=number)
        text = f"ticket {number}: where is my {THINGS[number % 10]}? " + LONG * (number % 8)
        said = (Message("1", JANE, text, at, True),)
        classifier.classify(Ticket(Ref(str(number)), "r", "", Status.NEW, JANE, said, at, at))
    say(f"after {TICKETS} tickets")
    services.dispose()


def say(what: str) -> None:
    """What this process holds now, and has held at most."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines())
    now, most = (int(status[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    print(f"  {what:20} {now:4.0f} MB, at most {most:4.0f} MB", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        sys.exit(main())
