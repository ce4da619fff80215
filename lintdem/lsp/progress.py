"""How far a run is, told to a client that shows it, and only when it takes long."""

from __future__ import annotations

import asyncio
import uuid

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lintdem.lsp.project import Watched

_PATIENCE = 0.5
"""Seconds after which it is worth saying that something goes on."""
_STAGES = ("discover", "read", "templates", "lower", "link", "handlers", "rules", "triage")


class Told(Watched):
    """The watcher of one run. It is told from the thread that analyses, and speaks on the loop."""

    def __init__(self, server: LanguageServer) -> None:
        super().__init__(self._heard)
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._token = uuid.uuid4().hex
        self._shown = False
        self._closed = False
        self._at = ("", 0)
        window = server.client_capabilities.window
        can = window is not None and bool(window.work_done_progress)
        self._timer = self._loop.call_later(_PATIENCE, self._begin) if can else None

    def close(self) -> None:
        """The run has ended."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._shown:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd())
        self._server.work_done_progress.tokens.pop(self._token, None)  # else pygls keeps it for as long as it lives

    def _begin(self) -> None:
        self._server.work_done_progress.create(self._token, lambda _: self._created())

    def _created(self) -> None:
        if self._closed:
            self._server.work_done_progress.tokens.pop(self._token, None)
        else:
            self._shown = True
            begin = types.WorkDoneProgressBegin("lintdem", cancellable=False, message=self._at[0], percentage=self._at[1])
            self._server.work_done_progress.begin(self._token, begin)

    def _heard(self, stage: str, done: int, total: int) -> None:
        number = _STAGES.index(stage) if stage in _STAGES else 0
        at = (stage, int(100 * (number + (done / total if total else 0)) / len(_STAGES)))
        if at != self._at:
            self._at = at
            if self._shown:
                self._loop.call_soon_threadsafe(self._report, *at)

    def _report(self, stage: str, percentage: int) -> None:
        if self._shown and not self._closed:
            report = types.WorkDoneProgressReport(message=stage, percentage=percentage)
            self._server.work_done_progress.report(self._token, report)
