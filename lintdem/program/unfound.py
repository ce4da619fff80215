"""Handlers that a template names and that are not in the workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from lintdem.model.module import Module
from lintdem.model.span import Place
from lintdem.model.stack import Lambda, Stack
from lintdem.program.handlers import locate
from lintdem.program.imports import THIRD_PARTY, is_test, is_vendored
from lintdem.program.injected import injected, may_bind

WRAPPERS = THIRD_PARTY | {
    "datadog_lambda", "newrelic_lambda_wrapper", "lumigo_tracer", "epsagon", "thundra", "sentry_sdk", "wsgi_handler",
    "serverless_wsgi", "awsgi", "apig_wsgi", "aws_lambda_wsgi", "serverless_sdk", "otel_wrapper", "instana", "dynatrace",
    "awslambdaric", "signalfx_lambda", "elasticapm", "scout_apm", "lambda_insights", "zappa", "run", "bootstrap",
}  # fmt: skip
"""Modules that a layer or a plugin brings along to stand before the handler."""

_SAID = frozenset({"serverless", "sam", "cloudformation", "terraform"})


class Unfound(msgspec.Struct, frozen=True):
    """A function of a template without its handler. `file` is where it would be; `name` the function that the file lacks,
    empty when the file itself is not there; `elsewhere` when the code is built by something that is not seen here."""

    function: Lambda
    place: Place
    file: str
    name: str = ""
    elsewhere: bool = False


def unfound(modules: Mapping[str, Module], stacks: Sequence[Stack]) -> Iterator[Unfound]:
    """The Python functions of templates whose handler is not there."""
    folders = {path.rpartition("/")[0] for path in modules}
    for stack in stacks:
        if stack.kind in _SAID and not is_test(stack.path) and not is_vendored(stack.path):
            for function in stack.functions:
                found = _unfound(modules, function, folders)
                if found is not None:
                    yield found


def _unfound(modules: Mapping[str, Module], function: Lambda, folders: set[str]) -> Unfound | None:
    dotted, _, name = (function.handler or "").replace("/", ".").rpartition(".")
    if not dotted or function.inline is not None or not (function.runtime or "").startswith("python"):
        return None
    if dotted.partition(".")[0] in WRAPPERS:
        return None
    place = function.handler_place or function.place
    located = locate(modules, function)
    if located is not None:
        path, _ = located
        bound = may_bind(modules[path], name) or injected(modules, path, name) is not None
        return None if bound else Unfound(function, place, path, name)
    tail = dotted.replace(".", "/")
    if any(path.endswith((f"/{tail}.py", f"/{tail}/__init__.py")) for path in modules if path.startswith(function.layers)):
        return None
    meant = (f"{folder}/{tail}.py".lstrip("/") for folder in function.code)
    file = next((path for path in meant if path.rpartition("/")[0] in folders), "")
    if not file or function.packed:
        return Unfound(function, place, f"{tail}.py", "", True) if function.code else None
    return Unfound(function, place, file)
