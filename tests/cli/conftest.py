import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.settings import Settings
from app.variables import VARIABLES

CONFIGURATION = """
service: Shop
classification:
  categories:
    - name: order-status
      keywords: [where is my order, parcel, tracking]
    - name: billing
      keywords: [invoice, refund]
"""


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output, which must be one JSON object and nothing else."""
        return json.loads(self.out)


@pytest.fixture
def deskhand(prepared: Settings, monkeypatch, capsys):
    """Runs the command line in this process, on a data directory of its own."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
    monkeypatch.setenv("DESKHAND_DATA_DIR", str(prepared.data_dir))
    root = logging.getLogger()
    handlers, level = root.handlers, root.level

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["deskhand", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return Ran(int(ended.value.code or 0), shown.out, shown.err)

    yield run
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A small shop's configuration file."""
    file = tmp_path / "shop.yaml"
    file.write_text(CONFIGURATION)
    return file


@pytest.fixture
def account(deskhand, configuration) -> str:
    """An account named acme."""
    assert deskhand("account", "add", "acme", "--config", str(configuration)).code == 0
    return "acme"
