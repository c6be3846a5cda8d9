"""What is done to the servers of a run is really done to them."""

import psycopg
import pytest

from tests.chaos.servers import Postgres, postgres_programs

FILL = "create table filled as select repeat('x', 1000) from generate_series(1, 20000)"


@pytest.mark.slow
@pytest.mark.servers
def test_a_full_disk_stops_postgresql_and_room_lets_it_go_on() -> None:
    server = Postgres(postgres_programs() or pytest.skip("there is no PostgreSQL to start"))
    try:
        server.start()
        server.cramp()
        with pytest.raises(psycopg.OperationalError), psycopg.connect(server.url) as line:
            line.execute(FILL)
        server.relieve()
        with psycopg.connect(server.url) as line:
            line.execute(FILL)
    finally:
        server.close()
