"""What a run is judged by: the vendors' own transcripts. Pure, so that it can be tested with transcripts that are wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.town import Line, Transcript

CRIMES = ("duplicates", "lost", "reordered", "unauthorised")


@dataclass
class Verdict:
    """Each list names what was found, one line each; all have to be empty but ``crossed``: what nobody could see in time."""

    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    unauthorised: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not any(getattr(self, crime) for crime in CRIMES)

    def counts(self) -> Mapping[str, int]:
        return {name: len(getattr(self, name)) for name in (*CRIMES, "crossed")}


@dataclass(frozen=True)
class Truth:
    """What must be so. ``sent``: the numbers of the customers' words, by desk; ``proven``: those that may be answered by
    itself; ``decided``: decision -> the vendor's id of the message that it answers, as we keep it.
    """

    sent: Mapping[str, frozenset[int]]
    proven: frozenset[int]
    earned: frozenset[str]
    threads: frozenset[str]
    """Desks whose tickets are recorded at another one."""
    decided: Mapping[str, str]


def judged(transcripts: Iterable[Transcript], truth: Truth) -> Verdict:
    """The run's verdict."""
    verdict = Verdict()
    every = list(transcripts)
    records = {one.lines[0].number: one for one in every if one.record}
    for one in every:
        where = f"{one.desk} {one.ticket}"
        verdict.crossed += [f"{where}: {line.kind} {line.id}" for line in one.lines if line.crossed]
        _twice(one, where, verdict)
        if one.record:
            _in_order(one, where, verdict)
            continue
        _allowed(one, where, truth, verdict)
        _answers(one, where, truth, verdict)
        if one.desk in truth.threads:
            _recorded(one, records.get(one.lines[0].number), verdict)
        elif not _dealt_with(one.lines):
            verdict.lost.append(f"{where}: nothing came of {one.lines[-1].number}")
    _arrived(every, truth, verdict)
    return verdict


def questions(lines: Sequence[Line]) -> Iterator[tuple[Line, list[Line]]]:
    """Each of the customer's messages with all that followed it up to the next."""
    after: list[Line] = []
    asked: Line | None = None
    for line in lines:
        if line.kind == "asked":
            if asked:
                yield asked, after
            asked, after = line, []
        else:
            after.append(line)
    if asked:
        yield asked, after


def _twice(one: Transcript, where: str, verdict: Verdict) -> None:
    """One answer and one decision to a question at most, no decision shown twice, no key carried out twice."""
    for asked, after in questions(one.lines):
        said = sum(line.kind == "said" for line in after)
        decisions = sum(bool(line.decision) for line in after)
        if said > 1 or decisions > 1:
            verdict.duplicates.append(f"{where}: {said} answers and {decisions} decisions to {asked.number}")
    for what in ("decision", "key"):
        named = Counter(getattr(line, what) for line in one.lines if getattr(line, what) and line.kind != "person")
        verdict.duplicates += [f"{where}: {what} {name} {times} times" for name, times in named.items() if times > 1]
    numbers = Counter(line.number for line in one.lines if line.kind == "asked" and line.number)
    verdict.duplicates += [f"{where}: {number} copied {times} times" for number, times in numbers.items() if times > 1]


def _in_order(record: Transcript, where: str, verdict: Verdict) -> None:
    numbers = [line.number for line in record.lines if line.kind == "asked"]
    if numbers != sorted(numbers):
        verdict.reordered.append(f"{where}: copied in the order {numbers}")


def _answers(one: Transcript, where: str, truth: Truth, verdict: Verdict) -> None:
    """What we decided stands right after the message that it was decided on."""
    for asked, after in questions(one.lines):
        for line in after:
            question = truth.decided.get(line.decision)
            if question is not None and asked.id not in question:
                verdict.reordered.append(f"{where}: {line.decision} is about {question}, and stands after {asked.id}")


def _allowed(one: Transcript, where: str, truth: Truth, verdict: Verdict) -> None:
    """Nothing is said where nothing is earned, nor about what nobody proved, nor after a person of the team."""
    person = False
    for asked, after in questions(one.lines):
        for line in after:
            person = person or line.kind == "person"
            if line.kind != "said":
                continue
            if one.desk not in truth.earned or asked.number not in truth.proven:
                verdict.unauthorised.append(f"{where}: {asked.number} was answered")
            elif person:
                verdict.unauthorised.append(f"{where}: {asked.number} was answered after a person")


def _dealt_with(lines: Sequence[Line]) -> bool:
    """The last question has an answer or a note, or a person has the ticket."""
    if any(line.kind == "person" for line in lines):
        return True
    *_, (_, after) = questions(lines)
    return any(line.kind in ("said", "noted") for line in after)


def _recorded(thread: Transcript, record: Transcript | None, verdict: Verdict) -> None:
    """Every word of a thread is in its record, and the last one was dealt with, here or there."""
    where = f"{thread.desk} {thread.ticket}"
    asked = [line.number for line in thread.lines if line.kind == "asked"]
    there = [line.number for line in record.lines if line.kind == "asked"] if record else []
    missing = sorted(set(asked) - set(there))
    if missing:
        verdict.lost.append(f"{where}: {missing} not in the record")
    elif record and not _dealt_with(thread.lines) and not _dealt_with(record.lines):
        verdict.lost.append(f"{where}: nothing came of {asked[-1]}")


def _arrived(every: Sequence[Transcript], truth: Truth, verdict: Verdict) -> None:
    """The run itself: what the plan wrote is at the vendor, or nothing was proven by its silence."""
    for desk, numbers in truth.sent.items():
        seen = {line.number for one in every if one.desk == desk for line in one.lines if line.kind == "asked"}
        if numbers - seen:
            verdict.lost.append(f"{desk}: {len(numbers - seen)} events never came to be")
