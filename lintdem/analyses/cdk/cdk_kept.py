"""What CDK applications describe, kept with all that it was made of: to run one takes longer than all else that is left to do when
another file has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b

import msgspec

from lintdem.model.spelling import TYPESCRIPT
from lintdem.model.stack import Stack
from lintdem.program import Program
from lintdem.program.modules import Modules
from lintdem.program.noting import Noted, Words

_DIGEST = 20
_CDK = Words((b"aws_cdk",))


class Described(msgspec.Struct, frozen=True, array_like=True):
    """The stacks of all applications, with digests of the files that they were made of and of what searches found."""

    files: dict[str, bytes]
    searches: list[tuple[str, str, bytes]]
    words: list[tuple[Words, bytes]]
    stacks: list[Stack]

    def holds(self, modules: Modules) -> bool:
        """Whether running the applications would give the same."""
        return (
            all(_digest(modules, path) == was for path, was in self.files.items())
            and all(_of(modules.answer(kind, word)) == found for kind, word, found in self.searches)
            and all(_of(modules.holding(words)) == found for words, found in self.words)
        )


class Applications:
    """What the applications of one workspace describe. `read` finds what an earlier process has kept, `code` tells one lintdem from
    another."""

    def __init__(self, read: Callable[[bytes], bytes | None] = lambda key: None, code: bytes = b"") -> None:
        self._read, self._code = read, code
        self._last: tuple[bytes, Described] | None = None
        self.new: tuple[bytes, bytes] | None = None
        """What is to be kept for the next process, under its key."""

    def stacks(
        self, program: Program, templates: Mapping[str, str], describe: Callable[[Noted], Sequence[Stack]]
    ) -> Sequence[Stack]:
        """The stacks, which `describe` makes and notes what of. Templates tell what is written in TypeScript, too."""
        key = self._key(program, templates)
        for described in self._known(key):
            if described.holds(program.modules):
                program.modules.prepare(described.files)  # what is wrong with them is told, as if they had been looked into
                self._last = key, described
                return described.stacks
        noted = Noted()
        stacks = describe(noted)
        self._keep(key, program.modules, noted, stacks)
        return stacks

    def written(self) -> tuple[bytes, bytes] | None:
        """What is to be kept now."""
        new, self.new = self.new, None
        return new

    def _known(self, key: bytes) -> Iterator[Described]:
        if self._last is not None and self._last[0] == key:
            yield self._last[1]
        data = self._read(key)
        if data is not None and data[:_DIGEST] == _hash(data[_DIGEST:]):
            with suppress(msgspec.MsgspecError, ValueError, RecursionError):  # whatever is wrong with it, it is made anew
                yield msgspec.msgpack.decode(data[_DIGEST:], type=Described)

    def _keep(self, key: bytes, modules: Modules, noted: Noted, stacks: Sequence[Stack]) -> None:
        """Keep what was found, unless it was for want of time or room, or nobody could say whether it still holds."""
        failed = any(problem.code == "LDM905" for stack in stacks for problem in stack.problems)
        if failed or noted.tests or any(map(modules.is_unread, noted.files)):
            return
        described = Described(
            {path: _digest(modules, path) for path in noted.files if isinstance(modules.content(path), bytes)},
            [(*asked, _of(modules.answer(*asked))) for asked in noted.searches],
            [(words, _of(modules.holding(words))) for words in noted.words],
            list(stacks),
        )
        self._last = key, described
        with suppress(UnicodeEncodeError, ValueError, RecursionError):  # a text that no encoding holds
            data = msgspec.msgpack.encode(described)
            self.new = key, _hash(data) + data

    def _key(self, program: Program, templates: Mapping[str, str]) -> bytes:
        """What all of it depends on: which files there are, the templates, what the settings declare."""
        imports = program.imports
        told = repr((sorted(imports.paths), imports.roots, program.declared)).encode(errors="surrogatepass")
        texts = (_hash(word.encode(errors="surrogatepass")) for one in sorted(templates.items()) for word in one)
        return _hash(b"applications" + self._code + _hash(told) + b"".join(texts))


def has_applications(modules: Modules, templates: Mapping[str, str]) -> bool:
    """Whether any file may be one of a CDK application."""
    return any(path.endswith(TYPESCRIPT) for path in templates) or any("#" not in path for path in modules.holding(_CDK))


def _digest(modules: Modules, path: str) -> bytes:
    content = modules.content(path)
    return _hash(content) if isinstance(content, bytes) else b""


def _of(paths: Iterator[str] | Sequence[str]) -> bytes:
    return _hash("\0".join(paths).encode(errors="surrogatepass"))


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()
