"""One file, many files: which process lowers what.

A file that Python's own parser takes is lowered here, as is a calm one, a risky one in a worker of its own. Many files go to
several workers; a worker that dies is replaced, and only the file it died of is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from queue import LifoQueue

from lintdem.errors import LoweringError
from lintdem.model.module import Module, Problem
from lintdem.room import processors
from lintdem.syntax.reading import Source, look_at, lower_here, read_quickly, unreadable
from lintdem.syntax.workers import SECONDS, TOO_SLOW, NoWorker, Worker

FEW_BYTES = 3_000_000
"""Less is lowered here faster than workers start."""

_ALONE = "needs a process of its own, which could not be started"
_MOST_JOBS = 16
_AHEAD = 4


def is_fleeting(problem: Problem) -> bool:
    """Whether a problem may be gone when the same file is lowered again: the machine had no time or room for it."""
    return problem.message.startswith((TOO_SLOW, _ALONE))


def lower_source(path: str, data: bytes) -> Module:
    """The model of one Python file. Never raises: what cannot be read is a module without a body and with
    a problem LDM901."""
    module = read_quickly(path, data)
    if module is not None:
        return module
    source = look_at(path, data)
    if not source.risky:
        return lower_here(source)
    worker = Worker()
    try:
        return _lower_in(worker, path, data)
    finally:
        worker.close()


def lower_files(
    files: Iterable[tuple[str, bytes]], jobs: int | None = None, seconds: float = SECONDS
) -> Generator[tuple[str, Module], None, None]:
    """The models of many files, in their order, by up to `jobs` processes (as many as there are processors
    when None). A file may take `seconds`, and a little more for its size."""
    rest = iter(files)
    few, size = [], 0
    for path, data in rest:
        few.append((path, data))
        size += len(data)
        if size > FEW_BYTES:
            break
    count = min(jobs or processors(), _MOST_JOBS)
    if count == 1 or size <= FEW_BYTES:
        for path, data in chain(few, rest):
            yield path, lower_source(path, data)
    else:
        yield from _lower_many(chain(few, rest), count, seconds)


def _lower_many(files: Iterable[tuple[str, bytes]], jobs: int, seconds: float) -> Iterator[tuple[str, Module]]:
    """Each thread only waits for its worker. Few files are read ahead, so that memory stays flat."""
    workers = [Worker(seconds) for _ in range(jobs)]
    free: LifoQueue[Worker] = LifoQueue()
    for worker in workers:
        free.put(worker)

    def lower(path: str, data: bytes) -> Module:
        worker = free.get()
        try:
            return _lower_in(worker, path, data)
        finally:
            free.put(worker)

    pending: deque[tuple[str, Future[Module]]] = deque()
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="lintdem-lower")
    try:
        for path, data in files:
            pending.append((path, pool.submit(lower, path, data)))
            if len(pending) > jobs * _AHEAD:
                first, module = pending.popleft()
                yield first, module.result()
        while pending:
            first, module = pending.popleft()
            yield first, module.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        _close(workers)
        pool.shutdown()
        _close(workers)  # one may have been started in between


def _close(workers: list[Worker]) -> None:
    for worker in workers:
        worker.close()


def _lower_in(worker: Worker, path: str, data: bytes) -> Module:
    """The module of a file, from a worker; without workers, calm files are lowered here."""
    try:
        return worker.lower(path, data)
    except LoweringError as error:
        # How deep, and where, is worth a second look only now.
        source = look_at(path, data)
        place = LoweringError(str(error), source.hazard.line)
        return unreadable(source, place, "; ".join(str(why) for why in (source.hazard.reason, error.__cause__) if why))
    except NoWorker as error:
        return _without_worker(look_at(path, data), error)


def _without_worker(source: Source, error: NoWorker) -> Module:
    """Calm files need no worker."""
    if not source.risky:
        return lower_here(source)
    return unreadable(source, LoweringError(_ALONE), str(error))
