"""Modules of the files of a run, as they are asked for: from the cache, or lowered, many at a time by several processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import blake2b

from lintdem.cache import Cache
from lintdem.model.module import Module
from lintdem.observer import Observer
from lintdem.syntax import is_sound, lower_files

_SOUND = b"Python's own parser takes it"


class Lowering:
    """Makes the modules of these files. What was lowered is kept in the cache when there is one."""

    def __init__(self, python: Mapping[str, bytes], cache: Cache | None, jobs: int | None, observer: Observer) -> None:
        self._python = python
        self._cache = cache
        self._jobs = jobs
        self._observer = observer

    def __call__(self, paths: Sequence[str]) -> Iterator[tuple[str, Module]]:
        """The modules of the files at these paths."""
        cache, missing = self._cache, []
        for path in paths:
            module = cache.load(path, self._python[path]) if cache else None
            if module is not None:
                yield path, module
            else:
                missing.append((path, self._python[path]))
        jobs = self._jobs if len(missing) > 1 else 1
        with closing(lower_files(missing, jobs)) as lowered:  # at once, when the run is interrupted
            for done, (path, module) in enumerate(lowered, 1):
                if len(missing) > 1:
                    self._observer.progress(done, len(missing))
                if cache:
                    cache.store(self._python[path], module)
                yield path, module

    def is_ready(self, path: str) -> bool:
        """Whether the cache has the module of a file, and that has no problems."""
        return self._cache is not None and self._cache.has_clean(path, self._python[path])

    def is_sound(self, data: bytes) -> bool:
        """Whether a file that nobody asks for is Python; told once for the same bytes."""
        if self._cache is None:
            return is_sound(data)
        key = blake2b(data, key=_SOUND, digest_size=20).digest()
        if self._cache.read(key) is not None:
            return True
        if not is_sound(data):
            return False
        self._cache.write(key, b"")
        return True

    def close(self) -> None:
        """Nothing more is asked for."""
        if self._cache:
            self._cache.close()
            if self._cache.trouble:
                self._observer.detail(f"no cache: {self._cache.trouble}")
