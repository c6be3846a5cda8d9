"""The one place that picks implementations. Web, jobs and command line build it once per process and ask it. Knows no Flask."""

import hashlib
import hmac
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.approvals import Approvals
from app.connected import Connected
from app.db import accounts, approvals, examples
from app.db.connections import Installed
from app.db.database import Database
from app.db.spending import Limits, Payer
from app.db.unlocking import root, unlock
from app.engine.evidence import coin
from app.engine.ports import Classifier, Knowledge
from app.engine.signatures import Signer
from app.errors import UnknownRecord
from app.llm import models
from app.queue import Work
from app.rates import Shared
from app.settings import Settings
from app.vault import Vault
from connectors.base import Helpdesk
from connectors.operations import Backend
from connectors.registry import BACKENDS, HELPDESKS

if TYPE_CHECKING:  # what takes long to load is loaded by who uses it: the web takes webhooks without any of it
    from app.engine.configuration import Configuration
    from app.engine.training import Taught
    from app.engine.writing import Writer
    from app.kb.embedding import Encoder
    from app.kb.matrix import Matrices
    from app.llm.gateway import Gateway
    from app.nlp.classifier import LanguageClassifier
    from app.nlp.retraining import School
    from app.nlp.store import ModelStore
    from app.nlp.tier import Tier

log = logging.getLogger(__name__)


