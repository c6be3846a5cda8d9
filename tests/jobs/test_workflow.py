"""Workflows inside a ticket's turn, told as stories: what the shop did, what the customer reads, what the team is told."""

from tests.flows.stage import Stage
from tests.flows.store import LABEL, an_order, delivered
from tests.jobs.workflows import CONFIGURATION, RETURN, Play

WHERE = "Where is my order? #12345"


def test_in_assist_the_note_has_the_facts_and_the_draft_and_nothing_is_sent(stage: Stage) -> None:
    play = Play(stage, an_order())
    play.writes(WHERE)
    assert play.replies == []
    [note] = play.notes
    assert "Order 12345: in-transit, 299.99 USD" in note.text
    assert "Your order #12345 is currently in transit!" in note.text
    assert "Look up an order (store): done" in note.text
    assert note.buttons == ("share",)


def test_a_person_shares_the_workflows_words(stage: Stage) -> None:
    play = Play(stage, an_order())
    play.writes(WHERE)
    play.press("share")
    assert "Carrier: USPS, Tracking: 9400123456789" in play.replies[0].text


def test_with_evidence_the_customer_is_answered(stage: Stage) -> None:
    play = Play(stage, an_order(), mode="deflect")
    play.prove()
    play.writes(WHERE)
    [reply] = play.replies
    assert "Your order #12345 is currently in transit!" in reply.text
    assert "automated answer" in reply.text


def test_a_return_in_assist_takes_two_approvals_and_then_a_share(stage: Stage) -> None:
    play = Play(stage, delivered())
    play.writes(RETURN)
    assert play.notes[-1].buttons == ("approve", "reject")
    assert "To approve: Make a return label" in play.notes[-1].text
    assert "**What to send:** nothing yet: what waits below needs an approval first" in play.notes[-1].text
    assert play.shop.log == []
    play.press("approve")
    assert [name for _, name, _ in play.shop.log] == ["create_label"]
    play.press("approve")
    assert [name for _, name, _ in play.shop.log] == ["create_label", "open_return"]
    assert play.notes[-1].files == (LABEL,)
    play.press("share")
    [reply] = play.replies
    assert "Ticket #: RET-2" in reply.text
    assert reply.files == (LABEL,)
    assert play.ends == ["done"]


def test_a_return_in_resolve_with_evidence_runs_by_itself(stage: Stage) -> None:
    play = Play(stage, delivered(), mode="resolve")
    play.prove("create_label", "open_return")
    play.writes(RETURN)
    assert play.deeds == [("create_label", "done"), ("open_return", "done")]
    [reply] = play.replies
    assert reply.files == (LABEL,)
    assert "We've processed your return request for order #12346" in reply.text


def test_evidence_for_one_action_is_none_for_another(stage: Stage) -> None:
    play = Play(stage, delivered(), mode="resolve")
    play.prove("create_label")
    play.writes(RETURN)
    assert play.deeds == [("create_label", "done"), ("open_return", "proposed")]
    assert play.replies == []


def test_only_the_team_approves(stage: Stage) -> None:
    play = Play(stage, delivered())
    play.writes(RETURN)
    play.press("approve", team=False)
    assert play.shop.log == []
    assert play.deeds == [("create_label", "proposed")]


def test_what_is_rejected_is_not_done_and_what_was_done_is_taken_back(stage: Stage) -> None:
    play = Play(stage, delivered())
    play.writes(RETURN)
    play.press("approve")
    play.press("reject")
    assert [name for _, name, _ in play.shop.log] == ["create_label", "void_label"]
    assert play.replies == []
    assert "a person said no" in play.notes[-1].text
    assert "Make a return label (store): done, taken back" in play.notes[-1].text


