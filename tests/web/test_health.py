from dataclasses import replace

import pytest

from app.errors import BrokerDown, DeskhandError
from app.services import Services
from app.web import create_app
from app.web.errors import STATUS


@pytest.fixture
def client(settings):
    """The web on a database without tables, and no Redis."""
    services = Services(settings)
    yield create_app(settings, services).test_client()
    services.dispose()


def test_ready_means_that_webhooks_can_be_taken(receiver):
    assert receiver.client.get("/healthz").status_code == 200
    assert receiver.client.get("/readyz").status_code == 200


def test_without_tables_we_are_alive_and_not_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert client.get("/healthz").status_code == 200


def test_without_redis_webhooks_are_still_taken_so_we_are_ready(receiver, monkeypatch):
    def away():
        raise BrokerDown("Redis does not answer", "see that it runs at REDIS_URL")

    monkeypatch.setattr(receiver.bells, "check", away)
    assert receiver.client.get("/healthz").status_code == 200
    answer = receiver.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.text.startswith("ready, but Redis does not answer: see that it runs at REDIS_URL; ")


def test_a_damaged_database_is_not_ready_and_no_reason_to_restart(receiver):
    file = receiver.services.settings.data_dir / "deskhand.db"
    receiver.services.dispose()
    file.write_bytes(b"this is no database" * 100)
    assert receiver.client.get("/readyz").status_code >= 500
    assert receiver.client.get("/healthz").status_code == 200


def test_pages_that_are_not_there_say_so_in_a_line(receiver):
    answer = receiver.client.get("/nowhere")
    assert (answer.status_code, answer.text) == (404, "404\n")


def test_every_error_of_ours_has_a_status():
    assert set(DeskhandError.__subclasses__()) >= set(STATUS)
    unplaced = {kind.__name__ for kind in DeskhandError.__subclasses__() if kind.__module__ == "app.errors"} - {
        k.__name__ for k in STATUS
    }
    assert unplaced == set()


def test_two_applications_in_one_process_do_not_mix(prepared, tmp_path):
    other = replace(prepared, database_url=f"sqlite:///{tmp_path}/other.db")
    one, two = Services(prepared), Services(other)
    assert create_app(prepared, one).test_client().get("/readyz").status_code == 200
    assert create_app(other, two).test_client().get("/readyz").status_code == 503
    one.database.dispose()
    two.database.dispose()
