"""Retrieval, measured: ``python -m tests.bench.kb [shop] [stackfaq] [banking_kb] [speed]``, all of them by default.

The public sets are read from ``../shared/data`` and left out where they are not there; the hash beside a figure is that of its data.
Speed is of one thread, the question's vector not included, on random vectors and words with a natural spread.
"""

import hashlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from app.db import accounts, articles, migrations, vectors
from app.db.database import Database
from app.engine.configuration import load
from app.engine.draft import draft
from app.engine.ports import ANSWERS
from app.kb.embedding import embed
from app.kb.index import HybridIndex
from app.kb.matrix import Matrices
from app.nlp.tier import tier
from connectors.types import Article
from tests.builders import NOON, a_classification, a_ticket
from tests.kb.shop import pages, questions

DATA = Path(__file__).parents[2].parent / "shared" / "data"
CACHE = Path(tempfile.gettempdir()) / "deskhand-bench-kb"
PASSAGES = 100_000
CONFIGURATION = "service: shop\nclassification: {categories: [{name: order-status}]}\n"


class Kept:
    """The encoder, with what it read kept in a file, so that a second run measures retrieval alone."""

    def __init__(self, name: str) -> None:
        found = tier().encoder
        if found is None:
            raise SystemExit(tier().why)
        self._encoder, self._file = found, CACHE / f"{name}.npz"
        self.version, self.width = found.version, found.width
        self._known: dict[str, np.ndarray] = dict(np.load(self._file)) if self._file.exists() else {}

    def encode(self, texts: list[str]) -> np.ndarray:
        names = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        missing = {name: text for name, text in zip(names, texts, strict=True) if name not in self._known}
        self._known |= dict(zip(missing, self._encoder.encode(list(missing.values())), strict=True))
        return np.stack([self._known[name] for name in names])

    def save(self) -> None:
        CACHE.mkdir(exist_ok=True)
        np.savez(self._file, **self._known)  # type: ignore[arg-type]


@contextmanager
def index(encoder: Kept, found: Iterable[Article], *, ranking: bool = False) -> Iterator[HybridIndex]:
    """An index of these pages, in memory; for ``ranking`` alone without the vectors of single sentences, which order nothing."""
    database = Database("sqlite://")
    migrations.upgrade(database)
    with database.session() as session:
        account = accounts.add(session, "bench", NOON).id
        articles.upsert(session, account, "bench", found, NOON)
    if ranking:
        _ranking(database, account, encoder)
    else:
        embed(database, account, encoder)
    yield HybridIndex(database, account, encoder)
    encoder.save()
    database.dispose()


def _ranking(database: Database, account: str, encoder: Kept) -> None:
    with database.session() as session:
        for one in vectors.unmade(session, account, encoder.version, 1_000_000):
            made = encoder.encode(list(one.texts[: vectors.SENTENCES])).astype(np.float16)
            vectors.keep(session, encoder.version, [(one.id, part, row) for part, row in enumerate(made)])


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def shop() -> None:
    """Adjacent and answerable questions of the made-up shop; the reported half was not tuned on."""
    with index(Kept("shop"), pages()) as knowledge:
        told = [(q, knowledge.search(q.text), _drafted(q.text, knowledge)) for q in questions()]
    for name, chosen in (("tuned on", True), ("reported", False)):
        part = [one for one in told if one[0].tuning is chosen]
        sent = sum(any(p.score >= ANSWERS for p in found) for q, found, _ in part if not q.answerable)
        good = [one for one in part if one[0].answerable]
        right = sum(source == q.article for q, _, source in good)
        auto = sum(bool(found) and found[0].score >= ANSWERS and found[0].source == q.article for q, found, _ in good)
        print(f"shop, {name}: {sent} of {len(part) - len(good)} adjacent answered; {right} of {len(good)} answerable drafted "
              f"from the right page, {auto} of them without a person")  # fmt: skip


def _drafted(question: str, knowledge: HybridIndex) -> str:
    """The page that the draft of a ticket quotes, or nothing."""
    made = draft(a_ticket(question), a_classification(), load(CONFIGURATION, name="bench"), knowledge)
    return made.passages[0].source if made.text else ""


def stackfaq() -> None:
    """Rephrased questions against questions with their answers."""
    pairs = json.loads((DATA / "stackfaq" / "faq.json").read_text("utf-8"))["root"]["qapair"]
    found = [
        Article(str(n), p["question"], "\n\n".join(p["answer"]), "", "en", False, NOON) for n, p in enumerate(pairs)
    ]
    asked = [(r, {str(n)}) for n, p in enumerate(pairs) for r in p["rephr"] if len(r.split()) > 1]
    with index(Kept("stackfaq"), found, ranking=True) as knowledge:
        _ranked(f"stackfaq {_digest(DATA / 'stackfaq' / 'faq.json')}", knowledge, asked)


