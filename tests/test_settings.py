import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import SettingsError
from app.settings import SOCKET_PATH_LIMIT, Settings, child_environment

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.urlsafe_b64encode(bytes([255]) * 32).decode()


def load(folder: Path, **given: str) -> Settings:
    return Settings.load({"DESKHAND_DATA_DIR": str(folder), **given})


def test_nothing_needs_to_be_set_but_the_folder(tmp_path):
    settings = load(tmp_path / "new")
    assert settings.database_url == f"sqlite:///{tmp_path}/new/deskhand.db"
    assert settings.redis_url == f"unix://{settings.broker_socket}"
    assert settings.own_broker
    assert (settings.port, settings.workers) == (8080, 2)


def test_a_redis_url_replaces_the_broker(tmp_path):
    settings = load(tmp_path, REDIS_URL="redis://127.0.0.1:6379/2")
    assert not settings.own_broker
    assert settings.redis_url == "redis://127.0.0.1:6379/2"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_driver_we_ship(tmp_path, scheme):
    assert load(tmp_path, DATABASE_URL=f"{scheme}://u:p@db/x").database_url == "postgresql+psycopg://u:p@db/x"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "eighty"),
        ("PORT", "٨٠"),
        ("PORT", "-1"),
        ("DESKHAND_WORKERS", "0"),
        ("DESKHAND_WORKERS", "1.5"),
        ("DATABASE_URL", "mysql://db/x"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("DESKHAND_LOG_LEVEL", "loud"),
        ("DESKHAND_SECRET_KEY", "short"),
        ("DESKHAND_SECRET_KEY", f"{KEY},short"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_a_remedy_and_without_the_value(tmp_path, name, value):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, **{name: value})
    assert caught.value.problem == name
    assert caught.value.remedy.startswith("give ")
    assert value not in caught.value.remedy.split()


def test_an_empty_value_is_the_same_as_none(tmp_path):
    assert load(tmp_path, PORT=" ", DATABASE_URL="", REDIS_URL="").port == 8080


def test_several_keys_are_kept_in_order(tmp_path):
    settings = load(tmp_path, DESKHAND_SECRET_KEY=f"{OTHER}, {KEY}")
    assert settings.keys == (bytes([255]) * 32, bytes(range(32)))
    assert not (tmp_path / "secret.key").exists()


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first, second = load(tmp_path), load(tmp_path)
    assert first.keys == second.keys
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.key"]


def test_processes_that_start_together_share_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = {settings.keys for settings in pool.map(lambda _: load(tmp_path), range(32))}
    assert len(keys) == 1


def test_a_new_data_directory_is_private(tmp_path):
    load(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_damaged_key_file_is_an_error_and_not_a_new_key(tmp_path):
    load(tmp_path)
    (tmp_path / "secret.key").write_text("rubbish")
    with pytest.raises(SettingsError, match="DESKHAND_SECRET_KEY"):
        load(tmp_path)


def test_a_data_directory_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="DESKHAND_DATA_DIR"):
        load(tmp_path / "file" / "data")


def test_a_deep_data_directory_still_gets_a_socket_short_enough_for_the_kernel(tmp_path):
    settings = load(tmp_path / ("x" * 60) / ("y" * 60))
    assert len(os.fsencode(settings.broker_socket)) <= SOCKET_PATH_LIMIT
    assert settings.broker_socket == load(tmp_path / ("x" * 60) / ("y" * 60)).broker_socket


def test_what_is_printed_of_settings_holds_no_secret(tmp_path):
    shown = repr(load(tmp_path, DESKHAND_SECRET_KEY=KEY, DATABASE_URL="postgres://u:hunter2@db/x"))
    assert "hunter2" not in shown
    assert repr(bytes(range(32))) not in shown


def test_children_are_told_what_was_settled_on(tmp_path):
    environment = child_environment(load(tmp_path, PORT="8123"))
    assert environment["PORT"] == "8123"
    assert environment["DESKHAND_DATA_DIR"] == str(tmp_path)
    assert environment["PATH"] == os.environ["PATH"]


def test_a_process_of_ours_works_on_numbers_by_one_thread_unless_somebody_wants_more(settings, monkeypatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert child_environment(settings)["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    assert child_environment(settings)["OPENBLAS_NUM_THREADS"] == "4"
