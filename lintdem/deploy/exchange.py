"""Values that templates hand to each other without nesting: exports, the parameter store, outputs passed on by name.

One template exports a function's ARN or writes it to the parameter store; another imports it, or takes it as a
parameter. Nothing but the name joins them, so a name that two templates offer joins nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from lintdem.deploy.nodes import Node, Record, Scalar, as_record, records_with, walk
from lintdem.deploy.template import Template
from lintdem.regexes import late

_SLOT = late(r"\$\{[^}]*\}")
_RESOLVED = late(r"\{\{resolve:ssm(?:-secure)?:([\w./\-${}:]+?)(?::\d+)?\}\}")
_LOOKED_UP = "AWS::SSM::Parameter::Value"
_LEAST = 4
"""Characters of a name that must be known before it says anything."""


class Offer(msgspec.Struct, frozen=True):
    """A value that a template makes known: as an "export", in the "store", or as an "output"."""

    kind: str
    name: str
    template: str
    value: Node


class Wanted(msgspec.Struct, frozen=True):
    """A value that a template takes from elsewhere; `text` is how its own readers see it."""

    kind: str
    name: str
    template: str
    text: str


def exchanges(templates: Mapping[str, Template]) -> list[tuple[Wanted, Offer]]:
    """Every value that one template takes and exactly one other offers."""
    offers = [offer for template in templates.values() for offer in _offers(template)]
    if len(templates) < 2 or not offers:
        return []
    found = []
    for template in templates.values():
        for wanted in _wanted(template):
            fitting = [offer for offer in offers if offer.template != wanted.template and _fits(wanted, offer)]
            if len(fitting) == 1:
                found.append((wanted, fitting[0]))
    return found


def _offers(template: Template) -> Iterator[Offer]:
    outputs = as_record(template.root.get("Outputs"))
    for name, _, body in outputs.values() if outputs else ():
        value = body.get("Value") if isinstance(body, Record) else None
        if value is None:
            continue
        yield Offer("output", name, template.path, value)
        exported = template.scope.get(body, "Export", "Name")
        if exported is not None:
            yield Offer("export", template.scope.render(exported), template.path, value)
    for resource in template.of_type("AWS::SSM::Parameter"):
        written, value = resource.properties.get("Name"), resource.properties.get("Value")
        if written is not None and value is not None:
            yield Offer("store", template.scope.render(written), template.path, value)


def _wanted(template: Template) -> Iterator[Wanted]:
    for _, imported in records_with(template.root.get("Resources"), "Fn::ImportValue"):
        text = template.scope.render(imported)
        yield Wanted("export", text, template.path, text)
    for part in walk(template.root.get("Resources")):
        found = _RESOLVED.fullmatch(part.text.strip()) if isinstance(part, Scalar) else None
        if found is not None and isinstance(part, Scalar):
            yield Wanted("store", found.group(1), template.path, part.text)
    parameters = as_record(template.root.get("Parameters"))
    for name, _, body in parameters.values() if parameters else ():
        default = body.get("Default") if isinstance(body, Record) else None
        kind = body.get("Type") if isinstance(body, Record) else None
        text = "${" + name + "}"
        if default is None:
            yield Wanted("output", name, template.path, text)
        elif isinstance(kind, Scalar) and kind.text.startswith(_LOOKED_UP):
            yield Wanted("store", template.scope.render(default), template.path, text)


def _fits(wanted: Wanted, offer: Offer) -> bool:
    if wanted.kind != offer.kind:
        return False
    if wanted.kind == "output":
        return wanted.name == offer.name and wanted.template.partition("/")[0] == offer.template.partition("/")[0]
    left, right = _SLOT.sub("*", wanted.name).split("/"), _SLOT.sub("*", offer.name).split("/")
    if len(left) != len(right):
        return False
    known = sum(len(one.replace("*", "")) for one, other in zip(left, right, strict=True) if one == other)
    return known >= _LEAST and all(one == other or "*" in (one, other) for one, other in zip(left, right, strict=True))
