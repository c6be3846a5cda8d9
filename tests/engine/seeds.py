"""The users' own configurations, where they lie beside the repository; a test that needs them is skipped where they do not."""

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[3] / "shared" / "seeds"
NAMES = ("ecommerce.yaml", "saas.json", "fintech.yaml")
seeds = pytest.mark.skipif(not HERE.exists(), reason="the users' configurations are not here")


def seed(name: str) -> str:
    """The text of one of them."""
    return (HERE / name).read_text("utf-8")
