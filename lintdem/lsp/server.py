"""One editor: its folders, what is open of them, and the diagnostics that it is told.

The loop answers, one thread analyses. What a client sends is taken as it comes: what means nothing is told in the log and
changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lintdem import __version__
from lintdem.discover import is_wanted
from lintdem.errors import UsageError
from lintdem.lsp.diagnostics import Shown, uri_of
from lintdem.lsp.documents import Documents, file_of
from lintdem.lsp.options import Options
from lintdem.lsp.parent import watch
from lintdem.lsp.progress import Told
from lintdem.lsp.project import Overtaken, Project, Seen, root_of
from lintdem.lsp.runs import Runs
from lintdem.lsp.settings import SECTION, Settings, section_of

_WATCHED = ("**/*.py", "**/*.{yml,yaml,json,toml,tf,template,ts}", "**/Dockerfile*", "**/.gitignore")
_OWN = (types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE, types.TEXT_DOCUMENT_DID_CLOSE)


class Server(LanguageServer):
    """The server of one editor."""

    def __init__(self) -> None:
        super().__init__("lintdem", __version__)
        self.documents = Documents()
        self.settings = Settings()
        self._pushed: object = None
        self._asked = 0
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="lintdem")
        self.runs: dict[Path, Runs] = {}
        self.pulls = False
        self.whole_asked = False
        self._published: dict[Path, dict[str, tuple[int | None, object]]] = {}
        """By project, what was told last of each file: its version, where it is open, and what the diagnostics were made of."""
        self._told: set[str] = set()
        for name in _OWN:  # texts are kept by `Documents`, which ends lines where Python does
            del self.protocol.fm.builtin_features[name]

    def can(self, name: str, does: Callable[[Any], Any], options: Any = None) -> None:
        """Take part in the protocol: pygls marks what it is given, which a method does not allow."""
        self.feature(name, options)(partial(does))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What a client got wrong is for the log, not for a window."""
        self.log(f"{type(error).__name__}: {error}", types.MessageType.Warning)

    def log(self, text: str, level: types.MessageType = types.MessageType.Log) -> None:
        """A line in the log of the editor."""
        self.window_log_message(types.LogMessageParams(level, text))

    def begin(self, params: types.InitializeParams) -> None:
        """The client says who it is."""
        self.documents.encoding = str(self.workspace.position_encoding or "utf-16")
        self.settings = Settings(section_of(params.initialization_options))
        if isinstance(params.process_id, int):
            watch(params.process_id, self.abandoned)
        capabilities = params.capabilities
        workspace = capabilities.workspace
        refreshes = bool(workspace and workspace.diagnostics and workspace.diagnostics.refresh_support)
        self.pulls = refreshes and capabilities.text_document is not None and capabilities.text_document.diagnostic is not None
        if self.pulls:
            options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="lintdem")
            self.can(types.TEXT_DOCUMENT_DIAGNOSTIC, self._pulled, options)
        folders = [folder.uri for folder in params.workspace_folders or ()]
        for uri in folders or [uri for uri in (params.root_uri,) if uri]:
            self.add_folder(uri)

    def add_folder(self, uri: str) -> None:
        """A folder of the editor."""
        file = file_of(uri)
        if file is not None and file.is_dir() and file not in self.runs:
            self._add(Project(file))

    def remove_folder(self, uri: str) -> None:
        """It is gone, and with it what was said of its files."""
        file = file_of(uri)
        runs = self.runs.pop(file, None) if file is not None else None
        if runs is not None:
            runs.stop()
            for told in self._published.pop(runs.project.folder, {}):
                self._publish(told, [])

    def _add(self, project: Project) -> Runs:
        runs = Runs(
            project,
            self.pool,
            lambda: self._buffers(project),
            lambda: Told(self),
            lambda result: self._done(runs, result),
            lambda first: self._tell_first(runs, first),
        )
        self.runs[project.folder] = runs
        return runs

    def runs_of(self, file: Path) -> Runs:
        """The runs over the project of a file: the innermost folder around it, or one of its own."""
        around = [folder for folder in self.runs if folder in file.parents and not self.runs[folder].project.alone]
        if around:
            return self.runs[max(around, key=lambda folder: len(folder.parts))]
        root = root_of(file)
        if root is not None:
            return self.runs.get(root) or self._add(Project(root))
        alone = self.runs.get(file.parent)
        return alone or self._add(Project(file.parent, alone=True))

    def _around(self, file: Path) -> list[Runs]:
        """The runs over every project that a file is part of, so far as there are any."""
        return [runs for folder, runs in self.runs.items() if folder in file.parents]

    def _buffers(self, project: Project) -> dict[Path, str]:
        """What is open of a project."""
        return {one.file: one.text for one in self.documents if self.runs_of(one.file).project is project}

    def _done(self, runs: Runs, result: Seen | BaseException) -> None:
        """A run has ended: show what it found, or say why it found nothing and leave what was shown."""
        if isinstance(result, Overtaken):
            return
        if isinstance(result, BaseException):
            self._complain(result)
            return
        if result.trouble:
            self._complain(UsageError(result.trouble))
        else:
            self._told.clear()
        self._forget()
        self._publish_all(runs, Shown(result, self.documents.encoding))
        if self.pulls:
            self.workspace_diagnostic_refresh(None)
        if self.options_of(runs).code_lens and self._refreshes_lenses:
            self.workspace_code_lens_refresh(None)

    def _forget(self) -> None:
        """Let go of what is answered: pygls keeps the task of a notification that took its time, with all that it held."""
        asked = self.protocol._request_futures
        for number in [number for number, future in asked.items() if future.done()]:
            del asked[number]

    def _tell_first(self, runs: Runs, first: Seen) -> None:
        """What the first run has found in the files that are open: the rest follows."""
        shown, told = Shown(first, self.documents.encoding), self._published.setdefault(runs.project.folder, {})
        for document in self.documents if not self.pulls else ():
            path = path_in(first, document.file)
            if path in first.paths and path is not None and self.runs_of(document.file) is runs:
                told[document.uri] = document.version, None
                self._publish(document.uri, shown.of_path(path), document.version)

    def _complain(self, error: BaseException) -> None:
        """Say once what keeps a workspace from being analysed."""
        text = str(error) if isinstance(error, UsageError) else f"lintdem failed: {type(error).__name__}: {error}"
        if text not in self._told:
            self._told.add(text)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"lintdem: {text}"))

    def options_of(self, runs: Runs) -> Options:
        """What the user has set for a project."""
        return self.settings.of(runs.project.folder)

    def _whole(self, runs: Runs) -> bool:
        """Whether files of a project that are not open are told of too."""
        return self.whole_asked or self.options_of(runs).whole

    @property
    def _refreshes_lenses(self) -> bool:
        workspace = self.client_capabilities.workspace
        return bool(workspace and workspace.code_lens and workspace.code_lens.refresh_support)

    def _publish_all(self, runs: Runs, shown: Shown) -> None:
        """Publish for the open files of a project, which a client that pulls asks for itself, those first that have changed since
        they were told of; and for all others when they are wanted too and something else is said. What is no longer found is
        taken back."""
        root, before = shown.seen.root, self._published.get(runs.project.folder, {})
        self._published[runs.project.folder] = now = dict[str, tuple[int | None, object]]()
        mine = [one for one in self.documents if self.runs_of(one.file) is runs] if not self.pulls else []
        for document in sorted(mine, key=lambda one: before.get(one.uri, (None,))[0] == one.version):
            path = path_in(shown.seen, document.file)
            now[document.uri] = document.version, None
            self._publish(document.uri, shown.of_path(path) if path is not None else [], document.version)
        closed = [path for path in shown.paths if self.documents.at(root / path) is None] if self._whole(runs) else []
        for path in closed:
            if self.runs_of(root / path) is runs:
                uri, made = uri_of(root / path), (None, shown.made_of(path))
                now[uri] = made
                if before.get(uri) != made:
                    self._publish(uri, shown.of_path(path))
        for uri in sorted(before.keys() - now.keys()):
            self._publish(uri, [])

    def _publish(self, uri: str, many: list[types.Diagnostic], version: int | None = None) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, many, version))

    async def _pulled(self, params: types.DocumentDiagnosticParams) -> types.RelatedFullDocumentDiagnosticReport:
        """The diagnostics of one file, once nothing newer is waited for that may change them."""
        document = self.documents.get(params.text_document.uri)
        if document is None:
            return types.RelatedFullDocumentDiagnosticReport([])
        seen = await self.runs_of(document.file).known(document.file)
        path = path_in(seen, document.file)
        if seen is None or path is None:
            return types.RelatedFullDocumentDiagnosticReport([])
        return types.RelatedFullDocumentDiagnosticReport(Shown(seen, self.documents.encoding).of_path(path))

    def opened(self, params: types.DidOpenTextDocumentParams) -> None:
        """A file is open: its project is looked at."""
        item = params.text_document
        file = file_of(item.uri)
        wanted = file is not None and (item.language_id == "python" or is_wanted(file.name))
        document = self.documents.open(item.uri, item.text, item.version) if wanted else None
        if document is not None:
            self.runs_of(document.file).ask(0)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        """A buffer has changed; looked at when no other change comes for a while."""
        identifier = params.text_document
        document = self.documents.change(identifier.uri, params.content_changes, identifier.version)
        runs = self.runs_of(document.file) if document is not None else None
        if runs is not None and self.options_of(runs).on_type:
            runs.ask(self.options_of(runs).debounce)

    def saved(self, params: types.DidSaveTextDocumentParams) -> None:
        """A file is saved: looked at once; settings, templates and new files are found anew."""
        file = file_of(params.text_document.uri)
        document = self.documents.get(params.text_document.uri)
        if file is None:
            return
        for runs in [self.runs_of(file)] if document is not None else self._around(file):
            if file.suffix == ".py" and (runs.seen is None or path_in(runs.seen, file) in runs.seen.paths):
                runs.ask(0, saved=True)
            else:
                runs.project.renew()
                runs.ask(0)

    def closed(self, params: types.DidCloseTextDocumentParams) -> None:
        """A file is closed: what was said of it is taken back, and the others see it as it is on the disk."""
        document = self.documents.close(params.text_document.uri)
        if document is None:
            return
        runs = self.runs_of(document.file)
        if not self._whole(runs) and not self.pulls:
            self._published.get(runs.project.folder, {}).pop(document.uri, None)
            self._publish(document.uri, [])
        if runs.project.alone and not any(self.runs_of(other.file) is runs for other in self.documents):
            self.runs.pop(runs.project.folder).stop()
        else:
            runs.ask(self.options_of(runs).debounce)

    def watched(self, params: types.DidChangeWatchedFilesParams) -> None:
        """Files have changed outside of the editor."""
        for change in params.changes:
            file = file_of(change.uri)
            for runs in self._around(file) if file is not None else ():
                if change.type != types.FileChangeType.Changed or file is None or file.suffix != ".py":
                    runs.project.renew()
                    runs.ask(self.options_of(runs).debounce)
                elif self.documents.at(file) is None:  # else its buffer counts, and its save has been told
                    runs.ask(self.options_of(runs).debounce)

    async def configured(self, params: types.DidChangeConfigurationParams) -> None:
        """Settings of the editor have changed. What is sent along counts at once, and until a client that can be asked answers:
        it may be of any folder, or nothing."""
        self._pushed = section_of(params.settings)
        if isinstance(self._pushed, dict):
            self._take(self._pushed, {})
        await self._set()

    async def _set(self) -> None:
        """Take the settings as they are now: as the client answers, as it has pushed them where it has no answer."""
        workspace = self.client_capabilities.workspace
        folders = [folder for folder, runs in self.runs.items() if not runs.project.alone]
        told: Sequence[object] = ()
        self._asked += 1
        number = self._asked
        if workspace is not None and workspace.configuration:
            scopes = [None, *(uri_of(folder) for folder in folders)]
            items = [types.ConfigurationItem(scope_uri=scope, section=SECTION) for scope in scopes]
            told = await self.workspace_configuration_async(types.ConfigurationParams(items))
        if number != self._asked:  # asked again meanwhile: that answer counts
            return
        self._take(told[0] if told and isinstance(told[0], dict) else self._pushed, dict(zip(folders, told[1:], strict=False)))

    def _take(self, everywhere: object, folders: Mapping[Path, object]) -> None:
        before = {folder: self.options_of(runs) for folder, runs in self.runs.items()}
        self.settings.tell(everywhere, folders)
        for folder, runs in self.runs.items():
            if self.options_of(runs) != before.get(folder):
                runs.ask(0)

    async def folders_changed(self, params: types.DidChangeWorkspaceFoldersParams) -> None:
        """Folders come and go; open files are looked at in their new surroundings."""
        for folder in params.event.removed:
            self.remove_folder(folder.uri)
        for folder in params.event.added:
            self.add_folder(folder.uri)
        for document in self.documents:
            self.runs_of(document.file).ask(0)
        await self._set()

    async def ready(self, params: types.InitializedParams) -> None:
        """The client is ready: ask it what is set, and to tell of settings that change, and files that do outside of it."""
        workspace = self.client_capabilities.workspace
        configuring = workspace.did_change_configuration if workspace is not None else None
        if configuring is not None and configuring.dynamic_registration:
            section = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            self._register("lintdem-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section)
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is not None and watching.dynamic_registration:
            watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
            self._register("lintdem-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        await self._set()

    def _register(self, name: str, method: str, options: object) -> None:
        self.client_register_capability(types.RegistrationParams([types.Registration(name, method, options)]))

    def stopped(self, params: None) -> None:
        """The client is done."""
        for runs in self.runs.values():
            runs.stop()

    def abandoned(self) -> None:
        """The process of the editor is gone, and nobody reads what would be said: leave at once. A thread that waits for more
        input cannot be told to end, so the process ends around it; whole files only are ever put into the cache."""
        self.leave()
        os._exit(1)

    def leave(self) -> None:
        """The client is gone, whatever it said: nothing is finished for it."""
        for runs in self.runs.values():
            runs.leave()


def path_in(seen: Seen | None, file: Path) -> str | None:
    """The path of a file from the root of what was seen."""
    return file.relative_to(seen.root).as_posix() if seen is not None and seen.root in file.parents else None
