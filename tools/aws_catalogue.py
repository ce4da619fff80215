"""Writes the generated tables of `lintdem.knowledge`: two from the service models inside botocore and boto3, and one
of all tables written by hand (`aws/*.toml`), which stay in the repository for those who review them.

    python tools/aws_catalogue.py [--check]

Needs botocore and boto3, which lintdem itself never imports. Nothing talks to AWS. With `--check`
nothing is written and the exit code is 1 when a table is out of date.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore
from boto3.session import Session
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from lintdem.knowledge.verbs import kind_of, name_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent.parent / "lintdem" / "knowledge" / "aws"
REFERENCE = "https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/index.html"
TOKEN = re.compile(
    r"client_?(request_?)?token|idempotency_?(token|key)|amznclienttoken|callerreference|creatorrequestid"
    r"|uniquerequesttoken|durableexecutionname",
    re.IGNORECASE,
)
NOT_TOKENS = {
    ("codepipeline", "clientToken"),  # there it is the credential of a job worker
    ("securityhub", "batch_import_findings"),  # the findings describe resources that have one
    ("eventbridgev2", "create_subscriber"),  # configures what the bus sends later
    ("eventbridgev2", "update_subscriber"),
    ("pipes", "create_pipe"),
    ("pipes", "update_pipe"),
}
NESTED = re.compile(TOKEN.pattern + "|messagededuplicationid|deduplicationid", re.IGNORECASE)
DEEPEST = 3
CONFLICT = re.compile(r"AlreadyExists|AlreadyInUse|Conflict|Duplicate|ResourceInUse|Exists")
NO_CONFLICT = re.compile(r"NotExist|NonExist|DoesNot|NotInUse|Tag|^Invalid|^(Retryable|Transaction)|Idempoten")
SECOND = re.compile(r"AlreadyExist|Exists|Duplicate")
SAYS_SECOND = re.compile(r"exists|already|duplicate|uniqueness|same (name|ID)", re.IGNORECASE)
# One of its kind for what it belongs to, so that a bare "conflict" can only be a second one.
RELATION = re.compile(r"_(membership|member|assignment|association|attachment|admin|moderator|ban|mapping|alias|config(uration)?)$")
# Added by boto3 in code, so they are in no model: boto3/s3/inject.py, boto3/ec2/createtags.py, boto3/dynamodb/table.py.
INJECTED: dict[str, dict[str, dict[str, list[Any]]]] = {
    "s3": {
        "Bucket": {
            name: [name, ["Bucket"]]
            for name in ("upload_file", "upload_fileobj", "copy", "download_file", "download_fileobj")
        },
        "Object": {
            name: [name, ["Bucket", "Key"]]
            for name in ("upload_file", "upload_fileobj", "copy", "download_file", "download_fileobj")
        },
        "ObjectSummary": {"load": ["head_object", ["Bucket", "Key"]]},
    },
    "ec2": {"": {"create_tags": ["create_tags", []]}},
    "dynamodb": {"Table": {"batch_writer": ["batch_write_item", []]}},
}


def main() -> int:
    """Write or check the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = False
    for name, table in (("catalogue.json", catalogue()), ("resources.json", resources()), ("reviewed.json", reviewed())):
        text = _text(table)
        path = FOLDER / name
        if check:
            stale |= not path.exists() or path.read_text(encoding="utf-8") != text
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print("the AWS tables are out of date: run python tools/aws_catalogue.py", file=sys.stderr)  # noqa: T201
    return 1 if stale else 0


def catalogue() -> dict[str, Any]:
    """Per service, its operations and what the verb rule does not give."""
    loader = Loader()
    services = {}
    for name in loader.list_available_services("service-2"):
        model = ServiceModel(loader.load_service_model(name, "service-2"), name)
        services[name] = _service(name, model)
    return {"botocore": botocore.__version__, "source": REFERENCE, "services": services}


