"""The code of a CDK function: a folder, a file that is read in place, text, or an image; and the functions of a loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import normpath

import msgspec

from lintdem.analyses.cdk.cdk_calls import Calls
from lintdem.analyses.cdk.constructs import Built
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import AnyOf, Derived, Made, Method, Value
from lintdem.interpreter.machine import Plain
from lintdem.interpreter.values import known, text
from lintdem.model.span import Place, Span
from lintdem.program import Program
from lintdem.program.paths import ancestors, folder, join

_PYTHON_INDEX = "index.py"
_MOST = 100
"""Functions that one construct in a loop may stand for."""

_NAMING = ("handler", "index", "entry", "code", "1", "id", "function_name")
"""Arguments that tell the functions of a loop apart."""


class Code(msgspec.Struct, frozen=True):
    """What a function runs: its handler, the folders that hold it, the text written in place, or an archive in a bucket."""

    handler: str | None
    folders: tuple[str, ...] = ()
    inline: str | None = None
    inline_place: Place | None = None
    archive: str = ""


def each_function(args: dict[str, Plain]) -> Iterator[dict[str, Plain]]:
    """The arguments of every function that a construct in a loop makes.

    A loop is run once, with its variables standing for all they come to: unions of the same length belong together.
    """
    unions = list(dict.fromkeys(found for name in _NAMING for found in _unions(args.get(name))))
    if not unions:
        yield args
        return
    size = len(unions[0].values)
    together = [union for union in unions if len(union.values) == size]
    for n in range(min(size, _MOST)):
        chosen = {union: union.values[n] for union in together}
        yield {name: _chosen(value, chosen, name in _NAMING) for name, value in args.items()}


def _unions(value: Plain | None) -> Iterator[AnyOf]:
    """The unions of texts that a value is made from."""
    if isinstance(value, AnyOf) and all(text(one) is not None for one in value.values):
        yield value
    elif isinstance(value, Derived):
        for part in value.parts:
            yield from _unions(part)
    elif isinstance(value, Made):
        for _, part in value.args:
            yield from _unions(part)


def _chosen(value: Plain, chosen: Mapping[AnyOf, Value], within: bool) -> Plain:
    """The value with one choice made; `within` the arguments of what it was made by, which resources keep."""
    if isinstance(value, dict):
        return {name: _chosen(one, chosen, within) for name, one in value.items()}
    if isinstance(value, list):
        return [_chosen(one, chosen, within) for one in value]
    return _choice(value, chosen, within)


def _choice(value: Value, chosen: Mapping[AnyOf, Value], within: bool) -> Value:
    if isinstance(value, AnyOf):
        return chosen.get(value, value)
    if isinstance(value, Derived):
        parts = tuple(_choice(part, chosen, within) for part in value.parts)
        texts = [text(part) for part in parts]
        if value.op == "format" and None not in texts:
            return known("".join(part for part in texts if part is not None))
        return replace(value, parts=parts)
    if isinstance(value, Made) and within:
        return replace(value, args=tuple((name, _choice(one, chosen, within)) for name, one in value.args))
    return value


def code_of(program: Program, built: Calls, one: Built, args: Mapping[str, Plain]) -> Code:
    """What a function runs, from the arguments of its construct."""
    code = args.get("code")
    handler = _text(args.get("handler"))
    if one.name == "PythonFunction":
        index = _text(args.get("index")) or _PYTHON_INDEX
        name = f"{index.removesuffix('.py')}.{handler or 'handler'}"
        return Code(name, _folders(program, one.place.path, args.get("entry")))
    made = code if isinstance(code, Made) else None
    kind = made.type.rpartition(".")[2] if made is not None else ""
    if made is not None and kind in ("InlineCode", "from_inline"):
        return _inline(program, one, made, handler)
    if made is not None and kind == "CodeProperty":
        return _property(program, one, made, handler)
    if made is not None and kind in ("from_bucket", "from_bucket_v2", "S3Code"):
        key = dict(made.args).get("1", dict(made.args).get("key"))
        return Code(handler, archive=" ".join(part for leaf in _written(key) if (part := text(leaf))) if key is not None else "")
    if made is not None and kind in ("from_image_asset", "from_asset_image"):
        return _image(program, built, one, made)
    return Code(handler, _folders(program, one.place.path, code))


def _inline(program: Program, one: Built, made: Made, handler: str | None) -> Code:
    """Text written in place keeps its lines; text that is read from a file means that file."""
    given = dict(made.args).get("0", dict(made.args).get("code"))
    written = text(given) if given is not None else None
    place = next((place for name, place in made.places if name in ("0", "code")), None)
    if written is not None and place is not None and written.count("\n") == place.span.end_line - place.span.line:
        start = Span(place.span.line, 1, place.span.end_line, place.span.end_column)
        return Code(handler, (), written, Place(place.path, start))
    path = next(_files(program, one.place.path, given), None)
    if path is None or handler is None:
        return Code(handler)
    stem = path.rpartition("/")[2].removesuffix(".py")
    return Code(f"{stem}.{handler.rpartition('.')[2]}", (folder(path),))


def _property(program: Program, one: Built, made: Made, handler: str | None) -> Code:
    """The code of a function as CloudFormation has it: text in place, or an archive that was put in a bucket."""
    given = dict(made.args).get("zip_file")
    if given is None:
        return Code(handler)
    places = tuple(("code", place) for name, place in made.places if name == "zip_file")
    return _inline(program, one, replace(made, args=(("code", given),), places=places), handler)


def _files(program: Program, path: str, given: Value | None) -> Iterator[str]:
    """The Python file whose content a value is."""
    if not isinstance(given, Made) or given.type.rpartition(".")[2] not in ("read", "read_text"):
        return
    rest = written_path(given)
    for above in dict.fromkeys((folder(path), *ancestors(path))) if rest else ():
        target = normpath(join(above, rest or ""))
        if target in program.modules:
            yield target


def _image(program: Program, built: Calls, one: Built, made: Made) -> Code:
    """The handler an image starts: the command it is given, or the one of its Dockerfile."""
    given = {name: value for name, value in made.args if name not in ("cmd", "file")}
    folders = _folders(program, one.place.path, replace(made, args=tuple(given.items())))
    options = built.that_gave(made)
    command = options.args.get("cmd") if options is not None else None
    if isinstance(command, list) and command:
        return Code(_text(command[-1]), folders)
    name = _text(options.args.get("file")) if options is not None else None
    for stack in program.stacks:
        if stack.kind == "dockerfile" and stack.path in [join(root, name or "Dockerfile") for root in folders]:
            return Code(stack.functions[0].handler, stack.functions[0].code)
    return Code(None, folders)


def _folders(program: Program, path: str, given: Plain | None) -> tuple[str, ...]:
    """The folders that exist here; none when the code is built elsewhere first."""
    if given is None or isinstance(given, (list, dict)) or any(True for _ in _unions(given)):
        return ()
    rest = written_path(given) or ""
    found: list[str] = []
    for above in (folder(path), *ancestors(path)):
        target = _unpacked(normpath(join(above, rest))) if rest or above else ""
        if not target.startswith("..") and target not in found and _holds(program, target):
            found.append("" if target == "." else target)
    return tuple(found)


def _unpacked(path: str) -> str:
    """The folder that an archive stands in: what it was made from is most often beside it or below."""
    return folder(path) if path.endswith((".zip", ".whl")) else path


def _holds(program: Program, target: str) -> bool:
    prefix = f"{target}/" if target not in ("", ".") else ""
    return any(path.startswith(prefix) for path in program.modules)


def written_path(given: Value) -> str | None:
    """The texts that a path is put together from."""
    parts = [written for leaf in _written(given) if (written := text(leaf)) is not None]
    return "/".join(part.strip("/") for part in parts if part) or None


def _written(given: Value) -> Iterator[Value]:
    if isinstance(given, Made):
        for name, value in given.args:
            if name in ("self", "0", "path"):
                yield from _written(value)
    elif isinstance(given, Derived):
        for part in given.parts:
            yield from _written(part)
    elif isinstance(given, Method):
        yield from _written(given.receiver)
    else:
        yield given


def _text(given: Plain | None) -> str | None:
    return text(given) if given is not None and not isinstance(given, (list, dict)) else None

