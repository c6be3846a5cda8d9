"""Version 0 of Slack's signature: the published vector, the clock, and headers made to break something."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import BadSignature
from connectors.slack.signed import signature, verify
from connectors.types import Inbound
from tests.connectors.slack.stage import SECRET, request

SIGNED_AT = datetime.fromtimestamp(1531420618, UTC)
PUBLISHED_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PUBLISHED = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
PUBLISHED_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def published(at: datetime = SIGNED_AT, headers: Mapping[str, str] | None = None) -> Inbound:
    known = {"x-slack-request-timestamp": "1531420618", "x-slack-signature": PUBLISHED_SIGNATURE}
    return Inbound({**known, **(headers or {})}, PUBLISHED, at)


def test_the_published_example_is_reproduced() -> None:
    assert signature(PUBLISHED_SECRET, "1531420618", PUBLISHED) == PUBLISHED_SIGNATURE
    verify(published(), PUBLISHED_SECRET)


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_five_minutes_either_way_are_fresh(seconds: int) -> None:
    verify(published(SIGNED_AT + timedelta(seconds=seconds)), PUBLISHED_SECRET)


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_more_than_five_minutes_are_stale(seconds: int) -> None:
    with pytest.raises(BadSignature):
        verify(published(SIGNED_AT + timedelta(seconds=seconds)), PUBLISHED_SECRET)


@pytest.mark.parametrize("secret", ["", "another"])
def test_another_secret_does_not_fit(secret: str) -> None:
    with pytest.raises(BadSignature):
        verify(published(), secret)


def test_an_empty_secret_accepts_nothing_signed_with_it() -> None:
    forged = request({"type": "event_callback"}, at=SIGNED_AT, secret="")
    with pytest.raises(BadSignature):
        verify(forged, "")


@pytest.mark.parametrize(
    "stamp", ["", "now", "1531420618.0", " 1531420618", "+1531420618", "-1", "9" * 400, "١٥٣١٤٢٠٦١٨", "\x00", "\ud800"]
)
def test_a_hostile_time_is_a_bad_signature(stamp: str) -> None:
    with pytest.raises(BadSignature):
        verify(published(headers={"x-slack-request-timestamp": stamp}), PUBLISHED_SECRET)


@pytest.mark.parametrize(
    "given", ["", "v0=", "v0=é", "v0=" + "G" * 64, PUBLISHED_SIGNATURE.upper(), PUBLISHED_SIGNATURE + "\n", "\ud800"]
)
def test_a_hostile_signature_is_a_bad_signature(given: str) -> None:
    with pytest.raises(BadSignature):
        verify(published(headers={"x-slack-signature": given}), PUBLISHED_SECRET)


def test_missing_headers_are_a_bad_signature() -> None:
    with pytest.raises(BadSignature):
        verify(Inbound({}, PUBLISHED, SIGNED_AT), PUBLISHED_SECRET)


@given(st.text(), st.text(), st.binary())
def test_no_header_and_no_body_raises_anything_else(stamp: str, given: str, body: bytes) -> None:
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": given}
    with pytest.raises(BadSignature):
        verify(Inbound(headers, body, SIGNED_AT), SECRET)


@given(st.binary(), st.binary())
def test_only_the_very_bytes_fit(body: bytes, other: bytes) -> None:
    signed = request(body, at=SIGNED_AT)
    verify(signed, SECRET)
    if body != other:
        with pytest.raises(BadSignature):
            verify(replace(signed, body=other), SECRET)
