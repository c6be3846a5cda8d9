import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import SealBroken
from app.vault import Vault

ONE, TWO = b"1" * 32, b"2" * 32
SECRETS = {"token": "hunter2", "signing_secret": "ключ"}


@given(st.dictionaries(st.text(), st.text()), st.text())
def test_what_was_sealed_opens_again(secrets, place):
    vault = Vault([ONE])
    assert vault.open(vault.seal(secrets, place=place), place=place) == secrets


def test_the_same_secrets_never_look_the_same_and_show_nothing():
    vault = Vault([ONE])
    first, second = (vault.seal(SECRETS, place="c1") for _ in range(2))
    assert first != second
    assert "hunter2" not in first


def test_a_secret_opens_only_where_it_was_sealed_for():
    vault = Vault([ONE])
    with pytest.raises(SealBroken, match="belongs elsewhere"):
        vault.open(vault.seal(SECRETS, place="c1"), place="c2")


def test_an_older_key_still_opens_and_the_newest_seals():
    old = Vault([ONE]).seal(SECRETS, place="c1")
    rotated = Vault([TWO, ONE])
    assert rotated.open(old, place="c1") == SECRETS
    assert not rotated.current(old)
    renewed = rotated.seal(SECRETS, place="c1")
    assert rotated.current(renewed)
    assert Vault([TWO]).open(renewed, place="c1") == SECRETS


def test_without_the_key_the_error_says_which_one_is_missing_and_no_secret():
    sealed = Vault([ONE]).seal(SECRETS, place="c1")
    with pytest.raises(SealBroken) as caught:
        Vault([TWO]).open(sealed, place="c1")
    assert sealed.split(".")[1] in str(caught.value)
    assert "DESKHAND_SECRET_KEY" in caught.value.remedy


@pytest.mark.parametrize("damaged", ["", "v1", "v1..", "v1.abc.???", "v2.x.y", "no.seal.here.at.all", "v1.é.é"])
def test_rubbish_is_broken_and_nothing_else(damaged):
    with pytest.raises(SealBroken):
        Vault([ONE]).open(damaged, place="c1")


def test_every_changed_character_is_noticed():
    vault = Vault([ONE])
    sealed = vault.seal(SECRETS, place="c1")
    start = len("v1.") + 8 + 1
    changed = [sealed[:n] + ("A" if sealed[n] != "A" else "B") + sealed[n + 1 :] for n in range(start, start + 40)]
    assert [text for text in changed if opens(vault, text)] == []


def opens(vault: Vault, text: str) -> bool:
    try:
        vault.open(text, place="c1")
    except SealBroken:
        return False
    return True
