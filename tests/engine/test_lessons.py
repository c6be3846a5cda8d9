import pytest

from app.engine.lessons import Lesson, lesson

DRAFT = "You can return a parcel within 30 days. Print the label from https://shop.example/returns and drop it off. Returns are free."


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (DRAFT, Lesson.KEPT),
        (f"Hello Kim,\n\n{DRAFT}\n\nKind regards\nBo from the shop", Lesson.KEPT),
        (
            "Sure! Parcels can be sent back within 30 days: print the label at https://shop.example/returns, then hand the parcel "
            "over. Returning is free.",
            Lesson.TONE,
        ),
        (DRAFT.replace("30", "14"), Lesson.FACT),
        (DRAFT.replace("shop.example", "evil.example"), Lesson.FACT),
        (DRAFT.replace("You can return", "You cannot return"), Lesson.FACT),
        (DRAFT.replace("are free", "are not free"), Lesson.FACT),
        (f"{DRAFT} Please also send us the invoice number 4711.", Lesson.MISSING),
        (
            f"{DRAFT} Before you do so, take the batteries out, wipe the device, remove the screen protector, put the charger "
            "beside it in the box, seal the box with tape, write your name on its lid and photograph the parcel from each side "
            "so that the carrier believes you later.",
            Lesson.MISSING,
        ),
        ("Your invoice is attached.", Lesson.WRONG),
    ],
)
def test_what_an_answer_says_about_a_draft(answer, expected):
    assert lesson(DRAFT, answer) is expected


def test_only_what_could_have_been_sent_is_right():
    assert [one for one in Lesson if one.right] == [Lesson.KEPT, Lesson.TONE]


@pytest.mark.parametrize(("draft", "answer"), [("", "x"), ("x", " "), ("", "")])
def test_nothing_teaches_nothing(draft, answer):
    with pytest.raises(ValueError, match="compared"):
        lesson(draft, answer)
