"""How each process of ours begins and ends: settings, log lines, what is measured and traced, services, a pulse."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app import logs, pulse, telemetry, tracing
from app.hardening import harden
from app.pulse import Pulse
from app.services import Services
from app.settings import Settings


@dataclass(frozen=True)
class Process:
    """One process and what it has. ``kind`` is web, worker or clock."""

    kind: str
    services: Services
    pulse: Pulse

    def begin(self) -> None:
        """Measure, trace and beat from now on: after any fork."""
        telemetry.begin(self.services.settings.traces_url, self.kind)
        self.pulse.start()

    def end(self) -> None:
        """Hand over what was counted and traced."""
        self.pulse.stop()
        tracing.end()

    @contextmanager
    def living(self) -> Iterator[None]:
        """Begun, and ended however it ends."""
        self.begin()
        try:
            yield
        finally:
            self.end()


def prepared(kind: str, settings: Settings | None = None, services: Services | None = None) -> Process:
    """A process of that kind, by the environment unless told otherwise. Nothing is called and no thread runs yet.

    Raises SettingsError.
    """
    harden()
    settings = settings or Settings.load()
    logs.set_up(settings.log_level, plain=settings.log_plain)
    services = services or Services(settings)
    return Process(kind, services, Pulse(services.work, kind, pulse.folder(settings.data_dir)))
