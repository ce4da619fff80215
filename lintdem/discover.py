"""Which files a run is about: the workspace root, the Python files, and what may be a template.

Links are followed once and never out of the root. What is left out without the user having asked for it is noted.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import msgspec
from msgspec.structs import replace

from lintdem.errors import UsageError
from lintdem.gitignore import Ignored
from lintdem.model.module import Problem
from lintdem.model.span import NOWHERE, Place
from lintdem.model.spelling import TYPESCRIPT
from lintdem.regexes import late

MAX_TEMPLATE = 2_000_000
"""Bytes; a bigger file is data, not a template."""
MAX_PYTHON = 20_000_000
"""Bytes; what is longer has more characters than the parser is given, however they are written."""

DEFAULT_EXCLUDE = frozenset(
    {
        *(".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", "__pypackages__", "site-packages"),
        *(".tox", ".nox", ".eggs", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".lintdem_cache", ".direnv"),
        *("build", "dist", ".aws-sam", ".serverless", ".terraform", ".ipynb_checkpoints"),
    }
)
"""Folders of these names are left out, as are virtual environments and `*.egg-info`."""
_SYNTHESISED = "cdk.out"
_TEMPLATE_ENDS = (".yaml", ".yml", ".json", ".template", ".tf", ".tfvars")
_NO_CODE = (".d.ts", ".test.ts", ".spec.ts")
_APPLICATION = "cdk.json"
"""Beside or above the TypeScript of a CDK application; other TypeScript is not looked at."""
_TEMPLATE_STARTS = ("Dockerfile", "zappa_settings.toml")
_CERTAINLY = late(
    r"(sam[-_.])?template\.(ya?ml|json)|serverless\.(ya?ml|json)|.+\.tf(\.json)?|.+\.template\.json|zappa_settings\..+"
)
"""Names that only templates have; of other big files nobody expects that they are read."""

_RENDERED_ENDS = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl")


class Filters(msgspec.Struct, frozen=True):
    """What is left out. `excluded` is asked with the absolute path, which ends in a slash for a folder."""

    defaults: bool = True
    excluded: tuple[Callable[[str], bool], ...] = ()
    gitignore: bool = True


class Found(msgspec.Struct, frozen=True):
    """The files of a run, relative to the root with forward slashes. `only` are the files the report is about,
    None for all; `notes` say what was left out."""

    python: tuple[str, ...]
    candidates: tuple[str, ...]
    only: frozenset[str] | None = None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


class _Walk(msgspec.Struct):
    """The state of one walk: what was found, and which folders were seen."""

    root: str
    filters: Filters
    python: set[str] = msgspec.field(default_factory=set)
    candidates: set[str] = msgspec.field(default_factory=set)
    problems: list[Problem] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)
    folders: set[str] = msgspec.field(default_factory=set)

    def relative(self, path: str) -> str:
        """The path as reports write it."""
        return path[len(self.root) :].lstrip(os.sep).replace(os.sep, "/") or "."


def existing(paths: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """The given paths, made absolute; links in them are resolved, because the user named them."""
    result = []
    for name in paths:
        path = folder / name
        if not os.path.lexists(path):
            raise UsageError(f"{name}: no such file or folder")
        result.append(Path(os.path.realpath(path)))
    return tuple(result)


def workspace_root(paths: Sequence[Path], has_settings: Callable[[Path], bool]) -> Path:
    """The nearest folder above the paths that holds settings or a repository; without one the folder of the path
    itself. Paths of several such folders are checked together, from the folder that holds them all."""
    return Path(os.path.commonpath([_marked(path, has_settings) for path in paths]))


def _marked(path: Path, has_settings: Callable[[Path], bool]) -> Path:
    folder = path if path.is_dir() else path.parent
    marked = (above for above in (folder, *folder.parents) if (above / ".git").exists() or has_settings(above))
    return next(marked, folder)


def discover(root: Path, paths: Sequence[Path], filters: Filters) -> Found:
    """Find the files of a run over `paths`, which are absolute and inside `root`.

    Everything below a given folder is analysed. A given file does not narrow the analysis, which needs the whole
    program: then all of the root is read and the report is about that file. Templates stand in folders above
    the code as often as beside it, so those on the way up to the root are read too.
    """
    walk = _Walk(str(root), filters)
    folders = [path for path in paths if path.is_dir()]
    files = [path for path in paths if not path.is_dir()]
    for folder in [*folders, root] if files else folders:
        _start(walk, str(folder))
    python, candidates = frozenset(walk.python), frozenset(walk.candidates)
    for folder in folders:
        _templates_above(walk, folder, root)
    strange = foreign(walk.candidates)
    candidates -= strange
    walk.candidates -= strange
    reported = None
    if files or walk.candidates != candidates:
        below = [walk.relative(str(folder)) for folder in folders]
        reported = {path for path in python | candidates if any(_is_below(path, folder) for folder in below)}
        reported.update(_reported(walk, files))
    return Found(
        python=tuple(sorted(walk.python)),
        candidates=tuple(sorted(walk.candidates)),
        only=None if reported is None else frozenset(reported),
        problems=tuple(walk.problems),
        notes=tuple(walk.notes),
    )


def foreign(candidates: Collection[str]) -> frozenset[str]:
    """The TypeScript among these files that is not of a CDK application."""
    code = [path for path in candidates if path.endswith(TYPESCRIPT)]
    apps = {path.rpartition("/")[0] for path in candidates if path.rpartition("/")[2] == _APPLICATION} if code else set()
    return frozenset(path for path in code if path.endswith(_NO_CODE) or apps.isdisjoint(_above(path)))


def _above(path: str) -> Iterator[str]:
    """The folders that a file stands in, "" for the root."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def would_be_found(root: Path, path: str, paths: Sequence[Path], filters: Filters) -> bool:
    """Whether a file that is gone would have been part of a run over `paths`."""
    if not is_wanted(path.rpartition("/")[2]):
        return False
    file = root / path
    if all(start.is_dir() for start in paths) and not any(start in file.parents for start in paths):
        return False
    folders = [root / folder for folder in PurePosixPath(path).parents if folder.name]
    if filters.defaults and any(folder.name in DEFAULT_EXCLUDE or folder.name.endswith(".egg-info") for folder in folders):
        return False
    names = [file.as_posix(), *(f"{folder.as_posix()}/" for folder in folders)]
    return not any(excluded(name) for excluded in filters.excluded for name in names)


