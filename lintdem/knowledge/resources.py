"""boto3's resource objects (`Table`, `Queue`, `Object`…): which operation a method is, what an attribute gives."""

from __future__ import annotations

from functools import cache

import msgspec

from lintdem.knowledge import tables
from lintdem.regexes import late

_STUBS = late(
    r"(?:mypy_boto3|types_boto3|types_aiobotocore|types_aioboto3)_(\w+)(?:\.(client|service_resource))?"
)
_OLD_STUBS = late(r"boto3_type_annotations\.(\w+)")

_NARROWING = frozenset({"all", "filter", "limit", "page_size"})
"""Methods of a collection that give the same collection."""


class Action(msgspec.Struct, frozen=True, array_like=True):
    """A method: the client method it stands for, and for each identifier of the resource, in the order
    of its constructor, the argument it becomes ("" for none)."""

    method: str
    arguments: tuple[str, ...] = ()


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One resource: `identifiers` as its constructor takes them, `gives` from attribute to resource."""

    identifiers: tuple[str, ...] = ()
    actions: dict[str, Action] = {}
    gives: dict[str, str] = {}


class Shapes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The generated table of resources; the service itself is the resource ""."""

    boto3: str
    source: str
    services: dict[str, dict[str, Shape]]


def resource_method(service: str, resource: str | None, method: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The client method behind a resource's method, and where the resource's own identifiers go.

    The second part has one pair per constructor argument, in order: the identifier's name and the
    argument it becomes, "" when it becomes none. `Bucket("b").Object("k")` has the identifiers of
    `Object("b", "k")`.
    """
    shape = _shape(service, resource)
    action = shape.actions.get(method) if shape else None
    if shape is None or action is None:
        return None
    arguments = action.arguments or ("",) * len(shape.identifiers)
    return action.method, tuple(zip(shape.identifiers, arguments, strict=True))


def sub_resource(service: str, resource: str | None, attribute: str) -> str | None:
    """The resource that an attribute or method of a resource gives.

    A collection is named after its owner ("Bucket.objects") and a list of results with brackets
    ("Message[]"); the attribute "[]" of either is what one item is.
    """
    if attribute == "[]" and resource and resource.endswith("[]"):
        return resource.removesuffix("[]")
    if attribute in _NARROWING and resource and "." in resource:
        return resource
    shape = _shape(service, resource)
    if shape is not None and not resource and attribute not in shape.gives and "." not in attribute and attribute:
        # A service gives every one of its resources by name, also those that belong to another one.
        return attribute if _shape(service, attribute) is not None else None
    return shape.gives.get(attribute) if shape else None


def identifiers(service: str, resource: str) -> tuple[str, ...]:
    """The names of a resource's constructor arguments, in order."""
    shape = _shape(service, resource)
    return shape.identifiers if shape else ()


def client_of_type(annotation: str) -> tuple[str, str] | None:
    """The service and "client", "resource" or the resource's name, from a dotted type of the boto3 stubs."""
    owner, _, name = annotation.rpartition(".")
    match = _STUBS.fullmatch(owner)
    if match:
        return _typed(match[1].replace("_", "-"), name)
    old = _OLD_STUBS.fullmatch(owner)
    return _typed(old[1].replace("_", "-"), name) if old else None


def _typed(service: str, name: str) -> tuple[str, str] | None:
    if name.endswith("Client"):
        return service, "client"
    if name.endswith("ServiceResource"):
        return service, "resource"
    return (service, name) if _shape(service, name) else None


def _shape(service: str, resource: str | None) -> Shape | None:
    return _shapes().services.get(service, {}).get(resource or "")


@cache
def _shapes() -> Shapes:
    return tables.json(Shapes, "aws", "resources.json")
