"""Descriptions of HTTP interfaces whose operations name functions, as connexion calls them.

An `operationId` is there the dotted name of a function, or the name of one in the module that `x-openapi-router-controller`
names: https://connexion.readthedocs.io/en/latest/routing.html#explicit-routing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nodes import Record, Scalar
from lintdem.deploy.paths import folder_of
from lintdem.deploy.yaml_tree import read_yaml
from lintdem.model.stack import OPENAPI, Event, Lambda, Source, Stack
from lintdem.regexes import late

_ENDS = (".yaml", ".yml", ".json")
_BEGINS = late(r"^[\"']?(openapi|swagger)[\"']?\s*:|\A\s*\{\s*\"(openapi|swagger)\"", re.MULTILINE)
_CONTROLLERS = ("x-openapi-router-controller", "x-swagger-router-controller")
_NAMES_CODE = late(rf"operationId[\"']?\s*:\s*[\"']?[A-Za-z_]\w*\.[\w.]+|{'|'.join(_CONTROLLERS)}")
_FUNCTION = late(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def is_openapi(path: str, head: str) -> bool:
    """Whether a file begins as the description of an HTTP interface."""
    return path.endswith(_ENDS) and ("openapi" in head or "swagger" in head) and _BEGINS.search(head) is not None


def read_openapi(path: str, text: str) -> Stack | None:
    """The functions of the operations, each called once per request; None where the description names no code. Raises
    LoweringError."""
    if _NAMES_CODE.search(text) is None:
        return None
    root = read_json(path, text) if path.endswith(".json") else read_yaml(path, text)
    paths = root.get("paths") if isinstance(root, Record) else None
    if not isinstance(paths, Record):
        return None
    found = {function.name: function for _, _, item in paths.values() for function in _operations(path, item)}
    return Stack(path=path, kind=OPENAPI, functions=tuple(found.values())) if found else None


def _operations(path: str, item: object) -> Iterator[Lambda]:
    for _, _, operation in item.values() if isinstance(item, Record) else ():
        name = operation.get("operationId") if isinstance(operation, Record) else None
        if not isinstance(operation, Record) or not isinstance(name, Scalar):
            continue
        controller = next((found for key in _CONTROLLERS if isinstance(found := operation.get(key), Scalar)), None)
        dotted = f"{controller.text}.{name.text}" if controller is not None else name.text
        if _FUNCTION.fullmatch(dotted):
            event = Event(source=Source.API, place=name.place)
            yield Lambda(
                name=dotted, place=name.place, handler=dotted, handler_place=name.place, code=(folder_of(path),), events=(event,)
            )