def test_a_later_step_that_fails_has_the_earlier_ones_taken_back(stage: Stage) -> None:
    play = Play(stage, delivered(), mode="resolve")
    play.prove("create_label", "open_return")
    play.shop.faults = {"open_return": ["refused"]}
    play.writes(RETURN)
    assert play.deeds == [("create_label", "done"), ("open_return", "failed"), ("void_label", "done")]
    assert play.shop.did("void_label") == [{"label": "l1"}]
    assert play.replies == []
    assert "Open a return: it was refused there" in play.notes[-1].text


def test_what_cannot_be_taken_back_is_said_and_reported(stage: Stage) -> None:
    play = Play(stage, delivered(), mode="resolve")
    play.prove("create_label", "open_return")
    play.shop.faults = {"open_return": ["refused"], "void_label": ["refused"]}
    play.writes(RETURN)
    assert "could not be taken back: do it by hand" in play.notes[-1].text
    assert "not_undone" in play.problems


def test_an_answer_that_got_lost_is_looked_for_and_nothing_is_done_twice(stage: Stage) -> None:
    play = Play(stage, delivered(), mode="resolve")
    play.prove("create_label", "open_return")
    play.shop.faults = {"create_label": ["lost"]}
    play.writes(RETURN)
    assert play.replies == []
    play.go_on(10)
    assert len(play.shop.did("create_label")) == 1
    assert len(play.replies) == 1


def test_a_backend_that_stays_away_is_left_to_a_person(stage: Stage) -> None:
    play = Play(stage, delivered(), mode="resolve")
    play.prove("create_label", "open_return")
    play.shop.faults = {"open_return": ["down"] * 20}
    play.writes(RETURN)
    for _ in range(12):
        play.go_on(60)
    assert ("open_return", "review") in play.deeds
    assert "not clear whether it was done: look there" in play.notes[-1].text
    assert "deed_unclear" in play.problems
    assert play.shop.did("void_label") == [], "nobody knows whether the return is there"


def test_a_money_limit_holds_whoever_approves(stage: Stage) -> None:
    dear = an_order(status="delivered", total=30001)
    play = Play(stage, dear)
    play.writes("I want my money back, please refund order #12345")
    assert play.deeds == []
    assert "above a limit" in play.notes[-1].text


def test_a_refund_waits_for_a_person_whatever_was_proven(stage: Stage) -> None:
    play = Play(stage, an_order(status="delivered"), mode="resolve")
    play.prove("refund")
    play.writes("I want my money back, please refund order #12345")
    assert play.deeds == [("refund", "proposed")]
    assert "amount: 29999" in play.notes[-1].text
    play.press("approve")
    assert play.shop.did("refund") == [{"payment": "pay_1", "amount": 29999, "currency": "USD"}]


def test_an_address_is_asked_for_and_changed_in_a_second_message(stage: Stage) -> None:
    play = Play(stage, an_order("12347", status="processing", shipped_at=None), mode="resolve")
    play.prove("update_address")
    play.writes("Can I change my shipping address for order #12347?")
    assert "What's the new address?" in play.replies[-1].text
    play.writes("12 Elm Street, Portland, OR 97201")
    assert play.shop.orders["12347"]["address"]["street"] == "12 Elm Street"
    assert "will now be sent to" in play.replies[-1].text


def test_a_person_is_one_word_away_in_the_middle_of_a_workflow(stage: Stage) -> None:
    play = Play(stage, an_order("12347", status="processing", shipped_at=None), mode="resolve")
    play.prove("update_address")
    play.writes("Can I change my shipping address for order #12347?")
    play.writes("human")
    assert play.ends == ["handed_over"]
    assert len(play.replies) == 1


def test_what_the_shop_says_of_the_customer_counts_for_who_answers(stage: Stage) -> None:
    vips = CONFIGURATION.replace(
        "classification:", "classification:\n  vip: {enabled: true, criteria: [lifetimeValue > 400]}"
    )
    play = Play(stage, an_order(), mode="deflect", text=vips)
    play.prove()
    play.writes(WHERE)
    assert play.replies == []
    assert "The customer is a VIP." in play.notes[-1].text
