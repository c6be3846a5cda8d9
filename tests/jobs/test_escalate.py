"""The sidebar's button by which an agent wants a senior person: marked once, said once, and Deskhand is silent."""

from dataclasses import replace

import pytest

from app.db import judgements, tickets
from app.engine.fields import ESCALATED_TAG
from connectors.types import Click, EventKind, Note, Person, Role, Tag
from tests.flows.played import AGENT
from tests.flows.stage import QUESTION, Stage
from tests.jobs.test_ticket import Story


@pytest.fixture
def story(stage: Stage) -> Story:
    story = Story(stage, earned=False)
    story.go_on()
    return story


def press(story: Story, person: Person = AGENT) -> None:
    with story.stage.database.reading() as session:
        decision = judgements.latest(session, story.id)
    assert decision is not None
    story.vendor.knock(story.ticket, EventKind.CLICK, click=Click("escalate", decision.id, person))
    story.go_on()


def tagged(story: Story) -> list[Tag]:
    log = [change for _, change in story.vendor.tickets[story.ticket].log if isinstance(change, Tag)]
    return [tag for tag in log if ESCALATED_TAG in tag.names]


def quiet(story: Story) -> bool:
    with story.stage.database.reading() as session:
        return tickets.remembered(session, story.id).quiet_since is not None


def test_it_is_marked_and_said_once_and_deskhand_is_silent(story: Story) -> None:
    press(story)
    press(story)
    assert len(tagged(story)) == 1
    assert [note for note in story.said(Note) if "Sam Agent asks for a senior person" in note] != []
    assert sum("asks for a senior person" in note for note in story.said(Note)) == 1
    assert quiet(story)
    before = len(story.said(Note))
    story.vendor.customer_writes(QUESTION, story.ticket)
    story.go_on()
    assert len(story.said(Note)) == before


@pytest.mark.parametrize("person", [replace(AGENT, external=True), replace(AGENT, role=Role.CUSTOMER)])
def test_only_the_team_can(story: Story, person: Person) -> None:
    press(story, person)
    assert tagged(story) == [] and not quiet(story)
