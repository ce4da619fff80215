"""Terraform expressions to the nodes CloudFormation's readers know: references, joins, conditions.

A module call opens a scope of its own; what its variables mean is evaluated in the scope of the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from lintdem.deploy.hcl import CALL, CHOICE, MIXED, PARTS, PATH, Block, special
from lintdem.deploy.nodes import Entry, Node, Record, Scalar, Series, as_record, empty, record_of
from lintdem.deploy.terraform_functions import called, function, is_written_out, item_at
from lintdem.deploy.terraform_index import Index, texts
from lintdem.errors import LoweringError
from lintdem.model.span import Place

_DEEPEST = 40
_LONGEST = 200_000
_EACH = 50_000
"""Expressions that one attribute may come to."""

_MOST = 2_000_000
"""Expressions that the attributes of a root module and all it calls may come to."""

_MADE = 10_000
"""Instances of all blocks that a root module and all it calls may come to."""

_INSTANCES = 200
"""Instances of one block that are told apart; the limit of AWS for most of what a module makes is lower."""

_FOLDERS = frozenset({"module", "root", "cwd"})


class Work:
    """What evaluating has cost in one root module: expressions may stand for others and these for others again."""

    def __init__(self) -> None:
        self.spent = 0
        self.total = 0
        self.made = 0
        self.known: dict[tuple[int, str], tuple[Block, Node | None]] = {}
        self.keys: dict[tuple[int, str], tuple[tuple[Scalar, Node], ...]] = {}
        self.found: dict[tuple[str, str, str], dict[str, Block]] = {}

    def allows(self, node: Node, depth: int) -> bool:
        """Whether one more expression may be evaluated. Raises LoweringError when the whole costs too much."""
        self.spent = self.spent + 1 if depth else 1
        self.total += 1
        if self.total > _MOST:
            message = "its expressions repeat too much"
            raise LoweringError(message, node.place.span.line, node.place.span.column)
        return depth <= _DEEPEST and self.spent <= _EACH


class ModuleScope(msgspec.Struct, frozen=True):
    """One module as it is called. `prefix` stands before its addresses, `here` is its folder as seen from the
    folder Terraform runs in, which all paths are relative to; `given` are the evaluated arguments; `each` is the key and
    the value of the instance of a block that is being read."""

    prefix: str
    here: str
    blocks: Index
    given: Mapping[str, Node]
    children: dict[str, ModuleScope]
    work: Work
    each: tuple[Scalar, Node] | None = None

    def by_text(self, kind: str, resource: str, name: str) -> dict[str, Block]:
        """The blocks of one type by each text that an attribute of theirs comes to or mentions: the rules by their names,
        the policies by the queues they are for. Of two the last counts."""
        key = (self.prefix, f"{kind}.{resource}.{name}", self.each[0].text if self.each is not None else "")
        if key not in self.work.found:
            self.work.found[key] = {
                text: block
                for block in self.blocks.of_resource(kind, resource)
                if (value := self.attribute(block, name)) is not None
                for text in texts(value)
            }
        return self.work.found[key]

    def evaluate(self, node: Node, depth: int = 0) -> Node:
        """The node with names replaced by what they mean here."""
        if not self.work.allows(node, depth):
            return _unknown("endless", node.place)
        if isinstance(node, Scalar):
            return node
        if isinstance(node, Series):
            return Series(tuple(self.evaluate(item, depth + 1) for item in node.items), node.place)
        for kind, reader in _READERS.items():
            content = special(node, kind)
            if isinstance(content, Series):
                return reader(self, content.items, node.place, depth + 1)
        entries = {
            name: Entry(entry.key, self.evaluate(entry.value, depth + 1)) for name, entry in node.entries.items()
        }
        return Record(entries, node.place)

    def attribute(self, block: Block, name: str, depth: int = 0) -> Node | None:
        """An attribute of a block, evaluated; None when it is absent or null."""
        instance = self.each[0].text if self.each is not None else ""
        key = (id(block), f"{self.prefix}{name}\0{instance}")
        if key in self.work.known:
            return self.work.known[key][1]
        written = block.get(name)
        found = self.evaluate(written, depth) if written is not None else None
        found = None if isinstance(found, Scalar) and found.is_null else found
        if depth == 0:
            self.work.known[key] = (block, found)
        return found

    def image(self, node: Node) -> Node:
        """The address of an image; a variable whose default is empty stands for what deployment gives it."""
        found, names = self.evaluate(node), special(node, PATH)
        is_empty = isinstance(found, Scalar) and not found.text
        if is_empty and isinstance(names, Series) and isinstance(names.items[-1], Scalar):
            return _unknown(names.items[-1].text, node.place)
        return found

    def path(self, parts: tuple[Node, ...], place: Place, depth: int) -> Node:
        """What a dotted name means."""
        names = [text for part in parts if (text := self._name(part, depth)) is not None]
        kind, rest = names[0], names[1:]
        if not rest:
            return Scalar(kind, place)
        if kind == "path" and rest[0] in _FOLDERS:
            return Scalar(self.here if rest[0] == "module" else ".", place)
        if names == ["count", "index"] and self.each is not None:
            return self.each[0]
        if kind == "each" and self.each is not None:
            value = self.each[rest[0] == "value"]
            whole = value.get("Ref") if isinstance(value, Record) else None
            if isinstance(whole, Scalar):
                return _reference(whole.text, ".".join(rest[1:]), place)
            return self._descend(value, rest, place)
        if kind == "var":
            return self._descend(self._variable(rest[0], depth), rest, place)
        if kind == "local":
            return self._descend(self._local(rest[0], depth), rest, place)
        found = self._output_of(rest, place, depth) if kind == "module" else None
        if kind == "data" and len(rest) > 2:
            found = self._data(rest[0], rest[1], _unnumbered(rest[2:])[0], depth) if _unnumbered(rest[2:]) else None
        return found if found is not None else self._address(names, place, depth)

    def _output_of(self, names: list[str], place: Place, depth: int) -> Node | None:
        """An output of a module that is called here; of one that is called several times, that of the instance or the first."""
        instance = self.children.get(".".join(names[:2]))
        rest = names[2:] if instance is not None else _unnumbered(names[1:])
        child = instance or self.children.get(names[0])
        return self._descend(child.output(rest[0], depth), rest, place) if child is not None and rest else None

    def _address(self, names: list[str], place: Place, depth: int) -> Node:
        """A reference to what is declared under a dotted name."""
        group = self.blocks.named("resource", (names[0], names[1]))
        keys = [key.text for key, _ in self.keys(group, depth)] if group is not None else []
        if not set(names[2:3]) & set(keys):
            names = [*names[:2], *_unnumbered(names[2:])]
            if keys:  # Which of them is not known: the first one speaks for all.
                return _reference(f"{self.prefix}{names[0]}.{names[1]}.{keys[0]}", ".".join(names[2:]), place)
        count = 3 if names[0] == "data" else 2
        return _reference(self.prefix + ".".join(names[:count]), ".".join(names[count:]), place)

    def _name(self, part: Node, depth: int) -> str | None:
        """A step of a dotted name; an index that is a name counts where it comes to a text."""
        if isinstance(part, Scalar):
            return part.text
        found = self.evaluate(part, depth + 1) if self.each is not None else None
        return found.text if isinstance(found, Scalar) else None

    def instances(self, block: Block) -> Iterator[tuple[str, ModuleScope]]:
        """The block as often as its `for_each` or `count` says, each with the ending of its address; once where that is not
        known."""
        keys = self.keys(block)
        self.work.made += max(len(keys), 1)
        if self.work.made > _MADE:
            message = f"its modules make more than {_MADE} resources"
            raise LoweringError(message, block.place.span.line, block.place.span.column)
        if not keys:
            yield "", self
        for key, value in keys:
            yield f".{key.text}", msgspec.structs.replace(self, each=(key, value))

    def keys(self, block: Block, depth: int = 0) -> tuple[tuple[Scalar, Node], ...]:
        """The key and the value of every instance that `for_each` or `count` makes; none where that is not known."""
        written = block.get("for_each")
        if written is None:
            return self._counted(block, depth)
        known = (id(block), self.prefix)
        if known not in self.work.keys:
            self.work.keys[known] = ()  # what asks for itself gets nothing
            found = self._chained(written, depth) or self._listed(self.evaluate(written, depth))
            self.work.keys[known] = found if len(found) <= _INSTANCES else ()
        return self.work.keys[known]

    def _counted(self, block: Block, depth: int) -> tuple[tuple[Scalar, Node], ...]:
        """The numbers of what is made several times; a resource that is there once or not at all has none."""
        written = block.get("count")
        known = (id(block), self.prefix)
        if written is not None and known not in self.work.keys:
            self.work.keys[known] = ()  # what asks for itself gets nothing
            found = self.evaluate(written, depth)
            number = int(found.text) if isinstance(found, Scalar) and found.text.isdigit() and len(found.text) < 9 else 0
            keys = tuple(Scalar(str(n), written.place, plain=True) for n in range(number if 1 < number <= _INSTANCES else 0))
            self.work.keys[known] = tuple((key, key) for key in keys)
        return self.work.keys.get(known, ())

    def _listed(self, found: Node) -> tuple[tuple[Scalar, Node], ...]:
        if is_written_out(found) and isinstance(found, Record):
            return tuple((entry.key, entry.value) for entry in found.entries.values())
        return tuple((item, item) for item in found.items if isinstance(item, Scalar)) if isinstance(found, Series) else ()

    def _chained(self, written: Node, depth: int) -> tuple[tuple[Scalar, Node], ...]:
        """`for_each = aws_sqs_queue.work`: one for each of these, with it as the value.
        https://developer.hashicorp.com/terraform/language/meta-arguments/for_each#chaining-for_each-between-resources"""
        names = special(written, PATH)
        labels = tuple(name.text for name in names.items if isinstance(name, Scalar)) if isinstance(names, Series) else ()
        group = self.blocks.named("resource", labels)
        start = self.prefix + ".".join(labels)
        keys = self.keys(group, depth + 1) if group is not None else ()
        return tuple((key, _reference(f"{start}.{key.text}", "", key.place)) for key, _ in keys)

    def output(self, name: str, depth: int) -> Node | None:
        """An output of this module."""
        block = self.blocks.named("output", (name,))
        written = block.get("value") if block else None
        return self.evaluate(written, depth + 1) if written is not None else None

    def _data(self, kind: str, name: str, attribute: str, depth: int) -> Node | None:
        """An argument of a data source read back, or the file that a template renders."""
        block = self.blocks.named("data", (kind, name))
        if block is None:
            return None
        if kind == "aws_iam_policy_document" and attribute in ("json", "minified_json"):
            return self._document(block, depth)
        if kind == "template_file" and attribute == "rendered":
            template, given = self.attribute(block, "template", depth + 1), self.attribute(block, "vars", depth + 1)
            file = file_of(template)
            if file is not None and given is not None:
                return function("Fn::File", Series((file[0], given), block.place))
            return template
        written = block.get(attribute)
        return self.evaluate(written, depth + 1) if written is not None and kind != "archive_file" else None

    def _document(self, block: Block, depth: int) -> Node:
        """A policy document as JSON would have it; a statement that says something else as well has no action here."""
        statements: list[Node] = []
        for inner in block.blocks:
            entries = {
                name: Entry(written.key, self.evaluate(written.value, depth + 1))
                for field, name in (("effect", "Effect"), ("actions", "Action"), ("resources", "Resource"))
                if (written := inner.attributes.get(field)) is not None
            }
            entries.setdefault("Effect", Entry(Scalar("Effect", inner.place), Scalar("Allow", inner.place)))
            statements.append(Record(entries, inner.place))
        more = any(name.endswith(("policy_documents", "_json")) for name in block.attributes)
        every = Series((*statements, *([empty(block.place)] if more else ())), block.place)
        return record_of([(Scalar("Statement", block.place), every)], block.place)

    def _variable(self, name: str, depth: int) -> Node | None:
        if name in self.given:
            return self.given[name]
        block = self.blocks.named("variable", (name,))
        default = block.get("default") if block else None
        return self.evaluate(default, depth + 1) if default is not None else None

    def _local(self, name: str, depth: int) -> Node | None:
        written = self.blocks.local(name)
        return self.evaluate(written, depth + 1) if written is not None else None

    def _descend(self, node: Node | None, names: list[str], place: Place) -> Node:
        for name in names[1:]:
            if name.isdigit() and isinstance(node, Series):
                node = item_at(node, int(name))
            elif not name.isdigit() or (isinstance(node, Record) and name in node.entries):
                node = node.get(name) if isinstance(node, Record) else None
        return node if node is not None else _unknown(".".join(names), place)

    def parts(self, parts: tuple[Node, ...], place: Place, depth: int) -> Node:
        """A string with expressions: text when all is known, otherwise joined."""
        found = [self.evaluate(part, depth) for part in parts]
        if len(found) == 1:
            return found[0]
        if all(isinstance(part, Scalar) for part in found):
            margin = next((part.margin for part in parts if isinstance(part, Scalar)), None)
            text = "".join(part.text for part in found if isinstance(part, Scalar))
            return Scalar(text, place, margin=margin) if len(text) <= _LONGEST else _unknown("endless", place)
        return function("Fn::Join", Series((Scalar("", place), Series(tuple(found), place)), place))

    def choice(self, parts: tuple[Node, ...], place: Place, depth: int) -> Node:
        """A conditional: either branch."""
        branches = tuple(self._absent(self.evaluate(part, depth)) for part in parts[1:])
        return function("Fn::If", Series((Scalar("condition", place), *branches), place))

    def _absent(self, node: Node) -> Node:
        is_null = isinstance(node, Scalar) and node.is_null
        return function("Ref", Scalar("AWS::NoValue", node.place)) if is_null else node

    def mixed(self, parts: tuple[Node, ...], place: Place, depth: int) -> Node:
        """Anything else: unknown, with all it mentions."""
        return function("Fn::Any", Series(tuple(self.evaluate(part, depth) for part in parts), place))

    def call(self, parts: tuple[Node, ...], place: Place, depth: int) -> Node:
        """The functions that shape text, lists, maps and files; of others what they mention."""
        name = parts[0].text if isinstance(parts[0], Scalar) else ""
        arguments = tuple(self.evaluate(part, depth) for part in parts[1:])
        if not arguments:
            return _unknown(name, place)
        return called(name, arguments, place)


_READERS = {
    PATH: ModuleScope.path,
    PARTS: ModuleScope.parts,
    CHOICE: ModuleScope.choice,
    CALL: ModuleScope.call,
    MIXED: ModuleScope.mixed,
}


def file_of(node: Node | None) -> tuple[Scalar, Record | None] | None:
    """The path in `file(…)` or `templatefile(…)`, and the variables given to it."""
    content = special(node, "Fn::File") if node is not None else None
    if not isinstance(content, Series) or not isinstance(content.items[0], Scalar):
        return None
    given = content.items[1] if len(content.items) > 1 else None
    return content.items[0], as_record(given)


def _reference(address: str, attribute: str, place: Place) -> Node:
    if attribute in ("", "id", "name", "function_name"):
        return function("Ref", Scalar(address, place))
    return function("Fn::GetAtt", Series((Scalar(address, place), Scalar(attribute, place)), place))




def _unnumbered(names: list[str]) -> list[str]:
    """The names without indexes: of what is there once `[0]` means the whole."""
    return [name for name in names if not name.isdigit()]


def _unknown(name: str, place: Place) -> Record:
    return function("Ref", Scalar(name, place))