def banking_kb() -> None:
    """Long scenarios against the pages that each needs."""
    folder = DATA / "banking_kb"
    found = [
        Article(d["id"], d["title"], d["content"], "", "en", False, NOON)
        for d in json.loads((folder / "documents.json").read_text("utf-8"))
    ]
    tasks = json.loads((folder / "tasks.json").read_text("utf-8"))
    name = f"banking_kb {_digest(folder / 'documents.json', folder / 'tasks.json')}"
    with index(Kept("banking_kb"), found, ranking=True) as knowledge:
        _ranked(name, knowledge, [(t["instructions"], set(t["required_documents"])) for t in tasks])


def _ranked(name: str, knowledge: HybridIndex, asked: list[tuple[str, set[str]]]) -> None:
    first = third = 0
    for question, needed in asked:
        with knowledge._database.reading() as session:
            best = [hit.found.source for hit in knowledge.hits(session, question)[:3]]
        first += bool(set(best[:1]) & needed)
        third += bool(set(best) & needed)
    print(f"{name}: {len(asked)} questions, hit@1 {first / len(asked):.1%}, hit@3 {third / len(asked):.1%}")


class Drawn:
    """Vectors drawn by a text's hash: as good as real ones for measuring time."""

    version, width = "drawn", 384

    def encode(self, texts: list[str]) -> np.ndarray:
        rows = [np.random.default_rng(abs(hash(text))).standard_normal(self.width) for text in texts]
        return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


def _timed(knowledge: HybridIndex, encoder: Drawn, question: str) -> tuple[float, float]:
    """Wall and CPU seconds of one search whose question has its vector already."""
    ready = encoder.encode([question])
    encoder.encode = lambda _texts: ready  # type: ignore[assignment,method-assign]
    start, cpu = time.perf_counter(), time.process_time()
    knowledge.search(question)
    told = time.perf_counter() - start, time.process_time() - cpu
    del encoder.encode
    return told


def _sorted(knowledge: HybridIndex, encoder: Drawn, asked: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Wall and CPU milliseconds of every search, each from quick to slow."""
    times = [_timed(knowledge, encoder, question) for question in asked]
    return np.sort([wall for wall, _ in times]) * 1000, np.sort([cpu for _, cpu in times]) * 1000


def _exact(knowledge: HybridIndex, encoder: Drawn, asked: list[str]) -> np.ndarray:
    """CPU milliseconds where every row is compared."""
    vars(knowledge._matrix)["_signs"] = None
    return _sorted(knowledge, encoder, asked)[1]


def speed(count: int = PASSAGES) -> None:
    """How long a search takes among 100,000 passages, and what it keeps in memory."""
    generator, encoder = np.random.default_rng(7), Drawn()
    words = np.array([f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}word{n}" for n in range(20_000)])
    weights = 1 / np.arange(1, len(words) + 1)
    drawn = words[generator.choice(len(words), (count, 60), p=weights / weights.sum())]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/kb.db")
        migrations.upgrade(database)
        start = time.perf_counter()
        with database.session() as session:
            account = accounts.add(session, "bench", NOON).id
        for first in range(0, count, 10_000):
            with database.session() as session:
                page = [
                    Article(str(first + n), " ".join(row[:5]), " ".join(row[5:]), "", "en", False, NOON)
                    for n, row in enumerate(drawn[first : first + 10_000])
                ]
                articles.upsert(session, account, "bench", page, NOON)
            print(f"\rspeed: {min(first + 10_000, count)} kept", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        built = time.perf_counter() - start
        with database.session() as session:
            for first in range(0, count, 10_000):
                made = generator.standard_normal((min(10_000, count - first), 384)).astype(np.float16)
                vectors.keep(session, encoder.version, ((first + n + 1, 0, row) for n, row in enumerate(made)))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        knowledge = HybridIndex(database, account, encoder, matrices=Matrices())
        loaded = time.perf_counter() - start
        asked = [" ".join(drawn[(n * 37) % count][:12]) for n in range(200)]
        wall, cpu = _sorted(knowledge, encoder, asked)
        every = _exact(knowledge, encoder, asked)
        size = knowledge._matrix.rows.nbytes if knowledge._matrix else 0
        print(f"speed: {count} passages; kept in {built:.0f} s, loaded in {loaded:.1f} s, matrix {size / 1e6:.0f} MB, "
              f"peak +{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3:.0f} MB; search p50 {wall[100]:.1f} ms, "
              f"p95 {wall[190]:.1f} ms; CPU p50 {cpu[100]:.1f} ms, p95 {cpu[190]:.1f} ms, quickest tenth {cpu[20]:.1f} ms; "
              f"every row compared in the same run: CPU p50 {every[100]:.1f} ms, {every[100] / cpu[100]:.1f} times")  # fmt: skip
        database.dispose()


def main(names: list[str]) -> None:
    """Run those, or all that can be run here."""
    for run in (shop, stackfaq, banking_kb, speed):
        if (not names or run.__name__ in names) and (run in (shop, speed) or (DATA / run.__name__).exists()):
            run()


if __name__ == "__main__":
    main(sys.argv[1:])
