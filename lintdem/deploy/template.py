"""A CloudFormation or SAM template as its readers see it: resources by name, and who mentions whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from lintdem.deploy.foreach import unroll
from lintdem.deploy.included import with_included
from lintdem.deploy.intrinsics import Scope, slots_of
from lintdem.deploy.nodes import HOLE, Node, Record, Scalar, as_record, empty
from lintdem.deploy.paths import folder_of
from lintdem.model.module import Problem
from lintdem.model.span import Place
from lintdem.model.stack import Event
from lintdem.regexes import late

Link = tuple[str, Event]
"""The name of a function and one event that reaches it."""

FUNCTION_TYPES = frozenset({"AWS::Serverless::Function", "AWS::Lambda::Function"})
OUTSIDE = "function"
"""The type given to functions that are declared outside a resources section, as in serverless.yml."""

_ALIASES = frozenset({"AWS::Lambda::Alias", "AWS::Lambda::Version"})
_FUNCTION_ARN = late(r"function:((?:\$\{[^}]*\}|[\w-])+)")


class Declared(msgspec.Struct, frozen=True):
    """One resource of a template. `place` is that of its name."""

    name: str
    type: str
    place: Place
    body: Record
    properties: Record
    conditional: bool


class Template(msgspec.Struct, frozen=True):
    """A template with its resources. `files` are the texts it may refer to, by path from the root."""

    path: str
    root: Record
    scope: Scope
    resources: Mapping[str, Declared]
    files: Mapping[str, str]
    names: Mapping[str, str]
    problems: tuple[Problem, ...] = ()

    @property
    def folder(self) -> str:
        """The folder the template stands in."""
        return folder_of(self.path)

    def of_type(self, *types: str) -> Iterator[Declared]:
        """The resources of these types, in the order of the file."""
        return (resource for resource in self.resources.values() if resource.type in types)

    def unread(self, properties: Record, **fields: str) -> tuple[str, ...]:
        """The fields whose property is written, but neither as a number, a flag nor a text that is known."""
        return tuple(
            field
            for field, name in fields.items()
            if (node := self.scope.pick(properties.get(name))) is not None and self.scope.text(node) is None
            and not (isinstance(node, Scalar) and node.is_null)
        )  # fmt: skip

    def type_of(self, name: str) -> str:
        """The type of a resource, "" when there is none of that name."""
        found = self.resources.get(name)
        return found.type if found else ""

    def functions_in(self, node: Node | None) -> tuple[str, ...]:
        """The functions that `node` mentions: by reference, through an alias, or by their own name."""
        if node is None:
            return ()
        found: dict[str, None] = {}
        for name in self.scope.references(node):
            target = self._through_alias(name)
            if target is not None:
                found[target] = None
        text = self.scope.render(node)
        for physical in (*_FUNCTION_ARN.findall(text), text, *("${" + slot + "}" for slot in slots_of(text))):
            if physical in self.names:
                found[self.names[physical]] = None
        return tuple(found)

    def _through_alias(self, name: str) -> str | None:
        for _ in range(3):
            resource = self.resources.get(name)
            if resource is None or resource.type in FUNCTION_TYPES or resource.type == OUTSIDE:
                return resource.name if resource else None
            behind = self.scope.references(resource.properties.get("FunctionName"))
            if resource.type not in _ALIASES or not behind:
                return None
            name = behind[0]
        return None


def read_template(
    path: str, root: Record, files: Mapping[str, str], outside: Mapping[str, Declared] | None = None
) -> Template | None:
    """The template in `root`; None when it has no resources. `outside` are resources declared elsewhere."""
    problems: tuple[Problem, ...] = ()
    if "AWS::Include" in files.get(path, ""):
        root, problems = with_included(path, root, files)
    section = as_record(root.get("Resources"))
    parameters = _defaults(as_record(root.get("Parameters")))
    mappings = as_record(root.get("Mappings")) or empty(root.place)
    resources = dict(outside or {})
    if section is not None:
        unrolled = unroll(section, Scope(parameters, mappings, frozenset(), as_record(root.get("Conditions"))))
        resources |= {found.name: found for found in _declared(unrolled.section)}
        problems = (*problems, *unrolled.problems)
    if not resources:
        return None
    scope = Scope(parameters, mappings, frozenset(resources), as_record(root.get("Conditions")))
    template = Template(path, root, scope, resources, files, {}, problems)
    return msgspec.structs.replace(template, names=dict(_function_names(template)))


def _declared(section: Record) -> Iterator[Declared]:
    for name, key, body in section.values():
        kind = body.get("Type") if isinstance(body, Record) else None
        if not isinstance(body, Record) or not isinstance(kind, Scalar):
            continue
        properties = as_record(body.get("Properties")) or empty(body.place)
        written = "" if HOLE in kind.text else kind.text
        yield Declared(name, written, key.place, body, properties, "Condition" in body.entries)


def _defaults(section: Record | None) -> dict[str, Node | None]:
    """Defaults of parameters; of one that is looked up in a parameter store the default is only a path."""
    if section is None:
        return {}
    found: dict[str, Node | None] = {}
    for name, _, body in section.values():
        record = as_record(body)
        kind = record.get("Type") if record else None
        looked_up = isinstance(kind, Scalar) and kind.text.startswith("AWS::SSM::")
        found[name] = None if looked_up or record is None else record.get("Default")
    return found


def _function_names(template: Template) -> Iterator[tuple[str, str]]:
    for resource in template.of_type(*FUNCTION_TYPES):
        written = resource.properties.get("FunctionName")
        text = template.scope.render(written) if written is not None else ""
        if len(text) > 2 and slots_of(text) != [text[2:-1]]:
            yield text, resource.name
