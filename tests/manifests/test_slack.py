"""Slack's manifest agrees with the code, and stays within Slack's documented limits."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.slack.settings import SCOPES

MANIFEST = yaml.safe_load(Path(__file__).parents[2].joinpath("manifests/slack/manifest.yaml").read_text())


def at(*path: str) -> Any:
    found = MANIFEST
    for step in path:
        found = found[step]
    return found


def test_the_scopes_are_those_of_the_code() -> None:
    assert at("oauth_config", "scopes", "bot") == sorted(SCOPES)


@pytest.mark.parametrize(
    ("event", "scope"),
    [
        ("app_mention", "app_mentions:read"),
        ("message.channels", "channels:history"),
        ("message.groups", "groups:history"),
        ("message.im", "im:history"),
    ],
)
def test_every_subscription_has_its_scope(event: str, scope: str) -> None:
    assert event in at("settings", "event_subscriptions", "bot_events")
    assert scope in SCOPES


@pytest.mark.parametrize(
    ("path", "least", "most"),
    [
        (("display_information", "name"), 1, 35),
        (("display_information", "description"), 1, 140),
        (("display_information", "long_description"), 174, 4000),
        (("features", "bot_user", "display_name"), 1, 80),
    ],
)
def test_texts_have_the_length_that_slack_takes(path: tuple[str, ...], least: int, most: int) -> None:
    assert least <= len(at(*path)) <= most


def test_one_address_takes_events_and_clicks() -> None:
    events = at("settings", "event_subscriptions", "request_url")
    assert events == at("settings", "interactivity", "request_url")
    assert events.startswith("https://") and events.endswith("/webhooks/slack"), "one door, for all who install"