def _service(service: str, model: ServiceModel) -> dict[str, Any]:
    raw = model._service_description["operations"]
    groups: dict[str, dict[str, list[str]]] = {"n": _by_verbs(model.operation_names), "t": {}, "u": {}, "x": {}, "a": {}}
    for name in model.operation_names:
        method, operation = xform_name(name), model.operation_model(name)
        kind = _kind(method, raw[name])
        if kind is not None:
            groups["x"].setdefault(kind, []).append(method)
        _token(service, operation, method, groups)
        if (kind or kind_of(method).value) == "create":
            for error in _conflicts(operation, method):
                groups["a"].setdefault(error, []).append(method.removeprefix("create_"))
    result: dict[str, Any] = {
        group: {key: " ".join(sorted(methods)) for key, methods in sorted(entries.items())}
        for group, entries in groups.items()
        if entries
    }
    methods = map(xform_name, model.operation_names)
    creates = {method.removeprefix("create_") for method in methods if kind_of(method).value == "create"}
    for error, short in result.get("a", {}).items():
        if set(short.split()) == creates:
            result["a"][error] = "*"
    words = _words(model.operation_names)
    return result | ({"w": " ".join(words)} if words else {})


def _by_verbs(names: list[str]) -> dict[str, list[str]]:
    """The methods: what they act on, by the verbs that they do with it ("create delete": "alarm dashboard")."""
    verbs: dict[str, list[str]] = {}
    for method in map(xform_name, names):
        verb, _, rest = method.partition("_")
        verbs.setdefault(rest or "-", []).append(verb)
    found: dict[str, list[str]] = {}
    for rest, these in verbs.items():
        found.setdefault(" ".join(sorted(these)), []).append(rest)
    return found


def _kind(method: str, raw: dict[str, Any]) -> str | None:
    """The kind when it is not the verb rule's: the model says that the operation only reads."""
    rule = kind_of(method).value
    reads = raw.get("readonly") or (raw["http"]["method"] in ("GET", "HEAD") and rule != "effect")
    return "read" if reads and rule not in ("read", "compute") else None


def _token(service: str, operation: OperationModel, method: str, groups: dict[str, dict[str, list[str]]]) -> None:
    members = operation.input_shape.members if operation.input_shape else {}
    if operation.idempotent_members:
        token = operation.idempotent_members[0]
        groups["t"].setdefault(_limited(token, members[token]), []).append(method)
        return
    for member, shape in members.items():
        if TOKEN.fullmatch(member) and (service, member) not in NOT_TOKENS:
            groups["u"].setdefault(_limited(member, shape), []).append(method)
            return
    if operation.input_shape is None or (service, method) in NOT_TOKENS or method.startswith("update_"):
        return  # an update repeats the reference that its creation was given
    for path, shape in _nested(operation.input_shape, "", frozenset()):
        groups["u"].setdefault(_limited(path, shape), []).append(method)
        return


def _nested(shape: Shape, path: str, above: frozenset[str]) -> Iterator[tuple[str, Shape]]:
    """Tokens inside structures and lists, with the way to them."""
    if path.count(".") > DEEPEST or shape.name in above:
        return
    if shape.type_name == "list":
        yield from _nested(shape.member, f"{path}[]", above | {shape.name})
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            if path and NESTED.fullmatch(name):
                yield f"{path}.{name}", member
            yield from _nested(member, f"{path}.{name}" if path else name, above | {shape.name})


def _limited(token: str, shape: Shape) -> str:
    """The token with its longest length, where the model has one."""
    longest = shape.metadata.get("max")
    return f"{token}<={longest}" if longest else token


def _conflicts(operation: OperationModel, method: str) -> list[str]:
    """The errors of a second creation. One that only speaks of a conflict counts when the caller names what is made."""
    named = _is_named(operation, method) or RELATION.search(method)
    names = set()
    for shape in operation.error_shapes:
        if SECOND.search(shape.name) or SAYS_SECOND.search(shape.documentation or "") or named:
            names |= {shape.name, shape.metadata.get("error", {}).get("code", shape.name)}
    return sorted(name for name in names if CONFLICT.search(name) and not NO_CONFLICT.search(name))


def _is_named(operation: OperationModel, method: str) -> bool:
    """Whether the call has to say the name of what it makes."""
    noun = method.removesuffix("_v2").split("_")[1:]
    own = {"name", "identifier"} | {
        "".join(noun[start:]) + ending for start in range(len(noun)) for ending in ("name", "identifier", "id", "")
    }
    required = operation.input_shape.required_members if operation.input_shape else []
    return any(member.lower() in own or re.match(r"target\w*name", member, re.IGNORECASE) for member in required)


