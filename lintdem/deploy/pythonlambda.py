"""The `config.yaml` of python-lambda: one function, its handler, its environment."""

from __future__ import annotations

import re

from lintdem.deploy.functions import environment
from lintdem.deploy.nodes import Record, Scalar, empty
from lintdem.deploy.paths import folder_of
from lintdem.deploy.template import OUTSIDE, Declared, read_template
from lintdem.deploy.yaml_tree import read_yaml
from lintdem.model.stack import Lambda, Stack
from lintdem.regexes import late

_NAMED = late(r"(^|/)config\.ya?ml$")
_KEYS = (late(r"^function_name\s*:", re.MULTILINE), late(r"^handler\s*:", re.MULTILINE))


def is_python_lambda(path: str, head: str) -> bool:
    """Whether a file is named and begins as python-lambda's configuration."""
    return _NAMED.search(path) is not None and all(key.search(head) for key in _KEYS)


def read_python_lambda(path: str, text: str) -> Stack | None:
    """The function of the configuration, with nothing on who invokes it. Raises LoweringError."""
    root = read_yaml(path, text)
    if not isinstance(root, Record):
        return None
    name, handler = root.get("function_name"), root.get("handler")
    outside = {"config": Declared("config", OUTSIDE, root.place, root, root, False)}
    template = read_template(path, empty(root.place), {}, outside)
    if template is None or not isinstance(name, Scalar) or not isinstance(handler, Scalar):
        return None
    scope = template.scope
    function = Lambda(
        name=name.text,
        place=name.place,
        handler=handler.text,
        handler_place=handler.place,
        code=(folder_of(path),),
        runtime=scope.text(root.get("runtime")),
        timeout=scope.number(root.get("timeout")),
        environment=environment(template, root.get("environment_variables")),
        concurrency=scope.number(root.get("concurrency")),
    )
    return Stack(path=path, kind="python-lambda", functions=(function,))


