"""Which model answers for which name, and what is said about a file that is wrong."""

from pathlib import Path
from typing import Any

import pytest

from app.errors import SettingsError
from app.llm import models
from app.settings import Settings

FILE = """
models:
  gpt-4: {url: https://api.example/v1, model: gpt-4.1, key: sk-own, input: 2.0, output: 8.0}
  claude-sonnet-4.5: {url: https://other.example/v1, model: claude-sonnet-4-5, form: text}
  local: {url: "http://127.0.0.1:8000/v1", model: small, form: object, stall: 60}
tasks: {translate: local}
"""


@pytest.fixture
def given(tmp_path: Path) -> Any:
    def load(text: str | None = None, **variables: str) -> models.Models:
        if text is not None:
            (tmp_path / "models.yaml").write_text(text)
            variables["DESKHAND_MODELS"] = str(tmp_path / "models.yaml")
        return models.load(Settings.load({"DESKHAND_DATA_DIR": str(tmp_path), **variables}))

    return load


def test_without_settings_nothing_is_asked(given: Any) -> None:
    assert given().find("gpt-4", "draft") is None


def test_an_endpoint_alone_takes_every_name_as_it_is(given: Any) -> None:
    found = given(DESKHAND_MODEL_URL="https://api.example/v1", DESKHAND_MODEL_KEY="sk-1").find("gpt-4", "draft")
    assert (found.url, found.name, found.key) == ("https://api.example/v1", "gpt-4", "sk-1")


def test_a_configuration_that_names_no_model_gets_none(given: Any) -> None:
    assert given(FILE, DESKHAND_MODEL_URL="https://api.example/v1").find("", "draft") is None


def test_names_are_mapped_and_tasks_have_their_own(given: Any) -> None:
    read = given(FILE, DESKHAND_MODEL_KEY="sk-shared")
    assert (read.find("gpt-4", "draft").name, read.find("gpt-4", "draft").key) == ("gpt-4.1", "sk-own")
    assert (read.find("claude-sonnet-4.5", "draft").form, read.find("claude-sonnet-4.5", "draft").key) == (
        "text",
        "sk-shared",
    )
    assert read.find("gpt-4", "translate").name == "small"
    assert read.find("gpt-9", "draft") is None


def test_a_model_on_this_machine_may_be_slower(given: Any) -> None:
    read = given(FILE)
    assert (read.find("local", "draft").stall, read.find("gpt-4", "draft").stall) == (60, models.STALL)


def test_prices_are_per_million_tokens(given: Any) -> None:
    assert given(FILE).find("gpt-4", "draft").micros(1000, 500) == 6000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("models: {a: {url: x, model: y, secret: sk-leak}}", "models.a.secret"),
        ("models: {a: {url: x, key: sk-leak}}", "models.a.model"),
        ("models: {a: {url: x, model: y, form: xml}}", "models.a.form"),
        ("models: {a: {url: x, model: y, stall: 0}}", "models.a.stall"),
        ("models: {}\ntasks: {sing: a}", "tasks.sing"),
        ("models: {}\ntasks: {draft: nobody}", "nobody"),
        ("[sk-leak", "not YAML"),
        ("sk-leak", "its beginning"),
        ("", "its beginning"),
    ],
)
def test_a_wrong_file_is_told_of_without_its_values(given: Any, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        given(text)
    assert "DESKHAND_MODELS" in str(caught.value)
    assert told in str(caught.value)
    assert "sk-leak" not in str(caught.value)


def test_a_file_that_is_not_there(given: Any, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        given(DESKHAND_MODELS=str(tmp_path / "none.yaml"))


def test_no_key_shows(given: Any) -> None:
    read = given(FILE, DESKHAND_MODEL_URL="https://api.example/v1", DESKHAND_MODEL_KEY="sk-shared")
    assert "sk-" not in repr(read)
