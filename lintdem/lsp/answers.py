"""The answers to what an editor asks: actions, hovers, lenses, definitions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from lsprotocol import types

from lintdem.lsp.actions import Offer, offers, suppressed
from lintdem.lsp.diagnostics import Shown, uri_of
from lintdem.lsp.documents import Document
from lintdem.lsp.edits import edits_between, text_of, workspace_edit
from lintdem.lsp.hovers import hover, lens, trigger_at
from lintdem.lsp.project import Project, Seen
from lintdem.lsp.server import Server, path_in
from lintdem.lsp.texts import Text

T = TypeVar("T")
FIX_ALL = "source.fixAll.lintdem"
FIX_ALL_COMMAND = "lintdem.server.fixAll"
SUPPRESS_COMMAND = "lintdem.server.suppress"
CHECK_COMMAND = "lintdem.server.checkWorkspace"


class Answers:
    """The answers of one server, each about the newest run that has seen the buffer as it is."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def _looked(self, uri: str, *, patient: bool = False) -> tuple[Document, Project, Seen, str] | None:
        """An open file and the run that has seen it; waits for one that is on its way, if need be or if `patient`."""
        document = self.server.documents.get(uri)
        if document is None:
            return None
        runs = self.server.runs_of(document.file)
        seen = runs.seen
        path = path_in(seen, document.file)
        if patient or seen is None or path is None or seen.texts.get(path) != document.text:
            seen = await runs.settled()
            path = path_in(seen, document.file)
        return (document, runs.project, seen, path) if seen is not None and path is not None else None

    async def _editable(self, uri: str) -> tuple[Document, Project, Seen, str] | None:
        """The same, if the run has seen the very text: places of another would be wrong."""
        looked = await self._looked(uri)
        if looked is None or looked[2].texts.get(looked[3]) != looked[0].text:
            return None
        return looked

    async def _aside(self, work: Callable[[], T]) -> T:
        """Do what takes long on the thread that analyses."""
        return await asyncio.get_running_loop().run_in_executor(self.server.pool, work)

    async def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """What can be done about the findings in a range, and about all of the file."""
        looked = await self._editable(params.text_document.uri)
        if looked is None:
            return []
        _, project, seen, path = looked
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        found: list[types.CodeAction] = []
        if not only or any(_is_within("quickfix", kind) for kind in only):
            shown = Shown(seen, self.server.documents.encoding)
            mine = (finding for finding in seen.report.findings if finding.path == path)
            chosen = tuple(finding for finding in mine if _meet(shown.text(path).range(finding.span), params.range))
            if chosen:
                for offer in await self._aside(lambda: offers(project, seen, chosen)):
                    found.append(self._action(offer, shown, seen))
        if any(_is_within(FIX_ALL, kind) for kind in only) or (not only and self._resolves and _has_safe(seen, path)):
            found += await self._fix_all(params.text_document.uri, asked=bool(only))
        return found

    def _action(self, offer: Offer, shown: Shown, seen: Seen) -> types.CodeAction:
        return types.CodeAction(
            title=offer.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[shown.of_finding(offer.finding)],
            is_preferred=offer.preferred or None,
            edit=self._edit(seen, offer.files),
        )

    async def _fix_all(self, uri: str, *, asked: bool) -> list[types.CodeAction]:
        """The action that makes every safe fix; its edit is found when it is asked for, for each fix is held to its promise."""
        title, kind = "make all safe fixes of lintdem", types.CodeActionKind(FIX_ALL) if FIX_ALL in _KINDS else FIX_ALL
        if self._resolves:
            return [types.CodeAction(title=title, kind=kind, data={"uri": uri})]
        edit = await self._all_safe(uri) if asked else None
        return [types.CodeAction(title=title, kind=kind, edit=edit)] if edit is not None else []

    async def resolve(self, action: types.CodeAction) -> types.CodeAction:
        """An action with its edit."""
        uri = action.data.get("uri") if isinstance(action.data, dict) else None
        if isinstance(uri, str) and action.edit is None:
            action.edit = await self._all_safe(uri)
        return action

    async def _all_safe(self, uri: str) -> types.WorkspaceEdit | None:
        looked = await self._editable(uri)
        if looked is None:
            return None
        _, project, seen, path = looked
        changed = await self._aside(lambda: project.mended(seen, path))
        texts = {path: (text_of(path, before), text_of(path, after)) for path, (before, after) in changed.items()}
        files = {path: (old, new) for path, (old, new) in texts.items() if old is not None and new is not None}
        return self._edit(seen, files) if files else None

    @property
    def _resolves(self) -> bool:
        """Whether the client asks for the edit of an action later."""
        text_document = self.server.client_capabilities.text_document
        action = text_document.code_action if text_document is not None else None
        resolve = action.resolve_support if action is not None else None
        return resolve is not None and "edit" in resolve.properties and bool(action and action.data_support)

    def _edit(self, seen: Seen, files: dict[str, tuple[str, str]]) -> types.WorkspaceEdit:
        workspace = self.server.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace is not None else None
        encoding = self.server.documents.encoding

        def named(path: str) -> tuple[str, int | None]:
            document = self.server.documents.at(seen.root / path)
            return (document.uri, document.version) if document is not None else (uri_of(seen.root / path), None)

        edits = {path: edits_between(old, new, encoding) for path, (old, new) in files.items()}
        return workspace_edit(edits, named, versioned=bool(edit and edit.document_changes))

    async def fix_all_command(self, uri: str) -> None:
        """The command for clients without source actions: apply every safe fix of a file."""
        edit = await self._all_safe(uri)
        if edit is not None:
            self._apply(edit, "lintdem: safe fixes")

    async def check_command(self) -> None:
        """The command to look at everything anew; from then on the findings of all files are told, open or not."""
        self.server.whole_asked = True
        for runs in list(self.server.runs.values()):
            runs.project.renew()
            runs.ask(0)
        for runs in list(self.server.runs.values()):
            await runs.settled()

    async def suppress_command(self, uri: str, identity: str, reason: str) -> None:
        """The command for clients that ask their user why a finding is to be silent."""
        looked = await self._editable(uri)
        finding = next((f for f in looked[2].report.findings if f.identity == identity), None) if looked is not None else None
        if looked is None or finding is None:
            return
        _, project, seen, path = looked
        data = project.content(seen, path)
        words = " ".join(reason.split())
        for offer in suppressed(finding, data, words) if data is not None and finding.path == path else ():
            self._apply(self._edit(seen, offer.files), offer.title)

    def _apply(self, edit: types.WorkspaceEdit, label: str) -> None:
        """Ask the client to change files; it may never say whether it did."""
        self.server.workspace_apply_edit(types.ApplyWorkspaceEditParams(edit, label))

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        """What is known of what stands under the cursor."""
        looked = await self._looked(params.text_document.uri)
        if looked is None:
            return None
        document, _, seen, path = looked
        text = Text(document.text, self.server.documents.encoding)
        found = hover(seen, path, text.place(params.position), seen.rules)
        if found is None:
            return None
        markdown, span = found
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, markdown), text.range(span))

    async def lenses(self, params: types.CodeLensParams) -> list[types.CodeLens]:
        """Above each handler who delivers to it, who delivers again, and what that does."""
        looked = await self._looked(params.text_document.uri, patient=True)
        if looked is None or not self.server.settings.of(looked[1].folder).code_lens:
            return []
        document, _, seen, path = looked
        text = Text(document.text, self.server.documents.encoding)
        mine = [view for view in seen.views if view.place.path == path]
        return [types.CodeLens(text.range(view.place.span), types.Command(lens(view), "")) for view in mine]

    async def definition(self, params: types.DefinitionParams) -> list[types.LocationLink] | list[types.Location] | None:
        """From a handler to the line that its trigger was learned from, and back."""
        looked = await self._looked(params.text_document.uri)
        if looked is None:
            return None
        document, project, seen, path = looked
        encoding = self.server.documents.encoding
        text = Text(document.text, encoding)
        found = trigger_at(seen, path, text.place(params.position))
        contents = {place.path: project.content(seen, place.path) for place, _ in found}
        texts = {name: text_of(name, data) for name, data in contents.items() if data is not None}
        links = [
            (uri_of(seen.root / place.path), Text(texts.get(place.path) or "", encoding).range(place.span), text.range(span))
            for place, span in found
        ]
        if self._links:
            return [types.LocationLink(uri, target, target, origin) for uri, target, origin in links]
        return [types.Location(uri, target) for uri, target, _ in links]

    @property
    def _links(self) -> bool:
        text_document = self.server.client_capabilities.text_document
        definition = text_document.definition if text_document is not None else None
        return bool(definition and definition.link_support)


_KINDS = {kind.value for kind in types.CodeActionKind}


def _is_within(kind: str, asked: str) -> bool:
    """Whether a kind of action is, or is a part of, what is asked for."""
    return not asked or kind == asked or kind.startswith(f"{asked}.")


def _has_safe(seen: Seen, path: str) -> bool:
    return any(remedy.safe for finding in seen.report.findings if finding.path == path for remedy in finding.remedies)


def _meet(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges have a line in common."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line
