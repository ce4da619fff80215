"""Repositories spread over the workers of a Dask cluster that is there already.

Dask gives what a lost worker had in hand to another one. Each repository is one future, of which one result is taken. The
workers have to see the same folders and to have the same version of lintdem.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any
from uuid import uuid4

import msgspec

from lintdem import __version__
from lintdem.audit.checking import audited_far_away, failed
from lintdem.audit.records import Audited, Task
from lintdem.errors import UsageError

_SECONDS = 10


def checked_on_cluster(tasks: Sequence[Task], scheduler: str) -> Iterator[Audited]:
    """The record of every task, as they are done."""
    try:
        # Loaded here, for few have it.
        import distributed  # noqa: PLC0415
    except ImportError:
        raise UsageError("--scheduler needs the extra: pip install 'lintdem[dask]'") from None
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what is lost is told in the report
    try:
        client = distributed.Client(scheduler, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"--scheduler {scheduler}: cannot be reached: {error}") from None
    with client:
        if not client.nthreads():
            raise UsageError(f"--scheduler {scheduler}: there is no worker")
        run = uuid4().hex  # another audit of the same folders at the same time has results of its own
        futures = {
            client.submit(audited_far_away, msgspec.msgpack.encode(task), key=f"lintdem-{run}-{number}", pure=False): task
            for number, task in enumerate(tasks)
        }
        for future in distributed.as_completed(futures, loop=client.loop):
            yield _record(futures[future], future)
            future.release()


def _record(task: Task, future: Any) -> Audited:
    """What came of a repository, also when that is nothing."""
    try:
        record = msgspec.msgpack.decode(future.result(), type=Audited)
    except (CancelledError, OSError):
        return failed(task, "the cluster was lost")
    except Exception as error:
        name = type(error).__name__
        if name == "KilledWorker":
            return failed(task, "every worker that had it was lost")
        return failed(task, f"its worker failed: {name}: {error}")
    if record.version != __version__:
        return failed(task, f"its worker has lintdem {record.version}, not {__version__}")
    return record
