"""The host is asked for its own record of somebody: the real connectors, over real HTTP, against the played vendors."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from app.db.rights import Request, State
from app.errors import BadInput
from app.rights import erasing, hosts
from app.sandbox.slack.state import HOME
from app.sandbox.world import Fault
from connectors.errors import NotErased
from jobs import privacy
from tests.flows.stage import Stage
from tests.protection.host import ANA, BEN, AtHost, plugged

ERASING = ("zendesk", "intercom")
HALF = (pytest.param("zendesk", marks=pytest.mark.slow), "intercom")
ONE_QUICK = ("zendesk", pytest.param("intercom", marks=pytest.mark.slow))
Plug = Callable[[str], AtHost]


@pytest.fixture
def at() -> Iterator[Plug]:
    """Plugs a vendor's helpdesk into an account of its own."""
    ends = []

    def plug(vendor: str) -> AtHost:
        stage = Stage()
        plugging = plugged(stage, vendor)
        ends.append((plugging, stage.database))
        made = plugging.__enter__()
        made.close(made.mine)
        return made

    yield plug
    for plugging, database in ends:
        plugging.__exit__(None, None, None)
        database.dispose()


def nobody_is_named(host: AtHost, done: Request) -> None:
    """Neither in what is kept of the request nor in what people are told."""
    said = json.dumps(dict(done.proof)) + repr(host.told()) + repr(done.progress)
    assert not [word for word in ("quokka", "wombat") if word in said.casefold()]
    assert done.wanted == {}


@pytest.mark.parametrize("vendor", HALF)
def test_a_customer_is_erased_at_the_host_and_nobody_else_is(at: Plug, vendor: str) -> None:
    host = at(vendor)
    assert host.there(ANA)
    done = host.erased()
    assert (done.state, host.answer(done)) == (State.DONE, {"vendor": vendor, "state": hosts.ERASED})
    assert (host.there(ANA), host.there(BEN)) == (False, True)
    assert host.told() == []
    nobody_is_named(host, done)


@pytest.mark.slow
@pytest.mark.parametrize("vendor", ERASING)
def test_who_is_gone_there_already_is_no_trouble(at: Plug, vendor: str) -> None:
    host = at(vendor)
    assert host.erased().state is State.DONE
    again = host.erased()
    assert (again.state, host.answer(again)["state"]) == (State.DONE, hosts.NOBODY)


@pytest.mark.parametrize("vendor", ONE_QUICK)
def test_a_host_that_does_not_let_us_is_told_with_its_remedy_and_asked_anew_once_that_is_done(
    at: Plug, vendor: str
) -> None:
    host = at(vendor)
    host.fails(403)
    refused = host.erased()
    assert (refused.state, host.answer(refused)["state"]) == (State.HOST, "refused")
    (told,) = host.told()
    assert ("does not let us delete" in told.text, "then ask again" in told.remedy) == (True, True)
    assert f"deskhand rights --account {host.stage.account.name} --done {refused.id}" in told.remedy
    nobody_is_named(host, refused)
    assert host.there(ANA)
    done = host.erased()
    assert (done.id != refused.id, done.state, host.there(ANA)) == (True, State.DONE, False)
    with host.stage.database.reading() as session:
        assert erasing.rights.find(session, host.account, refused.id).state is State.DONE


@pytest.mark.slow
@pytest.mark.parametrize("vendor", ERASING)
def test_a_host_that_wants_to_be_asked_later_is_asked_then_and_all_of_ours_is_gone_before(
    at: Plug, vendor: str
) -> None:
    host = at(vendor)
    host.fails(429, Retry_After="600")
    waits = host.erased()
    assert (waits.state, waits.progress["waits"]) == (State.OPEN, "host")
    assert waits.progress["steps"]["keys"]["destroyed"] > 0
    host.later(timedelta(seconds=590))
    privacy.erasures(host.services)
    assert host.there(ANA)
    host.later(timedelta(seconds=20))
    privacy.erasures(host.services)
    assert not host.there(ANA)


