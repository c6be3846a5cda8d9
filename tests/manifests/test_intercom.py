"""What is entered in Intercom's Developer Hub agrees with the code that answers there."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from app.web import create_app
from connectors.intercom.settings import SCOPES, TOPICS

MANIFEST: dict[str, Any] = yaml.safe_load(
    Path(__file__).parents[2].joinpath("manifests/intercom/app.yaml").read_text("utf-8")
)


def test_permissions_and_topics_are_those_of_the_code() -> None:
    assert tuple(MANIFEST["authentication"]["permissions"]) == SCOPES
    assert tuple(MANIFEST["webhooks"]["topics"]) == TOPICS


POSTED = [
    MANIFEST["webhooks"]["endpoint_url"],
    *MANIFEST["canvas_kit"]["for_teammates"].values(),
    MANIFEST["installation"]["uninstall_url"],
    MANIFEST["installation"]["health_check_url"],
]
OPENED = [*MANIFEST["authentication"]["redirect_urls"], MANIFEST["installation"]["installation_url"]]


@pytest.mark.parametrize(("method", "urls"), [("POST", POSTED), ("GET", OPENED)])
def test_every_address_is_answered(prepared, method: str, urls: list[str]) -> None:
    adapter = create_app(prepared).url_map.bind("deskhand.example.com")
    for url in urls:
        parts = urlsplit(url)
        assert parts.scheme == "https" and adapter.match(parts.path, method=method)


def test_only_the_inbox_is_drawn_in() -> None:
    assert set(MANIFEST["canvas_kit"]) == {"for_teammates"}
