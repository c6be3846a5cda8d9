"""What the queue can name is there, and a worker has loaded it before its first job."""

from importlib import import_module

from app import queue
from jobs.worker import JOBS


def test_every_job_that_the_queue_names_is_loaded_by_a_worker() -> None:
    named = sorted(value for value in vars(queue).values() if isinstance(value, str) and value.startswith("jobs."))
    assert sorted(f"{job.__module__}.{job.__name__}" for job in JOBS) == named
    for name in named:
        module, _, function = name.rpartition(".")
        assert callable(getattr(import_module(module), function))
