"""A draft that somebody puts into words of their own before they share it: theirs is what the customer reads, once."""

from app.db import lessons
from connectors.types import Click, EventKind
from tests.flows.played import AGENT
from tests.flows.stage import Stage
from tests.flows.store import an_order
from tests.jobs.workflows import Play

WORDS = "Hello Ana, I have looked at it myself: it comes on Thursday."


def shared(play: Play, text: str, *, by: object = AGENT) -> None:
    click = Click("share", play.decision.id, by, text=text)
    play.vendor.knock(play.ticket, EventKind.CLICK, click=click)
    play.go_on()


def opened(stage: Stage) -> Play:
    play = Play(stage, an_order("12345"), mode="assist")
    play.writes("Where is my order? #12345")
    return play


def test_the_customer_reads_their_words_and_not_ours(stage: Stage) -> None:
    play = opened(stage)
    shared(play, WORDS)
    [reply] = play.replies
    assert WORDS in reply.text
    assert "12345" not in reply.text


def test_twice_is_once(stage: Stage) -> None:
    play = opened(stage)
    asked = play.decision.id
    shared(play, WORDS)
    play.vendor.knock(play.ticket, EventKind.CLICK, click=Click("share", asked, AGENT, text="Something else."))
    play.go_on()
    assert len(play.replies) == 1


def test_what_was_put_in_its_place_is_a_lesson_against_our_draft(stage: Stage) -> None:
    play = opened(stage)
    asked = play.decision.id
    shared(play, WORDS)
    with stage.database.reading() as session:
        learned = lessons.find(session, asked)
    assert learned is not None
    assert not learned.lesson.right


def test_who_is_not_of_the_team_sends_no_word_of_theirs(stage: Stage) -> None:
    play = opened(stage)
    shared(play, WORDS, by=play.vendor.tickets[play.ticket].customer)
    assert play.replies == []
