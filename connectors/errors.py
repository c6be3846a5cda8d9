"""What can go wrong with a vendor. Each leaf names its remedy; ``jobs/base.py`` and the web turn leaves into acts.

ConnectorError
├── Rejected              what came in is not to be trusted or read
│   ├── BadSignature          refuse, record, stop
│   │   └── Untimely              the same, and say that a clock may be wrong
│   └── BadPayload            accept, park for a person
│       └── ForeignTenant         it is for somebody else's connection: answer as if taken, drop, record whose it is not
├── Unsupported           this vendor cannot do that: choose another change
├── Refused               the vendor understood and said no: park for a person, never repeat
│   ├── Forbidden             we may not do this: pause if the vendor knows us no more at all, else as Refused
│   └── NotErased             a person's own record stays at the vendor: tell somebody what has to be done there first
├── AuthFailed            pause the connection, tell the admin
├── NotFound              the ticket is gone: drop, say so in the record
├── Closed                the ticket takes no change any more: drop, say so in the record
├── Conflict              the ticket moved on: read again, decide again
├── RateLimited           wait ``retry_after`` seconds, elsewhere than in a worker
└── Unavailable           retry with backoff and jitter; the change may have been taken: look before you resend

No message of these errors ever holds a secret or what a customer wrote.
"""


class ConnectorError(Exception):
    """Something went wrong between us and a vendor."""


class Rejected(ConnectorError):
    """What came in is not to be trusted or read."""


class BadSignature(Rejected):
    """The request does not prove that the vendor sent it."""


class Untimely(BadSignature):
    """The vendor signed it, but at another time than now: it was kept and sent again, or somebody's clock is wrong."""


class BadPayload(Rejected):
    """The vendor sent it, but it cannot be read. ``path`` names the field, ``remedy`` what would be right."""

    def __init__(self, path: str, remedy: str) -> None:
        super().__init__(f"{path}: {remedy}")
        self.path = path
        self.remedy = remedy


class ForeignTenant(BadPayload):
    """The vendor sent it, but for another workspace or account than this connection's. Nothing of it is read or kept."""


class Unsupported(ConnectorError):
    """This vendor has no such change."""


class Refused(ConnectorError):
    """The vendor understood the request and will not take it, however often it is sent (400, 413, 422)."""


class Forbidden(Refused):
    """The vendor knows us, but we may not do this here (403): a group, a plan, a permission. Other tickets go on."""


class NotErased(Refused):
    """A person's own record stays at the vendor. ``remedy`` says what somebody does there; neither names anybody."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class AuthFailed(ConnectorError):
    """The vendor does not know our token any more."""


class NotFound(ConnectorError):
    """The vendor has no such ticket."""


class Closed(ConnectorError):
    """The ticket is closed for good."""


class Conflict(ConnectorError):
    """The ticket is not what the decision was made on."""


class RateLimited(ConnectorError):
    """Too many calls. ``retry_after`` is in seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(ConnectorError):
    """No answer, or the vendor's own failure. What was sent may or may not have been taken."""
