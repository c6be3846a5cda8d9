"""A world with one plain host, in-process and served."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from app.sandbox.inbox.place import Example, Place
from app.sandbox.server import Served, application
from app.sandbox.world import World
from tests.sandbox.played import PlainHost


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def host(world: World) -> Iterator[PlainHost]:
    host = PlainHost(world)
    yield host
    host.deliveries.close()


@pytest.fixture
def client(world: World, host: PlainHost) -> FlaskClient:
    letters = (Example("A late parcel", "Jane Doe", "Where is it?", "It was due on Friday."),)
    return application(world, [host], {"plain": Place("Juniper & Pine", letters)}).test_client()


@pytest.fixture
def base(world: World, host: PlainHost) -> Iterator[str]:
    with Served(application(world, [host])) as base:
        yield base
