"""When a workspace is analysed: a while after a change, at once after a save, and never twice at a time.

A run that is overtaken by something newer ends where it stands and its result is not shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

from lintdem.lsp.project import Overtaken, Project, Seen, Watched
from lintdem.room import give_back, stay

_TIDY = 40
"""After so many runs memory is tidied up, when the result is told: it takes as long as a run after a save."""


class Runs:
    """The runs over one project. `buffers` gives what is open of it, `done` is told what was found or why nothing
    could be, `early` what is found in the open files before the first run is over; `begun` gives who is told how far a run is."""

    def __init__(
        self,
        project: Project,
        pool: ThreadPoolExecutor,
        buffers: Callable[[], dict[Path, str]],
        begun: Callable[[], Watched],
        done: Callable[[Seen | BaseException], None],
        early: Callable[[Seen], None],
    ) -> None:
        self.project = project
        self.seen: Seen | None = None
        self._pool, self._buffers, self._begun, self._done, self._early = pool, buffers, begun, done, early
        self._first: Seen | None = None
        self._known = asyncio.Event()
        self._made = 0
        self._timer: asyncio.TimerHandle | None = None
        self._running: asyncio.Task[None] | None = None
        self._watched: Watched | None = None
        self._taken: dict[Path, str] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    def ask(self, delay: float, *, saved: bool = False) -> None:
        """A run is wanted so many seconds from now; what is running is overtaken, unless a file was `saved` as it sees it."""
        if saved and self._running is not None and self._timer is None and self._taken == self._buffers():
            return
        self._idle.clear()
        self._known.clear()
        self._first = None
        if self._watched is not None:
            self._watched.overtaken = True
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay, self._start)

    async def settled(self) -> Seen | None:
        """What was found once nothing is waited for any more."""
        await self._idle.wait()
        return self.seen

    async def known(self, file: Path) -> Seen | None:
        """What was found once nothing is waited for any more, or what is known of a file before."""
        await self._known.wait()
        if self._first is not None and any(self._first.root / path == file for path in self._first.paths):
            return self._first
        return await self.settled()

    def stop(self) -> None:
        """No more runs; nobody is kept waiting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.leave()
        self._idle.set()
        self._known.set()

    def leave(self) -> None:
        """Let what is running end where it stands."""
        if self._watched is not None:
            self._watched.overtaken = True

    def _start(self) -> None:
        """Begin, unless a run has not ended yet: then its end begins the next."""
        self._timer = None
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())

    def _heard(self, watched: Watched, first: Seen) -> None:
        """Something is known before the run is over."""
        if watched is self._watched and not watched.overtaken:
            self._first = first
            self._known.set()
            self._early(first)

    async def _run(self) -> None:
        self._watched = watched = self._begun()
        self._taken = taken = self._buffers()
        result: Seen | BaseException
        loop = asyncio.get_running_loop()
        try:
            hear = lambda first: loop.call_soon_threadsafe(self._heard, watched, first)  # noqa: E731
            look = partial(self.project.look, taken, watched, hear if self.seen is None else None)
            result = await loop.run_in_executor(self._pool, look)
        except (Exception, Overtaken) as error:  # a fault of one run must not end the server
            result = error.with_traceback(None)  # else all that the run had made hangs on it, in a circle
        self._watched = self._running = None
        watched.close()
        if watched.overtaken:
            if self._timer is None and not self._idle.is_set():
                self._start()
            return
        self._made += 1
        if isinstance(result, Seen):
            self.seen = result
        self._first = None
        self._idle.set()
        self._known.set()
        self._done(result)
        tidy = stay if self._made == 1 else give_back if self._made % _TIDY == 0 else None
        for rest in (self.project.rest(), tidy):
            if rest is not None:
                with suppress(RuntimeError):  # the server is about to leave
                    loop.run_in_executor(self._pool, rest)