def _words(names: list[str]) -> list[str]:
    """The words that every operation of the service spells in its own way ("DB"), then the names that this misses."""
    spelt: dict[str, set[str]] = {}
    for name in names:
        rest = name
        for part in xform_name(name).split("_"):
            spelt.setdefault(part, set()).add(rest[: len(part)])
            rest = rest[len(part) :]
    words = sorted(next(iter(s)) for part, s in spelt.items() if len(s) == 1 and s != {name_of(part)})
    return [*words, *(name for name in sorted(names) if name_of(xform_name(name), tuple(words)) != name)]


def resources() -> dict[str, Any]:
    """boto3's resources, with what boto3 adds in code."""
    loader = Session()._loader
    services = {}
    for name in sorted(Session().get_available_resources()):
        model = loader.load_service_model(name, "resources-1")
        shapes = {"": _shape(model, model["service"], "", ())}
        for resource, raw in sorted(model["resources"].items()):
            own = tuple(identifier["name"] for identifier in raw.get("identifiers", ()))
            shapes[resource] = _shape(model, raw, resource, own)
            shapes |= _collections(model, raw, resource)
        shapes |= _collections(model, model["service"], "")
        for resource, actions in INJECTED.get(name, {}).items():
            shapes[resource].setdefault("actions", {}).update(actions)
        services[name] = {resource: {k: v for k, v in shape.items() if v} for resource, shape in shapes.items()}
    return {"boto3": boto3.__version__, "source": REFERENCE, "services": services}


def _shape(model: dict[str, Any], raw: dict[str, Any], resource: str, own: tuple[str, ...]) -> dict[str, Any]:
    gives = {name: has["resource"]["type"] for name, has in raw.get("has", {}).items()}
    gives |= {xform_name(name): f"{resource}.{xform_name(name)}" for name in raw.get("hasMany", {})}
    actions = {}
    for name, action in raw.get("actions", {}).items():
        method = xform_name(name)
        actions[method] = _action(action, own)
        if "resource" in action:
            path = action["resource"].get("path") or "".join(
                identifier.get("path", "") for identifier in action["resource"].get("identifiers", ())
            )
            gives[method] = action["resource"]["type"] + ("[]" if "[" in path else "")
    return {
        "identifiers": [xform_name(name) for name in own],
        "actions": dict(sorted(actions.items())),
        "gives": dict(sorted(gives.items())),
    }


def _action(action: dict[str, Any], own: tuple[str, ...]) -> list[Any]:
    request = action["request"]
    targets = {
        parameter["name"]: re.sub(r"\[\d*\]", "[]", parameter["target"])
        for parameter in request.get("params", ())
        if parameter["source"] == "identifier"
    }
    arguments = [targets.get(name, "") for name in own]
    return [xform_name(request["operation"]), *([arguments] if any(arguments) else [])]


def _collections(model: dict[str, Any], raw: dict[str, Any], resource: str) -> dict[str, Any]:
    """`bucket.objects` and its like: what filters it, what it holds, what is done to all of it."""
    own = tuple(identifier["name"] for identifier in raw.get("identifiers", ()))
    shapes = {}
    for name, many in raw.get("hasMany", {}).items():
        title = f"{resource}.{xform_name(name)}"
        item = many["resource"]["type"]
        batch = model["resources"].get(item, {}).get("batchActions", {})
        actions = {xform_name(a): [xform_name(b["request"]["operation"])] for a, b in sorted(batch.items())}
        reading = _action(many, own)
        shapes[title] = {
            "identifiers": [xform_name(n) for n in own],
            "actions": {"all": reading, "filter": reading, **actions},
            "gives": {"[]": item},
        }
    return shapes


def reviewed() -> dict[str, Any]:
    """What was written by hand, of all services in one file: TOML is slow to read, and 124 small files are large in a wheel."""
    return {"services": {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml")}}


def _text(table: dict[str, Any]) -> str:
    """One line per service: small, and a change is seen where it is."""
    head = {key: value for key, value in table.items() if key != "services"}
    lines = [
        f"{json.dumps(name)}:{json.dumps(service, separators=(',', ':'))}"
        for name, service in sorted(table["services"].items())
    ]
    opening = "".join(f"{json.dumps(key)}:{json.dumps(value)}," for key, value in head.items())
    return f'{{{opening}"services":{{\n' + ",\n".join(lines) + "\n}}\n"


if __name__ == "__main__":
    sys.exit(main())
