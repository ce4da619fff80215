"""Chalice's `.chalice/config.json`: what it gives to the functions that decorators in `app.py` declare."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nodes import Node, Record, Scalar, as_record
from lintdem.deploy.paths import folder_of
from lintdem.model.span import Place
from lintdem.model.stack import Lambda, Stack, Value
from lintdem.regexes import late

_NAMED = late(r"(^|/)\.chalice/config\.json$")


def is_chalice(path: str) -> bool:
    """Whether the name is that of an application's configuration."""
    return _NAMED.search(path) is not None


def read_chalice(path: str, text: str) -> Stack | None:
    """The application as a function without a handler, which stands for all that its code declares; a function with
    settings of its own stands beside it. Raises LoweringError."""
    root = as_record(read_json(path, text))
    if root is None:
        return None
    stages = [stage for _, _, stage in _entries(root.get("stages")) if isinstance(stage, Record)]
    name = root.get("app_name")
    written = name.text if isinstance(name, Scalar) else "app"
    functions = [_function(path, written, None, root.place, [[root, stage] for stage in stages] or [[root]])]
    own = {key: place for part in (root, *stages) for key, place in _own(part)}
    for key, place in own.items():
        layers = [[root, stage, *_settings(root, key), *_settings(stage, key)] for stage in stages]
        functions.append(_function(path, key, f"app.{key}", place, layers or [[root, *_settings(root, key)]]))
    return Stack(path=path, kind="chalice", functions=tuple(functions))


def _entries(node: Node | None) -> Iterator[tuple[str, Scalar, Node]]:
    return node.values() if isinstance(node, Record) else iter(())


def _own(part: Record) -> Iterator[tuple[str, Place]]:
    for name, key, _ in _entries(part.get("lambda_functions")):
        yield name, key.place


def _settings(part: Record, function: str) -> list[Record]:
    section = as_record(part.get("lambda_functions"))
    found = as_record(section.get(function)) if section is not None else None
    return [found] if found is not None else []


def _function(path: str, name: str, handler: str | None, place: Place, stages: list[list[Record]]) -> Lambda:
    """One function. `stages` are the settings of each stage, general ones first."""
    variables = [_environment(layers) for layers in stages]
    return Lambda(
        name=name,
        place=place,
        handler=handler,
        handler_place=place,
        code=(folder_of(folder_of(path)),),
        runtime="python",
        timeout=_shared_number(stages, "lambda_timeout"),
        environment=tuple((key, _shared([found.get(key) for found in variables])) for key in _names(variables)),
        concurrency=_shared_number(stages, "reserved_concurrency"),
    )


def _environment(layers: list[Record]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for part in layers:
        for name, _, node in _entries(part.get("environment_variables")):
            if isinstance(node, Scalar):
                found[name] = Value("text", node.text, node.place)
    return found


def _names(variables: list[dict[str, Value]]) -> list[str]:
    return list(dict.fromkeys(name for found in variables for name in found))


def _shared(values: list[Value | None]) -> Value:
    """The value when every stage has the same one; which stage runs is not known."""
    known = [value for value in values if value is not None]
    same = len(known) == len(values) and len({value.text for value in known}) == 1
    return known[0] if same else Value("unknown", known[0].text, known[0].place)


def _shared_number(stages: list[list[Record]], field: str) -> int | None:
    found = set()
    for layers in stages:
        written = [part.get(field) for part in layers]
        last = next((node for node in reversed(written) if isinstance(node, Scalar)), None)
        found.add(last.text if last is not None else "")
    (text, *others) = found
    return int(text) if not others and text.isdigit() and len(text) < 10 else None
