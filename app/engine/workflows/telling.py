"""What a run has come to, in words: the draft for the customer, and the part of the note that shows the team every step."""

from collections.abc import Mapping, Sequence

from app.engine.channels import CHAT, SMS, VOICE, kind
from app.engine.configuration.settled import Configuration
from app.engine.draft import greeting
from app.engine.otp import Way
from app.engine.phrases import phrases
from app.engine.types import Classification, Draft, Mode, Passage, Proposal, Reason, Work
from app.engine.workflows.limits import author
from app.engine.workflows.runner import FAILURES
from app.engine.workflows.types import Answer, Ended, Failure, Progress, Prove
from connectors.operations import Operation
from connectors.types import Ticket

SHORT = frozenset({CHAT, SMS, VOICE})
"""Where nobody is greeted again with every answer."""
LEARNED = ("lifetimeValue", "orders", "returned", "loyaltyTier", "accountPlan", "plan", "seats")
"""What a backend may tell the gate of a customer: what makes them more important, never who they are."""
MOST_STEPS = 40
"""Lines of a trace that a note shows; all of them are kept."""
BY_BUTTON = "**Send it by its button**: the code goes out with it. Whoever copies the words sends no code."
TOGETHER = "The button that approves releases all of these; the one that rejects refuses the first, and you are asked again about the rest."
TOOK_OVER = Reason("workflow_person", "The workflow ended with a person.")


def drafted(
    progress: Progress, ticket: Ticket, judged: Classification, configuration: Configuration, asked: Sequence[Proposal]
) -> Draft:
    """The run's words as a draft; empty while something waits for approval. ``asked`` is what does."""
    flow = progress.workflow
    said = phrases(judged.language, configuration.templates)
    body = "\n\n".join(progress.says)
    letter = body if kind(ticket) in SHORT else "\n\n".join((greeting(ticket, said), body, said.closing))
    text = "" if asked or not body else letter
    holds = list(_holds(progress, asked))
    reasons = (Reason("workflow", f"The workflow {flow.name} says so."),) if text and not holds else tuple(holds[:1])
    sources = (f"workflow {flow.name}", *progress.sources)
    passages = tuple(Passage(f"workflow:{flow.name}", title, "", "", 1.0) for title in sources)
    files = () if asked else progress.files
    work = Work(
        flow.name,
        progress.notes,
        progress.trace,
        tuple(holds),
        tuple(asked),
        files,
        _solves(progress),
        _facts(progress),
        code=isinstance(progress.waiting, Prove) and progress.waiting.way != Way.APP,
    )
    return Draft(text, passages, reasons, author(flow), work=work)


def _solves(progress: Progress) -> bool:
    """Whether some step says that it is over, in a run that came to its end."""
    said = any(outputs.get("solved") is True for outputs in progress.outputs.values())
    return said and progress.ended is Ended.DONE


def _facts(progress: Progress) -> Mapping[str, str | int | float | bool]:
    """The outputs that are facts by name; what the host itself says of a ticket is not touched."""
    given = {name: value for outputs in progress.outputs.values() for name, value in outputs.items()}
    return {name: given[name] for name in LEARNED if isinstance(given.get(name), str | int | float | bool)}


def _holds(progress: Progress, asked: Sequence[Proposal]) -> list[Reason]:
    """Why a person goes on."""
    found = [progress.reason or TOOK_OVER] if progress.ended is Ended.HANDED_OVER else []
    for one in asked:
        why = f" {one.why.text}" if one.why else ""
        found.append(Reason("to_approve", f"{one.title} waits for approval.{why}"))
    return found


def has_words(progress: Progress, asked: Sequence[Proposal]) -> bool:
    """Whether the run has anything to tell anybody now; if not, knowledge may answer instead."""
    told = progress.says or progress.notes or asked
    return bool(told) or progress.ended is Ended.HANDED_OVER


def proposal(key: str, operation: Operation, inputs: dict[str, object], why: Reason | None, link: str) -> Proposal:
    """An effect as a person is asked about it. Inputs are shown in short, a line each."""
    details = tuple(f"{name}: {shown(value)}" for name, value in inputs.items() if value not in (None, "", [], {}))
    return Proposal(key, operation.title, details, why, link)


def told(work: Work, mode: Mode) -> str:
    """The note's part about a workflow, as Markdown: what was found, what waits for approval, every step."""
    parts = [BY_BUTTON] if work.code and mode is Mode.ASSIST else []
    if work.notes:
        parts.append("**Found and done**\n\n" + "\n".join(f"- {line}" for line in work.notes))
    if work.proposals and mode is Mode.ASSIST:
        parts += [_asked(one) for one in work.proposals]
        parts += [TOGETHER] if len(work.proposals) > 1 and not work.proposals[0].link else []
    if work.trace:
        lines = [f"{n}. {line}" for n, line in enumerate(work.trace[-MOST_STEPS:], start=1)]
        parts.append(f"**Steps of {work.workflow}**\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def _asked(one: Proposal) -> str:
    lines = "\n".join(f"- {line}" for line in one.details)
    where = f"[Approve or reject it]({one.link})" if one.link else "Approve or reject it with the buttons below."
    return "\n\n".join(part for part in (f"**To approve: {one.title}**", lines, where) if part)


def outcome(title: str, answer: Answer) -> str:
    """What came of an effect that a person released, where no run tells it."""
    if answer.failure is None:
        lines = "\n".join(
            f"- {name}: {shown(value)}" for name, value in answer.outputs.items() if value not in (None, "")
        )
        return "\n\n".join(part for part in (f"**Approved and done: {title}**", lines) if part)
    if answer.failure is Failure.UNCLEAR:
        return f"**Approved, and nobody knows whether it was done: {title}.** Look there before you do it by hand."
    return (
        f"**Approved, but not done: {title}:** {FAILURES[answer.failure]}. Please do it by hand, if it is still wanted."
    )


def shown(value: object) -> str:
    """A value in a line, in short."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(part)}" for name, part in value.items() if part not in (None, ""))
    if isinstance(value, list | tuple):
        return "; ".join(shown(part) for part in value)
    text = " ".join(str(value).split())
    return text if len(text) <= 120 else f"{text[:117]}..."