@pytest.mark.slow
@pytest.mark.parametrize("vendor", ERASING)
def test_a_host_that_fails_is_asked_again_for_three_days_and_then_people_are_told(at: Plug, vendor: str) -> None:
    host = at(vendor)
    host.fails(500, times=99)
    waits = host.erased()
    assert waits.state is State.OPEN
    host.later(hosts.PATIENCE - timedelta(minutes=1))
    waits = host.erased(waits)
    assert waits.state is State.OPEN
    host.later(timedelta(minutes=2))
    done = host.erased(waits)
    assert (done.state, host.answer(done)["state"]) == (State.HOST, "no answer")
    assert len(host.told()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("vendor", ERASING)
def test_cut_off_in_the_middle_it_goes_on_there(at: Plug, vendor: str) -> None:
    """The answer to the first call never comes: it was done, or not, and both end alike."""
    host = at(vendor)
    host.world.faults.order(Fault("reset_after", host.desk.host.name, "DELETE"))
    waits = host.erased()
    assert waits.state is State.OPEN
    host.later(timedelta(minutes=2))
    done = host.erased(waits)
    assert (done.state, host.answer(done)["state"]) == (State.DONE, hosts.ERASED)
    assert not host.there(ANA)


@pytest.mark.slow
def test_killed_between_two_calls_the_second_is_made_by_who_goes_on(at: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    """At Zendesk somebody is deleted first, and then for good."""
    from connectors.zendesk.client import Client  # noqa: PLC0415

    host, send = at("zendesk"), Client.send

    def killed(self: Client, method: str, path: str, *more: object) -> object:
        if path.startswith("deleted_users"):
            raise KeyboardInterrupt
        return send(self, method, path, *more)  # type: ignore[arg-type]

    request = host.ask()
    with monkeypatch.context() as patched:
        patched.setattr(Client, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            host.erased(request)
    assert host.there(ANA)
    privacy.erasures(host.services)
    assert not host.there(ANA)


@pytest.mark.slow
def test_at_zendesk_nobody_with_an_open_ticket_is_erased_and_people_are_told_to_close_it(at: Plug) -> None:
    host = at("zendesk")
    host.desk.opens(ANA, "And another thing")
    done = host.erased()
    assert (done.state, host.there(ANA)) == (State.HOST, True)
    (told,) = host.told()
    assert "not all closed" in told.text
    assert told.remedy.startswith("close their tickets there")


@pytest.mark.slow
def test_nobody_of_the_team_is_ever_touched(at: Plug) -> None:
    host = at("zendesk")
    agent = host.desk.host.email
    with pytest.raises(NotErased, match="somebody of the team"):
        host.services.connected.connector(host.connection).customers([agent])  # type: ignore[attr-defined]
    done = host.erased(host.ask(agent))
    assert (done.state, host.answer(done)["state"]) == (State.HOST, "refused")


def test_slack_erases_nobody_and_says_who_does(at: Plug) -> None:
    host = at("slack")
    person = host.desk.host.slack.person(ANA.name, HOME).id
    done = host.erased(host.ask(f"{host.connection}:{person}"))
    assert (done.state, host.answer(done)["state"]) == (State.HOST, "refused")
    assert done.proof["stores"]["tables"]["judgement"] > 0
    (told,) = host.told()
    assert "profile deletion tool" in told.remedy


@pytest.mark.slow
def test_nobody_approved_it_nothing_is_asked_until_somebody_does(at: Plug) -> None:
    host = at("zendesk")
    done = host.erased(host.ask(in_host=False))
    assert (done.state, host.answer(done)["state"], host.there(ANA)) == (State.HOST, "not approved", True)
    assert host.ask(in_host=False).id == done.id
    assert host.erased().state is State.DONE
    assert not host.there(ANA)


@pytest.mark.slow
def test_approved_while_it_waits_it_is_approved(at: Plug) -> None:
    host = at("intercom")
    first = host.ask(in_host=False)
    second = host.ask(in_host=True)
    assert (first.id, second.progress["in_host"]) == (second.id, True)
    assert host.erased(second).state is State.DONE
    assert not host.there(ANA)


@pytest.mark.slow
def test_whoever_only_wrote_in_anothers_ticket_does_not_take_the_other_along(at: Plug) -> None:
    """Ana writes in Ben's ticket: what is kept of that ticket goes, and Ben stays at the host."""
    host = at("zendesk")
    state = host.desk.host.state
    (user,) = (one["id"] for one in state.users.values() if one["email"] == ANA.email)
    host.desk.host.customer_writes(ANA.email, "I am on this, too", ticket=host.other)
    assert state.record(int(host.other)).comments[-1]["author_id"] == user
    host.close(host.other)
    host.deliver(host.other)
    done = host.erased()
    assert (done.state, host.there(ANA), host.there(BEN)) == (State.DONE, False, True)


@pytest.mark.slow
def test_a_number_searches_no_host_and_an_id_that_several_hosts_have_is_asked_back(at: Plug) -> None:
    host = at("intercom")
    done = host.erased(host.ask("+351912000000"))
    assert (done.state, host.answer(done)["state"]) == (State.HOST, "by hand")
    there = (host.connection, host.stage.connect("desk")[0])
    host.knows(there[0], "4711")
    assert host.ask("4711").state is State.OPEN
    host.knows(there[1], "4711")
    with pytest.raises(BadInput, match="which one"):
        host.ask("4711")
    assert host.ask(f"{there[1]}:4711").state is State.OPEN
