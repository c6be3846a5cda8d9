"""The test ticket: one for one press, however often it arrives, in every helpdesk that can open one."""

import threading

import pytest

from app.sandbox.world import Fault
from connectors.types import Level
from tests.web.pages.signing import Browser
from tests.web.pages.town import PLACES, Town

ASKED = {"text": "Where is my parcel?", "once": "page-1"}


def connected(town: Town, vendor: str) -> tuple[Browser, str]:
    browser = town.sign_in(Level.ADMIN)
    assert "is connected" in browser.get(town.agreed(town.off(browser, vendor, PLACES[vendor]))).text
    return browser, f"/app/setup/{town.installed()[0].id}/try"


def opened(town: Town, vendor: str) -> list[object]:
    return list(
        {"zendesk": lambda: town.zendesk.state.tickets, "intercom": lambda: town.intercom.workspace.conversations}[
            vendor
        ]()
    )


@pytest.mark.parametrize("vendor", ["zendesk", "intercom"])
def test_the_same_press_twice_is_one_ticket(town: Town, vendor: str) -> None:
    browser, path = connected(town, vendor)
    first, second = browser.post(path, ASKED).text, browser.post(path, ASKED).text
    [ticket] = opened(town, vendor)
    assert f"Ticket {ticket} is open" in first and f"Ticket {ticket} is open" in second
    browser.post(path, {**ASKED, "text": "Another question."})
    assert len(opened(town, vendor)) == 2


def test_the_same_words_from_another_page_are_another_ticket(town: Town) -> None:
    browser, path = connected(town, "zendesk")
    for page in ("page-1", "page-2"):
        browser.post(path, {**ASKED, "once": page})
    assert len(opened(town, "zendesk")) == 2
    assert 'name="once"' in browser.get("/app/setup").text


def test_two_presses_at_once_are_one_ticket(town: Town) -> None:
    browser, path = connected(town, "zendesk")
    threads = [threading.Thread(target=browser.post, args=(path, ASKED)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(opened(town, "zendesk")) == 1


def test_a_press_whose_answer_was_lost_finds_the_ticket_it_opened(town: Town) -> None:
    browser, path = connected(town, "zendesk")
    town.world.faults.order(Fault("reset_after", host="zendesk", method="POST", path="/tickets"))
    assert "could not be opened" in browser.post(path, ASKED).text
    [ticket] = opened(town, "zendesk")
    assert f"Ticket {ticket} is open" in browser.post(path, ASKED).text
    assert len(opened(town, "zendesk")) == 1


def test_it_is_marked_as_a_test_also_where_that_takes_a_second_call(town: Town) -> None:
    browser, path = connected(town, "intercom")
    browser.post(path, ASKED)
    [made] = town.intercom.workspace.conversations.values()
    assert [town.intercom.workspace.tags[number] for number in made.tags] == ["deskhand_test"]
