"""Dockerfiles of Lambda images: which handler they start and which folders they copy."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import msgspec

from lintdem.deploy.paths import folder_of, join, unique
from lintdem.deploy.webservers import ADAPTER, application
from lintdem.model.span import Place, Span
from lintdem.regexes import late

_HANDLER = late(r"[\w./-]+\.\w+")
_LAMBDA = late(r"lambda/python|awslambdaric|aws-lambda-ric|lambda-python|lambci/lambda|\bLAMBDA_TASK_ROOT\b")
_LEAST = 4
"""Letters of a folder's name that say which image is meant."""

_GENERAL = frozenset(
    {"lambda", "lambdas", "function", "functions", "docker", "image", "images", "container", "python", "build", "code"}
)
_ROOTS = ("", ".", "./", "/var/task", "/var/task/", "/function", "/function/", "/app", "/app/")


class Image(msgspec.Struct, frozen=True):
    """What a Dockerfile says: the handler of its CMD, and the folders whose files stand in the image."""

    handler: str | None
    place: Place
    folders: tuple[str, ...]


def is_dockerfile(path: str) -> bool:
    """Whether the name is that of a Dockerfile."""
    name = path.rpartition("/")[2].lower()
    return name == "dockerfile" or name.startswith("dockerfile.") or name.endswith(".dockerfile")


def is_lambda_image(text: str) -> bool:
    """Whether the Dockerfile builds on Lambda's runtime, or takes in the adapter that runs a web server there."""
    return _LAMBDA.search(text) is not None or ADAPTER.search(text) is not None


def image_named(text: str, files: Mapping[str, str]) -> str | None:
    """The Dockerfile of the folder that an image's address names: the longest name there, None when two fit."""
    words = _joined(text)
    found: dict[str, list[str]] = {}
    for path in files:
        name = _joined(folder_of(path).rpartition("/")[2])
        if is_dockerfile(path) and len(name) >= _LEAST and name in words and name not in _GENERAL:
            found.setdefault(name, []).append(path)
    longest = found.get(max(found, key=len)) if found else None
    return longest[0] if longest and len(longest) == 1 and is_lambda_image(files[longest[0]]) else None


def _joined(text: str) -> str:
    """The text as names compare: their words are separated in many ways."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def read_image(path: str, text: str, context: str | None = None) -> Image:
    """The last stage of a Dockerfile; `context` is the build folder: by default the Dockerfile's own or one above."""
    contexts = _above(folder_of(path)) if context is None else [context]
    named = _started if ADAPTER.search(text) else _last_handler
    handler, place = None, Place(path, Span(1, 1, 1, 1))
    folders: list[str] = []
    for line, name, rest in _instructions(text):
        if name == "FROM":
            handler, folders = None, []
        elif name in ("COPY", "ADD"):
            folders += [folder for one in contexts for folder in _copied(one, rest)]
        elif name == "CMD" or (name == "ENTRYPOINT" and handler is None):
            handler = named(rest)
            place = Place(path, Span(line, 1, line, len(name) + len(rest) + 2))
    return Image(handler, place, unique([*folders, contexts[0]]))


def _above(folder: str) -> list[str]:
    """A folder and those above it: a build is often started higher up, to copy what several images share."""
    steps = folder.split("/") if folder else []
    return ["/".join(steps[:count]) for count in range(len(steps), -1, -1)]


def _instructions(text: str) -> list[tuple[int, str, str]]:
    """Line, instruction and arguments, with continued lines joined."""
    found: list[tuple[int, str, str]] = []
    pending, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        start = start if pending else number
        pending += stripped
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
            continue
        name, _, rest = pending.partition(" ")
        found.append((start, name.upper(), rest.strip()))
        pending = ""
    return found


def _words(rest: str) -> list[str]:
    if rest.startswith("["):
        try:
            words = json.loads(rest)
        except ValueError:
            words = re.findall(r"[^\s\"',\[\]]+", rest)
        return [word for word in words if isinstance(word, str)]
    return rest.split()


def _last_handler(rest: str) -> str | None:
    words = _words(rest)
    last = words[-1].strip("\"'") if words else ""
    return last if _HANDLER.fullmatch(last) and not last.endswith((".sh", ".py")) else None


def _started(rest: str) -> str | None:
    """The application of a web server's command; the script where that is all that is said."""
    words = _words(rest)
    return application(words) or (words[-1].strip("\"'") if words else None)


def _copied(context: str, rest: str) -> list[str]:
    """Folders whose content lands in the folder that Lambda starts in."""
    if "--from=" in rest:
        return []
    words = [word for word in _words(rest) if not word.startswith("--")]
    if len(words) < 2:
        return []
    target = re.sub(r"^\$\{?\w+\}?/?", "", words[-1])
    if target not in _ROOTS:
        return []
    found = []
    for word in words[:-1]:
        name = word.rstrip("/*")
        source = join(context, folder_of(word) if "." in name.rpartition("/")[2].strip(".") else name)
        if source is not None:
            found.append(source)
    return found
