"""Whatever is done to a sealed trail is found, and at the first row where it shows."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.chain import START, Break, End, Fault, Hole, Kind, Link, Verdict, Walk, canonical, digest, extended
from app.engine.signatures import Signer


def contents(count: int) -> list[dict[str, Any]]:
    return [
        {"id": n + 100, "what": "decided", "detail": {"confidence": 0.5 + n / 1000, "é": None}} for n in range(count)
    ]


def chained(count: int) -> list[Link]:
    rows = contents(count)
    return [Link(e.sequence, e.digest, row) for e, row in zip(extended(START, rows), rows, strict=True)]


def end(links: list[Link]) -> End:
    return End(links[-1].sequence, links[-1].digest)


def verified(links: list[Link], stop: End | None, *anchors: End, holes: tuple[Hole, ...] = ()) -> Verdict:
    return Walk(holes, anchors).verified(links, stop)


def test_an_untouched_chain_is_good() -> None:
    links = chained(20)
    verdict = verified(links, end(links), End(7, links[6].digest))
    assert (verdict.fault, verdict.rows, verdict.anchors, verdict.good) == (None, 20, 1, end(links))


def test_nothing_recorded_is_good() -> None:
    assert verified([], None).fault is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_tampering_is_found_at_the_first_row_that_it_touches(data: st.DataObject) -> None:
    links = chained(12)
    stop = end(links)
    at = data.draw(st.integers(0, 11), "at")
    how = data.draw(st.sampled_from(["change", "remove", "insert", "swap", "cut", "digest", "move"]), "how")
    bad = list(links)
    first = at + 1
    if how == "change":
        bad[at] = replace(bad[at], content={**bad[at].content, "what": "refused"})
    elif how == "digest":
        bad[at] = replace(bad[at], digest="f" * 64)
    elif how == "remove":
        del bad[at]
    elif how == "insert":
        bad.insert(at, Link(at + 1, "e" * 64, {"id": 1}))
    elif how == "cut":
        del bad[at:]
    elif how == "move":
        bad[at] = replace(bad[at], sequence=bad[at].sequence + 40)
        bad.sort(key=lambda one: one.sequence)
    else:
        other = data.draw(st.integers(0, 11).filter(lambda n: n != at), "other")
        bad[at], bad[other] = (
            replace(bad[at], content=bad[other].content),
            replace(bad[other], content=bad[at].content),
        )
        first = min(at, other) + 1
    fault = verified(bad, stop).fault
    assert fault is not None
    assert fault.sequence == first


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 11), st.integers(0, 11))
def test_a_chain_that_was_computed_anew_is_not_the_one_that_was_anchored(at: int, anchored: int) -> None:
    """Who can write the rows can compute every digest again: only what left the house tells."""
    links = chained(12)
    rows = [dict(one.content) for one in links]
    rows[at]["what"] = "refused"
    forged = [Link(e.sequence, e.digest, row) for e, row in zip(extended(START, rows), rows, strict=True)]
    verdict = verified(forged, end(forged), End(anchored + 1, links[anchored].digest))
    assert (verdict.fault is not None) == (anchored >= at)
    assert verified(forged, end(links)).fault is not None  # the signed end is the old one's


def test_rows_cut_off_with_their_signed_end_are_missed_by_an_anchor() -> None:
    links = chained(12)
    shorter = links[:8]
    assert verified(shorter, end(shorter)).fault is None
    fault = verified(shorter, end(shorter), end(links)).fault
    assert fault is not None
    assert (fault.kind, fault.sequence) == (Kind.REMOVED, 9)


@pytest.mark.parametrize("behind", [None, 8])
def test_rows_after_the_signed_end_were_put_there_by_somebody_else(behind: int | None) -> None:
    links = chained(12)
    fault = verified(links, None if behind is None else end(links[:behind])).fault
    assert fault is not None
    assert (fault.kind, fault.sequence) == ((Kind.UNSIGNED, 12) if behind is None else (Kind.INSERTED, 9))


@pytest.mark.parametrize("place", [13, 99])
def test_a_row_put_in_behind_all_others_is_named_wherever_it_says_it_stands(place: int) -> None:
    links = chained(12)
    planted = replace(links[4], sequence=place, content={**links[4].content, "id": 77})
    fault = verified([*links, planted], end(links)).fault
    assert fault is not None
    assert (fault.kind, fault.sequence, fault.row) == (Kind.INSERTED, place, 77)


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(1, 12), max_size=11))
def test_what_retention_took_away_leaves_the_rest_verifiable(gone: set[int]) -> None:
    links = chained(12)
    holes: list[Hole] = []
    for n in sorted(gone):
        if holes and holes[-1].last == n - 1:
            holes[-1] = Hole(holes[-1].first, n, links[n - 1].digest)
        else:
            holes.append(Hole(n, n, links[n - 1].digest))
    left = [one for one in links if one.sequence not in gone]
    assert verified(left, end(links), holes=tuple(holes)).fault is None
    if left:
        lost = left[0]
        fault = verified(left[1:], end(links), holes=tuple(holes)).fault
        assert fault is not None
        assert fault.sequence == lost.sequence


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10), st.sampled_from(["change", "digest", "remove", "remove two"]), st.data())
def test_behind_what_people_know_of_the_chain_is_followed_and_anything_new_is_found(
    at: int, how: str, data: st.DataObject
) -> None:
    links = chained(13)
    stop, bad = end(links), list(links)
    if how == "change":
        bad[at] = replace(bad[at], content={**bad[at].content, "what": "refused"})
    elif how == "digest":
        bad[at] = replace(bad[at], digest="f" * 64)
    else:
        del bad[at : at + len(how.split())]
    known = set[Break]()
    while fault := Walk(known=known).verified(bad, stop).fault:
        assert fault.at not in known
        assert fault.at is not None
        known.add(fault.at)
    verdict = Walk(known=known).verified(bad, stop)
    assert [one.at for one in verdict.acknowledged] == sorted(known, key=lambda one: one.sequence)
    assert verdict.acknowledged[0].sequence == at + 1
    assert (verdict.rows, verdict.good) == (len(bad), stop)
    again = data.draw(st.integers(0, len(bad) - 1), "again")
    worse = [*bad[:again], replace(bad[again], content={"id": 1}), *bad[again + 1 :]]
    fault = Walk(known=known).verified(worse, stop).fault
    assert fault is not None
    assert fault.at is not None
    assert fault.at.sequence == bad[again].sequence


def test_what_an_anchor_does_not_agree_with_can_be_known_and_a_row_nobody_sealed_can_not() -> None:
    links = chained(12)
    other = End(7, "d" * 64)
    fault = verified(links, end(links), other).fault
    assert fault is not None
    assert fault.at is not None
    assert Walk(anchors=[other], known=[fault.at]).verified(links, end(links)).fault is None
    planted = verified([*links, replace(links[4], sequence=13)], end(links)).fault
    assert planted is not None
    assert planted.at is None
    assert verified(links[:8], end(links)).fault == Fault(
        Kind.REMOVED, 9, None, "row 9 and what follows it, to 12, were cut off"
    )


def test_a_row_is_written_down_in_one_way() -> None:
    assert canonical({"b": 1, "a": {"d": "ü", "c": None}}) == '{"a":{"c":null,"d":"ü"},"b":1}'.encode()
    assert digest("0" * 64, 1, {"a": 1}) != digest("0" * 64, 2, {"a": 1})
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_a_signature_is_checked_by_the_public_key_alone() -> None:
    old, new = b"1" * 32, b"2" * 32
    signer = Signer([old])
    signature = signer.sign({"a": 1})
    stranger = Signer([new], [signer.public])
    assert stranger.right({"a": 1}, signer.id, signature)
    assert not stranger.right({"a": 2}, signer.id, signature)
    assert not stranger.right({"a": 1}, stranger.id, signature)
    assert not Signer([new]).right({"a": 1}, signer.id, signature)
    assert Signer([new, old]).right({"a": 1}, signer.id, signature)
    assert not signer.right({"a": 1}, signer.id, "no hex")
    with pytest.raises(ValueError, match="public key"):
        Signer([old], ["short"])
