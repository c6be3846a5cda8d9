"""What models are told: prompts with versions that follow their text, voices and commands as configurations name them."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.configuration.settled import COMMANDS, VOICES
from app.llm import commands, prompts
from app.llm.author import CHECK
from app.llm.fence import CUT, MOST, PREFIX, fenced, neutral


@pytest.mark.parametrize("name", ["draft", "translate", "persona.plain", *(f"persona.{v}" for v in VOICES)])
def test_a_prompts_name_has_its_version_and_follows_its_text(name: str) -> None:
    found = prompts.prompt(name)
    assert re.fullmatch(rf"{re.escape(name)}\.v\d+-[0-9a-f]{{8}}", found.name)
    assert found.name.endswith(hashlib.sha256(found.text.encode()).hexdigest()[:8])


def test_a_prompt_that_is_not_there() -> None:
    with pytest.raises(LookupError):
        prompts.prompt("nothing")


def test_every_voice_has_words_of_its_own() -> None:
    voices = [prompts.persona(name).text for name in ("plain", *VOICES)]
    assert len(set(voices)) == len(voices)


def test_what_a_configuration_may_allow_is_what_there_is() -> None:
    assert tuple(commands.COMMANDS) == COMMANDS
    assert CHECK.startswith("claims/")


def test_the_rules_say_what_is_data_by_the_mark_that_is_used() -> None:
    assert f'"{PREFIX}"' in prompts.prompt("draft").text


@given(st.text(max_size=400))
def test_no_line_escapes_its_mark(text: str) -> None:
    lines = fenced(neutral(text)).splitlines()
    assert lines
    assert all(line.startswith(PREFIX) and not line[2:].startswith("|") for line in lines)
    assert not set("<>`") & set("".join(lines))


def test_what_is_too_long_is_cut_and_said_to_be() -> None:
    assert neutral("a" * (MOST + 1)) == "a" * MOST + f" {CUT}"


@pytest.mark.parametrize("kept", ["Größe 42, 20 €", "مرحبا", "Straße\nHaus", "a < b"])
def test_what_means_something_stays(kept: str) -> None:
    assert neutral(kept) == kept.replace("<", "\u2039")
