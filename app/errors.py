"""What can go wrong inside our own walls. Each leaf says what is wrong and what to do; vendors' errors live in ``connectors.errors``.

DeskhandError
├── SettingsError         an environment variable is wrong: names the variable and what would be right
├── BadInput              what a person gave us is wrong: names the option and what would be right
├── UnknownRecord         no such account, connection or ticket in our database
├── SealBroken            a stored secret does not open with the keys we have
├── DatabaseDown          the database cannot be reached or written: what came in was not taken
└── BrokerDown            Redis cannot be reached: work waits in the database until it can

No message of these errors ever holds a secret or what a customer wrote.
"""


class DeskhandError(Exception):
    """Something went wrong inside our own walls. ``problem`` says what, ``remedy`` what to do about it."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem}: {remedy}" if remedy else problem)
        self.problem = problem
        self.remedy = remedy


class SettingsError(DeskhandError):
    """An environment variable is wrong."""


class BadInput(DeskhandError):
    """What a person gave us is wrong."""


class UnknownRecord(DeskhandError):
    """Our database has no such thing."""


class SealBroken(DeskhandError):
    """A stored secret does not open."""


class DatabaseDown(DeskhandError):
    """The database cannot be reached or written."""


class BrokerDown(DeskhandError):
    """Redis cannot be reached."""
