"""A text message: to one number, once, and nothing of it in what is said about it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.base import Connection
from connectors.errors import Refused
from connectors.twilio import Twilio
from tests.connectors.twilio.stage import PHONE, SID, TEXT, TextStage
from tests.connectors.twilio.stage import open as opened


@pytest.fixture
def twilio() -> Iterator[TextStage]:
    with opened() as stage:
        yield stage


def send(twilio: TextStage, to: str = PHONE, text: str = TEXT, **more):
    return twilio.backend.run("send_text", {"to": to, "text": text}, key="k", **more)


def test_a_number_is_read_as_people_write_it(twilio: TextStage) -> None:
    send(twilio, to=" +1 (415) 555-0134 ")
    assert twilio.played.texts(PHONE) == [TEXT]


@pytest.mark.parametrize(
    "to", ["4155550134", "+0123456789", "+1", "client:bob", "+1415555013٤", "whatsapp:+14155550134"]
)
def test_what_is_no_number_is_refused_before_anything_is_sent(twilio: TextStage, to: str) -> None:
    with pytest.raises(Refused, match="telephone number"):
        send(twilio, to=to)
    assert twilio.played.messages == []


def test_a_text_that_is_too_long_is_refused(twilio: TextStage) -> None:
    with pytest.raises(Refused, match="too long"):
        send(twilio, text="x" * 1601)


def test_only_the_same_words_to_the_same_number_since_then_are_the_earlier_attempt(twilio: TextStage) -> None:
    first = send(twilio).outputs["message"]
    now = twilio.world.clock.now()
    assert send(twilio, since=now).recovered
    assert send(twilio, text="Another code.", since=now).recovered is False
    assert send(twilio, to="+14155550199", since=now).recovered is False
    assert send(twilio, since=now + timedelta(minutes=10)).recovered is False
    assert len(twilio.played.texts(PHONE)) == 3
    assert first == twilio.played.messages[-1]["sid"]


def test_a_refusal_is_named_by_the_vendors_number_and_quotes_nothing(twilio: TextStage) -> None:
    settings = {"account_sid": SID, "sender": "+15005550001"}
    stranger = Twilio(Connection("c", twilio.backend._rest._base, settings, {"auth_token": twilio.played.token}))
    with pytest.raises(Refused, match="21606") as refusal:
        stranger.run("send_text", {"to": PHONE, "text": TEXT}, key="k")
    assert PHONE not in str(refusal.value)


def test_a_messaging_service_sends_in_place_of_a_number(twilio: TextStage) -> None:
    settings = {"account_sid": SID, "sender": "MG" + "1" * 32}
    service = Twilio(Connection("c", twilio.backend._rest._base, settings, {"auth_token": twilio.played.token}))
    assert service.run("send_text", {"to": PHONE, "text": TEXT}, key="k").outputs["message"]
    assert twilio.played.messages[0]["from"] is None