def with_new(found: Found, paths: Iterable[str]) -> Found:
    """With files that are not on the disk yet; the report is about them."""
    new = [path for path in paths if path not in found.python and path not in found.candidates]
    if not new:
        return found
    return replace(
        found,
        python=tuple(sorted((*found.python, *(path for path in new if path.endswith(".py"))))),
        candidates=tuple(sorted((*found.candidates, *(path for path in new if not path.endswith(".py"))))),
        only=frozenset((*(found.only or ()), *new)),
        notes=tuple(note for note in found.notes if not note.startswith(tuple(f"{path}: excluded" for path in new))),
    )


def is_synthesised(path: str) -> bool:
    """Whether a path stands in a `cdk.out`, which is read although version control does not know it."""
    return _is_synthesised(path)


def only(root: Path, paths: Iterable[Path], found: Found) -> frozenset[str]:
    """The files of a run that are, or stand below, one of the paths."""
    below = [os.path.relpath(path, root).replace(os.sep, "/") for path in paths]
    everything = found.only if found.only is not None else frozenset((*found.python, *found.candidates))
    return frozenset(path for path in everything if any(_is_below(path, folder) for folder in below))


def inside(root: Path, path: str) -> Path | None:
    """The regular file that a template refers to, unless it lies outside of the root or is too big for a template."""
    target = Path(os.path.realpath(root / path))
    size = _size(root, target)
    return target if size is not None and size <= MAX_TEMPLATE else None


