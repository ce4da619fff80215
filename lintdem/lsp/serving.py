"""A server with all that it can do, on standard input and output."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from lsprotocol import types

from lintdem.lsp.answers import CHECK_COMMAND, FIX_ALL, FIX_ALL_COMMAND, SUPPRESS_COMMAND, Answers
from lintdem.lsp.server import Server
from lintdem.room import one_heap


def made() -> Server:
    """A server with all it can do."""
    server = Server()
    answers = Answers(server)
    features: tuple[tuple[str, Callable[[Any], Any]], ...] = (
        (types.INITIALIZE, server.begin),
        (types.INITIALIZED, server.ready),
        (types.SHUTDOWN, server.stopped),
        (types.TEXT_DOCUMENT_DID_OPEN, server.opened),
        (types.TEXT_DOCUMENT_DID_CHANGE, server.changed),
        (types.TEXT_DOCUMENT_DID_CLOSE, server.closed),
        (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, server.watched),
        (types.WORKSPACE_DID_CHANGE_CONFIGURATION, server.configured),
        (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, server.folders_changed),
        (types.TEXT_DOCUMENT_HOVER, answers.hover),
        (types.TEXT_DOCUMENT_CODE_LENS, answers.lenses),
        (types.TEXT_DOCUMENT_DEFINITION, answers.definition),
        (types.CODE_ACTION_RESOLVE, answers.resolve),
    )
    for name, does in features:
        server.can(name, does)
    server.can(types.TEXT_DOCUMENT_DID_SAVE, server.saved, types.SaveOptions(include_text=False))
    kinds = [types.CodeActionKind.QuickFix, FIX_ALL]
    server.can(types.TEXT_DOCUMENT_CODE_ACTION, answers.actions, types.CodeActionOptions(kinds, resolve_provider=True))
    server.command(CHECK_COMMAND)(partial(answers.check_command))
    server.command(FIX_ALL_COMMAND)(partial(answers.fix_all_command))
    server.command(SUPPRESS_COMMAND)(partial(answers.suppress_command))
    return server


def serve() -> None:
    """Serve until the client leaves; what is printed meanwhile goes to standard error."""
    one_heap()
    out, sys.stdout = sys.stdout, sys.stderr
    server = made()
    try:
        server.start_io(sys.stdin.buffer, out.buffer)
    finally:
        server.leave()
