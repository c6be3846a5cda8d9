"""docs/api.md says what is there, and every example in it is run against the real application."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
import requests

from app.client import Deskhand
from app.db.access import SCOPES
from app.sandbox.server import Served
from app.web.api import ROOT
from tests.house.source import ROOT as HERE
from tests.web.api.conftest import House

TEXT = (HERE / "docs" / "api.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.M | re.S)


@pytest.fixture
def address(house: House) -> Iterator[str]:
    house.asks()
    with Served(house.client.application) as base:
        yield base


def test_the_python_examples_run_in_their_order(house: House, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.Session, "trust_env", False, raising=False)
    monkeypatch.setattr("app.web.api.chat.WAIT", 0.0)
    known = {"address": address, "token": house.token}
    assert len(blocks("python")) >= 6
    for block in blocks("python"):
        exec(block, known)
    assert isinstance(known["support"], Deskhand)
    assert known["conversation"]["status"] == "pending"
    house.work()
    assert known["support"].change(known["given"]["change"])["state"] == "sent"
    assert known["log"]["complianceStatus"] == "not-assessed"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_commands_run(house: House, address: str) -> None:
    names = {"TOKEN": house.token, "DESKHAND": address, "NO_PROXY": "127.0.0.1"}
    for block in blocks("sh"):
        ran = subprocess.run(["sh", "-c", block], env=os.environ | names, capture_output=True, text=True, check=True)
        assert json.loads(ran.stdout)["totalTickets"] == 1


def test_the_signal_is_one(house: House, address: str) -> None:
    (block,) = blocks("json")
    answer = house.call("POST", "/signals", json=json.loads(block))
    assert (answer.status_code, answer.json["code"]) == (401, "bad_signature"), "all but the signature is right"


def test_it_names_every_operation_with_its_address_and_scope(house: House) -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| `")]
    document = house.client.get(f"{ROOT}/openapi.json").json
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            (row,) = [row for row in rows if f"`{one['operationId']}`" in row]
            assert f"`{method.upper()} {path}`" in row
            scope = re.search(r"Scope: `(\w+)`", one["description"])
            assert (scope[1] if scope else "none") in row.split("|")[3]
    assert all(f"`{scope}`" in TEXT for scope in SCOPES)