def too_big(root: Path) -> Callable[[str], Problem | None]:
    """What tells of a file inside of the root that it is too big for a template."""

    def told(path: str) -> Problem | None:
        size = _size(root, Path(os.path.realpath(root / path)))
        return _too_big(path, size) if size is not None and size > MAX_TEMPLATE else None

    return told


def _size(root: Path, target: Path) -> int | None:
    """The size of a regular file inside of the root."""
    try:
        return target.stat().st_size if root in target.parents and target.is_file() else None
    except (OSError, ValueError):
        return None


def _too_big(path: str, size: int, words: str = "too big for a template", most: int = MAX_TEMPLATE) -> Problem:
    message = f"{words}: {size} bytes, at most {most} are read"
    return Problem(Place(path, NOWHERE), "LDM901", message)


def _is_below(path: str, folder: str) -> bool:
    return folder in (".", path) or path.startswith(folder + "/")


def _reported(walk: _Walk, files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        path = walk.relative(str(file))
        if path in walk.python or path in walk.candidates:
            yield path
        elif path.endswith(".py"):
            walk.notes.append(f"{path}: excluded, so it was not checked")


def _start(walk: _Walk, folder: str) -> None:
    """Walk a folder the user named, with the ignore files above it, unless they would ignore the folder itself."""
    above = Ignored()
    if walk.filters.gitignore:
        for parent in reversed(_up_to_repository(folder)):
            above = _entering(walk, above, str(parent))
        if any(above.match(str(part), is_folder=True) for part in (Path(folder), *_up_to_repository(folder)[:-1])):
            above = Ignored()
    named = (*(excluded for excluded in walk.filters.excluded if not excluded(folder + "/")),)
    _below(walk, folder, above, Filters(walk.filters.defaults, named, walk.filters.gitignore))


def _up_to_repository(folder: str) -> list[Path]:
    """The folders above, nearest first, up to the one that holds the repository."""
    above: list[Path] = []
    for parent in Path(folder).parents:
        if (above[-1] if above else Path(folder)).joinpath(".git").exists():
            return above
        above.append(parent)
    return []


def _below(walk: _Walk, start: str, above: Ignored, filters: Filters) -> None:
    stack = [(start, above)]
    while stack:
        folder, ignored = stack.pop()
        if folder in walk.folders:
            continue
        walk.folders.add(folder)
        entries = _entries(walk, folder)
        names = {entry.name for entry in entries}
        if filters.defaults and "pyvenv.cfg" in names and folder != start:
            continue
        if filters.gitignore and ".gitignore" in names:
            ignored = _entering(walk, ignored, folder)
        for entry in entries:
            stack.extend((inner, ignored) for inner in _take(walk, entry, ignored, filters))


def _entering(walk: _Walk, ignored: Ignored, folder: str) -> Ignored:
    """With the ignore file of a folder; without one that cannot be read there is more to check, never less."""
    try:
        return ignored.entering(folder)
    except OSError as error:
        walk.notes.append(f"{walk.relative(os.path.join(folder, '.gitignore'))}: left out: {error.strerror or error}")  # noqa: PTH118
        return ignored


def _entries(walk: _Walk, folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        place = Place(walk.relative(folder), NOWHERE)
        walk.problems.append(Problem(place, "LDM901", f"the folder cannot be read: {error.strerror or error}"))
        return []


def _take(walk: _Walk, entry: os.DirEntry[str], ignored: Ignored, filters: Filters) -> Iterator[str]:
    """Note a file; give a folder back to be walked."""
    try:
        if entry.is_symlink():
            yield from _through_link(walk, entry, filters)
            return
        is_folder = entry.is_dir(follow_symlinks=False)
    except OSError as error:
        walk.notes.append(f"{walk.relative(entry.path)}: left out: {error.strerror or error}")
        return
    if not is_folder and not is_wanted(entry.name):
        return
    synthesised = _is_synthesised(walk.relative(entry.path))
    if (not synthesised and ignored.match(entry.path, is_folder)) or _is_excluded(entry, is_folder, filters):
        return
    if not is_folder:
        _file(walk, entry.path, entry.stat(follow_symlinks=False))
    elif not (synthesised and entry.name.startswith("asset.")):
        yield entry.path


def _is_synthesised(relative: str) -> bool:
    """Whether a path stands in a `cdk.out`: templates to read although version control ignores them."""
    return f"/{_SYNTHESISED}/" in f"/{relative}/"


def _is_excluded(entry: os.DirEntry[str], is_folder: bool, filters: Filters) -> bool:
    if is_folder and filters.defaults and (entry.name in DEFAULT_EXCLUDE or entry.name.endswith(".egg-info")):
        return True
    path = entry.path.replace(os.sep, "/") + ("/" if is_folder else "")
    return any(excluded(path) for excluded in filters.excluded)


def _through_link(walk: _Walk, entry: os.DirEntry[str], filters: Filters) -> Iterator[str]:
    """A link inside the root leads to what it means, once; one out of the root leads nowhere."""
    target = os.path.realpath(entry.path)
    is_folder = os.path.isdir(target)  # noqa: PTH112 (a path of another run of the same walk)
    if not is_folder and not is_wanted(entry.name):
        return
    if target == walk.root:
        return  # all of it is looked at anyway
    if not target.startswith(walk.root.rstrip(os.sep) + os.sep):
        walk.notes.append(f"{walk.relative(entry.path)}: left out: the link leads out of {walk.root}")
        return
    parts = PurePosixPath(walk.relative(target)).parts
    if filters.defaults and any(part in DEFAULT_EXCLUDE for part in parts):
        return
    if any(excluded(target + ("/" if is_folder else "")) for excluded in filters.excluded):
        return
    if is_folder:
        yield target
        return
    try:
        _file(walk, target, Path(target).stat())
    except OSError as error:
        walk.notes.append(f"{walk.relative(entry.path)}: left out: the link is broken ({error.strerror or error})")


def is_wanted(name: str) -> bool:
    """Whether a file of this name may have a part in a run."""
    written = name.rpartition(".")[0] if name.endswith(_RENDERED_ENDS) else name
    if name.endswith(TYPESCRIPT):
        return not name.endswith(_NO_CODE)
    return name.endswith(".py") or written.endswith(_TEMPLATE_ENDS) or name.startswith(_TEMPLATE_STARTS)


def _file(walk: _Walk, path: str, status: os.stat_result) -> None:
    """Keep a regular file; anything else of that name (a pipe, a device) would hang the reader."""
    relative = walk.relative(path)
    name = PurePosixPath(relative).name
    if _is_synthesised(relative) and not name.endswith(".template.json"):
        return
    if not stat.S_ISREG(status.st_mode):
        walk.notes.append(f"{relative}: left out: not a regular file")
    elif name.endswith(".py"):
        if status.st_size > MAX_PYTHON:
            walk.problems.append(_too_big(relative, status.st_size, "too big to be read", MAX_PYTHON))
        else:
            walk.python.add(relative)
    elif is_wanted(name):
        if status.st_size > MAX_TEMPLATE and _CERTAINLY.fullmatch(name):
            walk.problems.append(_too_big(relative, status.st_size))
        elif status.st_size > MAX_TEMPLATE:
            walk.notes.append(f"{relative}: left out: too big for a template ({status.st_size} bytes)")
        else:
            walk.candidates.add(relative)


def _templates_above(walk: _Walk, folder: Path, root: Path) -> None:
    """Template candidates that stand in the folders between `folder` and the root."""
    for parent in folder.parents:
        if parent != root and root not in parent.parents:
            return
        quiet = _Walk(walk.root, walk.filters)
        for entry in _entries(quiet, str(parent)):
            if not entry.name.endswith(".py") and entry.is_file(follow_symlinks=False):
                for _ in _take(quiet, entry, Ignored(), walk.filters):
                    pass
        walk.candidates |= quiet.candidates
