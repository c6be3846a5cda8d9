"""What can go wrong with a model. Every one ends in the local draft for a human; none leaves this room but as NotWritten.

ModelError                    (a NotWritten)
├── Transient                     asking again may help
│   ├── Unreachable                   no answer, or the provider's own fault
│   ├── Cut                           an answer that broke off
│   └── Busy                          too many questions just now
├── Late                          the time was up
├── Denied                        key, address, model name or request are wrong: an admin has to look
├── Declined                      the model or the provider's filter would not answer
├── Garbled                       what came is no answer of the agreed form
├── Unanswered                    the model says that the sources do not answer
├── PersonWanted                  the model leaves it to a person
├── Resting                       the endpoint failed too often just now and is left alone
└── BudgetSpent                   the ticket's, requester's or day's tokens are used up

No message holds anything that was asked, answered or sent along.
"""

from typing import ClassVar

from app.engine.types import Reason
from app.engine.writing import NotWritten


class ModelError(NotWritten):
    """No usable answer; ``code`` and ``text`` go into the draft's reasons."""

    code: ClassVar[str] = "model_down"
    text: ClassVar[str] = "The language model could not be asked."

    def __init__(self, detail: str = "") -> None:
        super().__init__(Reason(self.code, f"{self.text} {detail}".strip()))


class Transient(ModelError):
    """Asking again may help. ``retry_after`` seconds, where the provider says so."""

    def __init__(self, detail: str = "", retry_after: float = 0.0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unreachable(Transient):
    """No answer, or the provider's own fault."""

    text = "The language model could not be reached."


class Cut(Transient):
    """An answer that broke off."""

    text = "The language model's answer broke off."


class Busy(Transient):
    """Too many questions just now."""

    code = "model_busy"
    text = "The language model takes no more questions for now."


class Late(ModelError):
    """The time was up."""

    code = "model_late"
    text = "The language model took too long."


class Denied(ModelError):
    """Key, address, model name or request are wrong."""

    code = "model_denied"
    text = "The language model refuses our requests: its settings have to be looked at."


class Declined(ModelError):
    """The model or the provider's filter would not answer."""

    code = "model_declined"
    text = "The language model declined to answer."


class Garbled(ModelError):
    """What came is no answer of the agreed form."""

    code = "model_garbled"
    text = "The language model's answer has not the agreed form."


class Unanswered(ModelError):
    """The model says that the sources do not answer."""

    code = "model_unanswered"
    text = "The language model finds no answer in the sources."


class PersonWanted(ModelError):
    """The model leaves it to a person."""

    code = "model_handoff"
    text = "The language model leaves it to a person."


class Resting(ModelError):
    """The endpoint failed too often just now and is left alone."""

    code = "model_resting"
    text = "The language model failed too often just now and is not asked."


class BudgetSpent(ModelError):
    """Tokens are used up."""

    code = "model_budget"
    text = "The budget for the language model is used up."