class Services:
    """Everything a process needs, from its settings. Safe between threads: connectors are built for each one.

    ``database`` and ``work`` come open; nothing is called over the network before somebody asks.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database | None = None,
        work: Work | None = None,
        helpdesks: Mapping[str, type[Helpdesk]] = HELPDESKS,
        backends: Mapping[str, type[Backend]] = BACKENDS,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.settings = settings
        self.database = database or Database(settings.database_url, clock=clock)
        self.work = work or Work(settings.redis_url, job_timeout=settings.job_timeout)
        self.keyring = unlock(self.database, settings)
        self.connected = Connected(self.database, lambda: self.vault, helpdesks, backends)
        self.draw: Callable[..., float] = coin
        self._mine = threading.local()
        self._matrices: Matrices | None = None
        self._models = models.load(settings)
        self._gateway: Gateway | None = None
        self._configurations: dict[str, tuple[int, Configuration]] = {}
        self._classifiers: dict[str, tuple[str, LanguageClassifier]] = {}

    def dispose(self) -> None:
        """Close the connections to the data and to the keys."""
        self.database.dispose()
        self.keyring.database.dispose()

    @cached_property
    def root(self) -> bytes:
        """What our signatures and keyed hashes are made with: it stays when the master key changes."""
        return root(self.keyring, self.settings)

    @cached_property
    def vault(self) -> Vault:
        """What connections' secrets are sealed with: our own keys, or a secret that the key service guards."""
        return Vault(self.settings.keys or (self.root,))

    @cached_property
    def evidence_key(self) -> bytes:
        """What evidence is signed with."""
        return hmac.digest(self.root, b"deskhand evidence", "sha256")

    @cached_property
    def rates(self) -> Shared:
        """How often somebody tried something, for all web processes together."""
        return Shared(self.settings.redis_url)

    @cached_property
    def signer(self) -> Signer:
        """What the ends of the audit trail are signed with, and its digests that leave the house."""
        return Signer([self.root], self.settings.audit_keys)

    def person(self, address: str) -> str:
        """The keyed hash under which everything of that mail address is kept."""
        from app.engine.duplicates import hashed  # noqa: PLC0415  # the web takes webhooks without it

        found = hashed([address.strip().casefold()], hmac.digest(self.evidence_key, b"sketches", "sha256"))
        return f"{next(iter(found)):x}"

    @cached_property
    def approvals(self) -> Approvals:
        """What the links of approvals are signed with."""
        return Approvals(hmac.digest(self.root, b"deskhand approvals", "sha256"), self.settings.public_url)

    def drawn(self, connection: Installed, ref: str) -> float:
        """The ticket's number in [0, 1) in the draw for the permanent audit: one number for all that is ever asked in it."""
        return self.draw(self.evidence_key, connection.account_id, connection.id, ref)

    def configuration(self, account_id: str, session: Session | None = None) -> "Configuration":
        """The account's configuration in force. Read once per version. Raises UnknownRecord when it has none.

        ``session``: where the caller is reading already.
        """
        steady: dict[str, Configuration] = self._mine.__dict__.get("steady", {})
        if account_id not in steady:
            steady[account_id] = self._in_force(account_id, session)
        return steady[account_id]

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Within it this thread goes by one configuration for each account: the one in force when it was first asked for."""
        self._mine.steady = {}
        try:
            yield
        finally:
            del self._mine.steady

    def _in_force(self, account_id: str, session: Session | None) -> "Configuration":
        settled = self._settled(account_id, session)[1]
        if not settled.approved_only:
            return settled
        with nullcontext(session) if session else self.database.reading() as reading:
            approved = approvals.of_account(reading, account_id)
        return replace(settled, shelf=replace(settled.shelf, approved=approved))

    def classifier(self, account_id: str) -> Classifier:
        """What tells the account's tickets apart, by the configuration and the examples in force; slow when those are new."""
        return self._classifier(account_id)

    @property
    def tier(self) -> "Tier":
        """What compares meanings on this machine, and why that; loaded once a process, when it is first asked for."""
        from app.nlp.tier import tier  # noqa: PLC0415  # the web takes webhooks without it

        return tier(self.settings.model_file, self.settings.model_sha256)

    def warm_up(self) -> None:
        """Load all that the first ticket of any account would have to wait for."""
        from app.engine.configuration import ConfigurationError  # noqa: PLC0415

        with self.database.reading() as session:
            every = [account.id for account in accounts.every(session)]
        for account_id in every:
            try:
                self._classifier(account_id).warm_up()
            except (UnknownRecord, ConfigurationError) as reason:
                log.warning("account.unsettled", extra={"account": account_id, "kind": type(reason).__name__})

    def examples_file(self, account_id: str) -> Path:
        """Where an account's labelled examples are, once it has given some."""
        return self.settings.data_dir / "examples" / f"{account_id}.jsonl"

    def knowledge(self, account_id: str) -> Knowledge:
        """The account's articles as they are now."""
        from app.kb.index import HybridIndex  # noqa: PLC0415
        from app.kb.matrix import Matrices  # noqa: PLC0415

        self._matrices = self._matrices or Matrices()
        return HybridIndex(self.database, account_id, self.encoder, matrices=self._matrices)

    @property
    def encoder(self) -> "Encoder | None":
        """What compares meanings, loaded when it is first asked for; None where only words can be compared."""
        return self.tier.encoder

    def meaning(self, text: str) -> tuple[tuple[float, ...], str]:
        """What a text means as a unit vector, and what says so; empty where only words can be compared."""
        from app.nlp.clean import clean, for_meaning  # noqa: PLC0415  # the web takes webhooks without it

        if self.encoder is None:
            return (), ""
        (vector,) = self.encoder.encode([for_meaning(clean(text).text)])
        return tuple(vector.tolist()), self.encoder.version

    def writer(self, account_id: str, ticket_id: str, requester: str, engine: str = "") -> "Writer | None":
        """What writes drafts for one ticket on its account's budgets; None where no language model is set up and wanted.

        ``engine`` is the configuration's name of a model, where an experiment wants another one than usual.
        """
        engine = engine or self.configuration(account_id).chatbot.engine
        found = {task: model for task in models.TASKS if (model := self._models.find(engine, task))}
        if len(found) < len(models.TASKS):
            return None
        from app.llm.author import Author  # noqa: PLC0415  # a process without a model does not load the package
        from app.llm.gateway import Gateway  # noqa: PLC0415
        from app.llm.lookups import on_page  # noqa: PLC0415
        from app.nlp.personal import mask  # noqa: PLC0415

        limits = Limits(self.settings.ticket_tokens, self.settings.requester_tokens, self.settings.day_tokens)
        self._gateway = self._gateway or Gateway(self.database, limits)
        payer = Payer(account_id, ticket_id, requester)
        return Author(
            self._gateway,
            found,
            payer,
            mask,
            self.settings.model_seconds,
            lambda: on_page([one.backend for one in self.connected.offers(account_id).get("incidents", ())]),
        )

    def _classifier(self, account_id: str) -> "LanguageClassifier":
        from app.nlp import lines  # noqa: PLC0415
        from app.nlp.classifier import LanguageClassifier  # noqa: PLC0415  # the web takes webhooks without it
        from app.nlp.retraining import examples as as_examples  # noqa: PLC0415

        configuration, taught = self.configuration(account_id), self._given(account_id)
        with self.database.reading() as session:
            generation = examples.mark(session, account_id)
        digest = f"{configuration.digest}:{hashlib.sha256(taught.encode()).hexdigest()}:{generation}"
        known = self._classifiers.get(account_id)
        if known and known[0] == digest:
            return known[1]
        before = known[1].model if known else None
        learnt = [*lines.examples(taught.splitlines()), *as_examples(self._learnt(account_id))]
        made = LanguageClassifier(configuration, learnt, self._models_kept, self.tier, before)
        self._classifiers[account_id] = (digest, made)
        return made

    @property
    def _models_kept(self) -> "ModelStore":
        from app.nlp.store import ModelStore  # noqa: PLC0415  # the web takes webhooks without it

        return ModelStore(self.settings.data_dir / "models")

    def _given(self, account_id: str) -> str:
        """The account's own file of examples, or nothing."""
        file = self.examples_file(account_id)
        return file.read_text("utf-8") if file.exists() else ""

    def _learnt(self, account_id: str) -> "list[Taught]":
        """What the generation in force has learnt beyond that file."""
        with self.database.reading() as session:
            generation = examples.in_force(session, account_id)
            return examples.every(session, account_id, frozenset(generation.examples)) if generation else []

    def school(self, account_id: str) -> "tuple[School, ModelStore]":
        """What a training of the account's model needs, and where models are kept; loads the model in force."""
        from app.nlp import lines  # noqa: PLC0415  # the web takes webhooks without any of it
        from app.nlp.retraining import School  # noqa: PLC0415

        configuration, given = self.configuration(account_id), lines.examples(self._given(account_id).splitlines())
        using = self.tier.encoder, self._classifier(account_id).model, self.evidence_key, configuration.training.split
        return School(configuration.categories, given, *using), self._models_kept

    def _settled(self, account_id: str, session: Session | None = None) -> "tuple[int, Configuration]":
        from app.engine.configuration import load  # noqa: PLC0415

        with nullcontext(session) if session else self.database.reading() as reading:
            version = accounts.version(reading, account_id)
            known = self._configurations.get(account_id)
            if known and known[0] == version:
                return known
            given = accounts.configuration(reading, account_id)
        configuration = load(given.text, name=given.name)
        self._configurations[account_id] = (given.version, configuration)
        return self._configurations[account_id]
