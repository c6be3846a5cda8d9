"""``/metrics``: who may read it, that it counts what came in, and that it tells of a broker and a database that are away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app import metrics
from app.db import connections, effects, gauges, inbox, tickets
from app.db.effects import Planned
from app.errors import BrokerDown
from app.services import Services
from app.web import create_app
from connectors.types import Event, EventKind, Note, Ref
from tests.builders import NOON
from tests.web.conftest import Bells, open_receiver
from tests.web.vendors import VENDORS


class Broker(Bells):
    """Stands in for Redis: adds up what processes tell."""

    def __init__(self):
        super().__init__()
        self.counted, self.words, self.away = {}, {}, False

    def _asked(self):
        if self.away:
            raise BrokerDown("Redis does not answer")

    def tally(self, who, word, counted):
        self._asked()
        self.words[who] = word
        for name, by in counted.items():
            self.counted[name] = self.counted.get(name, 0) + by

    def tallied(self):
        self._asked()
        return self.counted, self.words

    def depth(self):
        return 3, 1

    def forget(self, *who):
        """Nobody."""


@pytest.fixture
def opened(prepared):
    def at(**changed):
        services = Services(replace(prepared, **changed), work=Broker())
        return create_app(services.settings, services).test_client(), services

    return at


def figures(answer):
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_this_machine_may_read_and_nobody_who_came_through_a_proxy(opened):
    client, _ = opened()
    assert client.get("/metrics").status_code == 200
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert client.get("/metrics", headers={name: "127.0.0.1"}).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 403


def test_with_a_token_it_is_the_token_that_counts(opened):
    client, _ = opened(metrics_token="t0ken")
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    far = {"environ_base": {"REMOTE_ADDR": "10.1.2.3"}, "headers": {"Authorization": "Bearer t0ken"}}
    assert client.get("/metrics", **far).status_code == 200


def test_requests_are_counted_by_room_and_route_never_by_address(opened, monkeypatch):
    monkeypatch.setattr(metrics, "_seen", {})  # other tests of this process may have used up the sets of labels
    client, _ = opened()
    client.get("/readyz")
    client.post("/webhooks/zendesk/no-such-connection", data=b"{}")
    client.get("/made-up/ana@customer.example")
    answer = client.get("/metrics")
    found = figures(answer)
    assert found["deskhand_http_requests_total", "health", "readyz", "200"] >= 1
    assert found["deskhand_http_requests_total", "none", "none", "404"] >= 1
    assert found["deskhand_http_request_seconds_count", "webhooks"] >= 1
    for word in ("no-such-connection", "made-up", "ana@"):
        assert word not in answer.text


def test_without_a_broker_the_database_still_tells_and_no_total_falls(opened):
    client, services = opened()
    services.work.away = True
    found = figures(client.get("/metrics"))
    assert found["deskhand_up", "broker"] == 0
    assert found["deskhand_up", "database"] == 1
    assert not [name for name, *_ in found if name.endswith("_total")]


def test_without_a_database_it_says_so(opened):
    client, _ = opened(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    found = figures(client.get("/metrics"))
    assert found["deskhand_up", "database"] == 0
    assert found["deskhand_queue_jobs", "queued"] == 3


def test_how_things_stand_is_counted(prepared):
    receiver = open_receiver(prepared)
    services = receiver.services
    one, other = receiver.connect(VENDORS[0]), receiver.connect(VENDORS[1])
    with services.database.session() as session:
        for connection_id in (one, other):
            inbox.accept(session, connection_id, [Event("d1", EventKind.MESSAGE, Ref("t1"), NOON)], NOON)
        connections.pause(session, other, "its token was revoked")
        until = NOON + timedelta(minutes=1)
        (ours,) = inbox.accept(session, one, [Event("d2", EventKind.MESSAGE, Ref("t2"), NOON)], NOON)
        lease = tickets.take(session, ours, "me", NOON, until)
        assert lease
        planned = [Planned(key, one, Ref("t2"), (Note("x"),)) for key in ("k1", "k2", "k3")]
        effects.plan(session, ours, planned, NOON)
        first, second, _ = effects.unfinished(session, ours)
        effects.begin(session, first, NOON, until)
        effects.end(session, second, effects.REVIEW, "Refused")
        inbox.settle(session, [one.id for one in inbox.waiting(session, ours)], "Refused", state=inbox.PARKED)
    with services.database.reading() as session:
        later = NOON + timedelta(seconds=90)
        assert gauges.events(session) == {"active": 1, "paused": 1}
        assert gauges.oldest(session, later) == 90
        assert gauges.parked(session) == 1
        assert gauges.effects(session) == {"pending": 1, "ambiguous": 1, "review": 1}
        assert gauges.connections(session, later) == {"active": 1, "held": 0, "paused": 1}
        connections.hold(session, one, later + timedelta(minutes=5))
        assert gauges.connections(session, later) == {"active": 0, "held": 1, "paused": 1}
        assert gauges.oldest(session, later) == 0
        assert gauges.size(session) > 100_000
    services.dispose()
