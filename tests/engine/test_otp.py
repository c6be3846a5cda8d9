"""One-time codes: by chance, kept as hashes that say what they are for, found in and kept out of what people write."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import otp
from app.engine.otp import Bound

KEY = b"k" * 32
BOUND = Bound("acme", "t1", "p1", "ana@customer.example", "balance")
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_codes_are_six_digits_and_none_is_likelier():
    made = [otp.fresh() for _ in range(6000)]
    assert all(len(code) == 6 and code.isdigit() for code in made)
    first = Counter(code[0] for code in made)
    assert set(first) == set("0123456789")
    assert max(first.values()) < 2 * min(first.values())


def test_a_code_fits_what_it_was_made_for():
    kept = otp.sealed("123456", BOUND, KEY)
    assert otp.fits("123456", kept, BOUND, KEY)
    assert not otp.fits("123457", kept, BOUND, KEY)
    assert not otp.fits("", kept, BOUND, KEY)


@pytest.mark.parametrize("field", ["account", "ticket", "person", "address", "purpose"])
def test_bound_to_anything_else_it_does_not_fit(field):
    kept = otp.sealed("123456", BOUND, KEY)
    assert not otp.fits("123456", kept, replace(BOUND, **{field: "other"}), KEY)
    assert not otp.fits("123456", kept, replace(BOUND, **{field: ""}), KEY)


@given(st.lists(st.text(max_size=8), min_size=5, max_size=5), st.lists(st.text(max_size=8), min_size=5, max_size=5))
def test_no_two_bonds_are_the_same_unless_every_part_is(one, other):
    ours, theirs = Bound(*one), Bound(*other)
    same = [*one[:3], one[3].casefold(), one[4]] == [*other[:3], other[3].casefold(), other[4]]
    assert (ours.digest(KEY) == theirs.digest(KEY)) is same


def test_an_address_is_the_same_in_capitals():
    assert otp.fits("123456", otp.sealed("123456", BOUND, KEY), replace(BOUND, address="Ana@Customer.Example"), KEY)


def test_what_is_kept_tells_nothing_without_the_key_and_differs_each_time():
    one, other = otp.sealed("123456", BOUND, KEY), otp.sealed("123456", BOUND, KEY)
    assert one != other
    assert "123456" not in f"{one}{other}"
    assert not otp.fits("123456", one, BOUND, b"x" * 32)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("123456", ("123456",)),
        ("My code is 123 456.", ("123456",)),
        ("123-456", ("123456",)),
        ("G-123456 thanks", ("123456",)),
        ("1 2 3 4 5 6", ("123456",)),
        ("١٢٣٤٥٦", ("123456",)),
        ("\uff11\uff12\uff13\uff14\uff15\uff16", ("123456",)),
        ("123456\n\n> 654321", ("123456", "654321")),
        ("123456 123456", ("123456",)),
        ("12345", ()),
        ("1234567", ()),
        ("order A123456", ()),
        ("ref-123456", ()),
        ("", ()),
    ],
)
def test_codes_are_found_however_they_are_written(text, codes):
    assert otp.codes_in(text) == codes


@given(st.text(max_size=30), st.integers(0, 999999), st.text(max_size=30))
def test_what_is_kept_of_a_text_holds_no_code_that_was_found(before, number, after):
    text = f"{before} {number:06d} {after}"
    assert otp.codes_in(otp.hidden(text)) == ()
    for code in otp.codes_in(text):
        assert code not in otp.hidden(text)


def test_the_rest_of_a_text_stays():
    assert otp.hidden("It says 123 456, for order 12345.") == "It says [code], for order 12345."


def test_an_authenticators_code_counts_once_and_a_little_early_or_late():
    secret = otp.enrolled()
    shown = pyotp.TOTP(secret)
    step = int(AT.timestamp()) // 30
    assert otp.step_of(shown.at(AT), secret, AT, last=0) == step
    assert otp.step_of(shown.at(AT), secret, AT, last=step) is None
    assert otp.step_of(shown.at(AT - timedelta(seconds=30)), secret, AT, last=0) == step - 1
    assert otp.step_of(shown.at(AT - timedelta(seconds=90)), secret, AT, last=0) is None
    assert otp.step_of(shown.at(AT + timedelta(seconds=90)), secret, AT, last=0) is None
    assert otp.step_of(shown.at(AT), otp.enrolled(), AT, last=0) is None


def test_an_invitation_is_one_that_authenticators_read():
    read = pyotp.parse_uri(otp.invitation(secret := otp.enrolled(), "ana@customer.example", "Bank"))
    assert (read.secret, read.name, read.issuer) == (secret, "ana@customer.example", "Bank")
