"""Why somebody is not signed in."""

from app.errors import DeskhandError


class Untrusted(DeskhandError):
    """What came back is not what the provider says of the person who left here. Holds none of it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "begin again from the sign-in page")


class ProviderAway(DeskhandError):
    """The identity provider cannot be reached, or answers nothing that can be read."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "see that the provider runs and that this machine reaches it")
