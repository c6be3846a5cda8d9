"""Merging and linking at the played Zendesk: once, internally, and never a ticket that has moved on."""

import pytest

from connectors.errors import Closed, Conflict, NotFound, Refused
from connectors.types import LinkTo, Merge, Note, Ref
from tests.connectors.zendesk.stage import ZendeskStage

NOTE = "Asked twice."


def merge(stage: ZendeskStage) -> Merge:
    return Merge(Ref(stage.other), NOTE)


def test_a_merge_closes_the_ticket_and_says_so_on_both_sides_internally(stage: ZendeskStage) -> None:
    receipt = stage.connector.apply(stage.ref, [merge(stage)], key="m1")
    other = stage.host.state.tickets[int(stage.other)]
    assert (stage.record.row["status"], receipt.recovered) == ("closed", False)
    for record in (stage.record, other):
        said = [(c["plain_body"], c["public"]) for c in record.comments]
        assert said.count((NOTE, False)) == 1
        assert (NOTE, True) not in said


def test_a_merge_that_was_done_is_found_and_not_done_again(stage: ZendeskStage) -> None:
    stage.connector.apply(stage.ref, [merge(stage)], key="m1")
    before = len(stage.host.state.tickets[int(stage.other)].comments)
    assert stage.connector.apply(stage.ref, [merge(stage)], key="m1").recovered
    assert len(stage.host.state.tickets[int(stage.other)].comments) == before


def test_a_ticket_that_moved_on_is_not_merged(stage: ZendeskStage) -> None:
    revision = stage.connector.ticket(stage.ref).revision
    stage.host.customer_writes("Ada Lovelace", "One more thing.", ticket=stage.ref.id)
    with pytest.raises(Conflict):
        stage.connector.apply(stage.ref, [merge(stage)], key="m1", expect=revision)
    assert stage.record.row["status"] != "closed"


def test_what_was_closed_otherwise_or_is_gone_cannot_be_merged(stage: ZendeskStage) -> None:
    stage.record.row["status"] = "closed"
    with pytest.raises(Closed):
        stage.connector.apply(stage.ref, [merge(stage)], key="m1")
    with pytest.raises(NotFound):
        stage.connector.apply(Ref("999999"), [merge(stage)], key="m2")


def test_a_merge_comes_alone_and_into_a_ticket(stage: ZendeskStage) -> None:
    with pytest.raises(Refused):
        stage.connector.apply(stage.ref, [merge(stage), Note("x")], key="m1")
    with pytest.raises(Refused):
        stage.connector.apply(stage.ref, [Merge(Ref("C1:1.2"), NOTE)], key="m2")


def test_a_link_makes_a_problem_with_incidents_and_twice_changes_nothing(stage: ZendeskStage) -> None:
    link = LinkTo(Ref(stage.other))
    assert not stage.connector.apply(stage.ref, [link], key="l1").recovered
    row, parent = stage.record.row, stage.host.state.tickets[int(stage.other)].row
    assert (row["type"], row["problem_id"], parent["type"]) == ("incident", int(stage.other), "problem")
    audits = len(stage.record.audits)
    assert stage.connector.apply(stage.ref, [link], key="l1").recovered
    assert len(stage.record.audits) == audits
