"""Any bytes at the door: the answer is never a failure of ours, nothing unsigned gets in, and nothing private is logged."""

import json
import logging
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.settings import Settings
from connectors.registry import HELPDESKS
from tests.web.conftest import open_receiver
from tests.web.vendors import SECRET, TEXT, TOKEN, VENDORS

TRIES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOO_MANY = 429
"""What strangers hear, too, when so many of them knock in a minute: how many do depends on the machine."""
leaf = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just("\ud800")
    | st.just("a\x00b")
)
anything = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def receiver(_tables):
    """One web for the whole module: no test here looks at what another one left."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "deskhand.db").write_bytes(_tables.read_bytes())
        opened = open_receiver(Settings.load({"DESKHAND_DATA_DIR": folder}))
        yield opened
        opened.services.dispose()
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(scope="module")
def connected(receiver):
    return {vendor.name: receiver.connect(vendor) for vendor in VENDORS}


def places(value, path=()):
    """Every path in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inner for found in places(part, (*path, key)))]


def put(value, path, new):
    """The value with another one at that path."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


def knock(receiver, connected, vendor, body, headers=None):
    """Knock, and hold what must hold whatever was sent. Gives the answer back."""
    receiver.log.seek(0)
    receiver.log.truncate()
    answer = receiver.post(vendor, connected[vendor.name], body, headers)
    assert answer.status_code < 500 or answer.status_code == 503
    logged = receiver.log.getvalue()
    assert "Traceback" not in logged
    assert '"level": "error"' not in logged
    for private in (SECRET, TOKEN, TEXT):
        assert private not in logged
    return answer


@TRIES
@given(st.data())
def test_one_field_of_a_real_event_may_hold_anything(receiver, connected, vendor, data):
    event = vendor.event("d-000001")
    changed = put(event, data.draw(st.sampled_from(places(event))), data.draw(anything))
    answer = knock(receiver, connected, vendor, json.dumps(changed).encode())
    assert answer.status_code < 500


@TRIES
@given(st.data())
def test_any_field_of_a_real_event_may_be_missing(receiver, connected, vendor, data):
    event = vendor.event("d-000001")
    *above, last = data.draw(st.sampled_from([path for path in places(event) if path]))
    holder = event
    for key in above:
        holder = holder[key]
    del holder[last]
    assert knock(receiver, connected, vendor, json.dumps(event).encode()).status_code < 500


@TRIES
@given(st.binary(max_size=300) | anything.map(lambda value: json.dumps(value).encode()))
@example(b"payload=%7B%7D")
@example(b"payload=")
@example(b"\x00")
@example(b'{"type": "event_callback", "event": {"type": "message"}}')
@example(b'{"topic": "ping"}')
def test_any_signed_body_is_answered(receiver, connected, vendor, body):
    assert knock(receiver, connected, vendor, body).status_code < 500


@TRIES
@given(
    st.binary(max_size=100),
    st.dictionaries(st.sampled_from(["X-Slack-Signature", "X-Slack-Request-Timestamp"]), st.text(max_size=40)),
)
@example(b"{}", {"X-Slack-Request-Timestamp": "9" * 400, "X-Slack-Signature": "v0=x"})
@example(b"{}", {"X-Slack-Request-Timestamp": "nan", "X-Slack-Signature": "v0=x"})
@example(b"{}", {"X-Slack-Request-Timestamp": "-1e999", "X-Slack-Signature": "v0=x"})
@example(b"{}", {"X-Slack-Request-Timestamp": "٣", "X-Slack-Signature": "v0=x"})
def test_no_made_up_signature_gets_in(receiver, connected, vendor, body, made_up):
    """The two headers stand for each vendor's own: the signature's, and the time's where there is one."""
    names = list(vendor.signed(b""))[1:]
    made = zip(names, made_up.values(), strict=False)
    headers = {name: value.encode("utf-8", "replace").decode("latin-1") for name, value in made}
    headers = {name: "".join(c for c in value if c not in "\r\n\x00") for name, value in headers.items()}
    before = len(receiver.saved())
    answer = knock(receiver, connected, vendor, body, headers)
    assert answer.status_code in (HELPDESKS[vendor.name].answers.unsigned.status, TOO_MANY)
    assert len(receiver.saved()) == before


@TRIES
@given(st.text(min_size=1, max_size=60))
@example("ids-of-another-tenant")
@example("x" * 4000)
@example("\ud800")
@example("a\x00b")
@example("'; drop table event; --")
def test_any_delivery_name_is_kept_or_refused_but_never_breaks_us(receiver, connected, vendor, delivery):
    event = vendor.event("d-000001")
    key = "event_id" if "event_id" in event else "id"
    assert knock(receiver, connected, vendor, json.dumps({**event, key: delivery}).encode()).status_code < 500
