"""A client that speaks the protocol by hand over the pipes of a server process: what it sends is what a test says, also
where that is nonsense."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from queue import Queue
from typing import Any

Message = dict[str, Any]
_PATIENCE = 60


class Wire:
    """One server and what it has said. Requests of the server are answered with nothing, or with what `answers` gives for their
    parameters. `process` is the editor that the server is told of, `path` where it finds packs, `around` more of its environment."""

    def __init__(
        self,
        *folders: Path,
        capabilities: Mapping[str, Any] | None = None,
        options: Any = None,
        path: Path | None = None,
        process: int | None = None,
        answers: Mapping[str, Callable[[Any], Any]] | None = None,
        around: Mapping[str, str] | None = None,
        command: Sequence[str] = (sys.executable, "-m", "lintdem", "server"),
    ) -> None:
        environment = {**os.environ, **({"PYTHONPATH": str(path)} if path is not None else {}), **(around or {})}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment)
        self._said: Queue[Message | None] = Queue()
        self._kept: list[Message] = []
        self._number = 0
        self.answers = dict(answers or {})
        threading.Thread(target=self._listen, daemon=True).start()
        names = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        params = {"processId": process, "rootUri": None, "workspaceFolders": names, "initializationOptions": options}
        self.server: Message = self.ask("initialize", {**params, "capabilities": capabilities or {}})
        self.tell("initialized", {})

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def send(self, method: str, params: Any) -> int:
        """Send a request; its number."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        return self._number

    def ask(self, method: str, params: Any) -> Any:
        """Send a request and wait for its result."""
        answer = self.answer(self.send(method, params))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def answer(self, number: int) -> Message:
        """The answer to a request."""
        return self.wait(lambda message: message.get("id") == number and "method" not in message)

    def wait(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message of that kind that was not waited for before."""
        for place, message in enumerate(self._kept):
            if wanted(message):
                return self._kept.pop(place)
        while True:
            message_or_end = self._said.get(timeout=_PATIENCE)
            assert message_or_end is not None, "the server has ended"
            if wanted(message_or_end):
                return message_or_end
            self._kept.append(message_or_end)

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def open(self, file: Path, text: str | None = None, version: int = 1) -> str:
        """Open a file, with its own text or another; its URI."""
        text = file.read_bytes().decode() if text is None else text
        document = {"uri": file.as_uri(), "languageId": "python", "version": version, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return file.as_uri()

    def change(self, uri: str, version: int, *changes: Mapping[str, Any]) -> None:
        """Change an open file."""
        self.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)})

    def save(self, uri: str) -> None:
        """Tell that a file was saved."""
        self.tell("textDocument/didSave", {"textDocument": {"uri": uri}})

    def diagnostics(self, uri: str, version: int | None = None) -> list[Message]:
        """The next diagnostics published for a file, for this version of it."""

        def wanted(message: Message) -> bool:
            params = message.get("params") or {}
            mine = message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri
            return mine and (version is None or params.get("version") == version)

        found: list[Message] = self.wait(wanted)["params"]["diagnostics"]
        return found

    @property
    def pushed(self) -> bool:
        """Whether diagnostics came unasked."""
        return any(message.get("method") == "textDocument/publishDiagnostics" for message in self._kept)

    def end(self) -> int:
        """Leave as the protocol says; the exit code."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self._process.wait(_PATIENCE)

    def left(self) -> int:
        """The exit code of a server that leaves by itself."""
        return self._process.wait(_PATIENCE)

    def asked(self, method: str) -> Any:
        """The parameters of the next request of the server's for this."""
        return self.wait(lambda message: message.get("method") == method and "id" in message)["params"]

    def hang_up(self) -> int:
        """Leave without a word; the exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self._process.wait(_PATIENCE)

    def _send(self, message: Message) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(data) + data)

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while True:
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                self._said.put(None)
                return
            message = json.loads(stream.read(length))
            if "method" in message and "id" in message:
                gives = self.answers.get(message["method"])
                self._send({"id": message["id"], "result": gives(message.get("params")) if gives is not None else None})
            self._said.put(message)


def codes(diagnostics: Iterable[Message]) -> list[tuple[str, int]]:
    """The codes with their lines, counted from one."""
    return sorted((one["code"], one["range"]["start"]["line"] + 1) for one in diagnostics)
