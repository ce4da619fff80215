"""What template expressions come to: parameters, mappings, `Ref`, `GetAtt`, `Sub`, `Join`, `If`.

`Scope.value` keeps what an expression points to; `Scope.render` writes it as text, with `${…}` where
the text is not known before deployment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from lintdem.deploy.nodes import HOLE, Node, Record, Scalar, Series, as_items, empty, walk
from lintdem.model.stack import Value
from lintdem.regexes import late

_SLOT = late(r"\$\{([^!${}][^${}]*)\}")
_FUNCTIONS = ("Ref", "Fn::", "Condition")
_LONGEST = 200_000
"""Characters of a rendered text; nested substitutions could otherwise multiply without end."""

_PSEUDO = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
_TRUE = frozenset({"true", "yes", "on", "enabled", "1"})
_FALSE = frozenset({"false", "no", "off", "disabled", "0"})


class Scope(msgspec.Struct, frozen=True):
    """What names mean in one template: defaults of parameters, mappings, conditions, and the resources there are."""

    parameters: Mapping[str, Node | None]
    mappings: Record
    resources: frozenset[str]
    conditions: Record | None = None

    def pick(self, node: Node | None) -> Node | None:
        """The node itself, or of an `If` the branch that holds by default, else the first one that says something."""
        for _ in range(20):
            if not isinstance(node, Record) or len(node.entries) != 1:
                return node
            if (branches := node.get("Fn::If")) is not None:
                node = self._branch(as_items(branches))
            elif is_no_value(node):
                return None
            else:
                return node
        return node

    def _branch(self, parts: tuple[Node, ...]) -> Node | None:
        """The branch of an `If`. What is left out by default is looked at all the same."""
        said = [item for item in parts[1:] if not is_no_value(item)]
        return said[1] if len(said) == 2 and self.holds(parts[0]) is False else next(iter(said), None)

    def holds(self, test: Node | None, depth: int = 0) -> bool | None:
        """Whether a condition, or what one is made of, holds with the defaults of the parameters; None where nobody knows."""
        if isinstance(test, Scalar) or depth > 10:
            named = self.conditions.get(test.text) if isinstance(test, Scalar) and self.conditions is not None else None
            return self.holds(named, depth + 1) if named is not None and depth <= 10 else None
        name, argument = _function(test) if isinstance(test, Record) else ("", None)
        parts = as_items(argument) if argument is not None else ()
        if name == "Condition":
            return self.holds(argument, depth + 1)
        if name == "Fn::Equals" and len(parts) == 2:
            sides = [self.render(part) for part in parts]
            return sides[0] == sides[1] if all(map(_is_known, sides)) else None
        if name == "Fn::Not" and len(parts) == 1:
            inner = self.holds(parts[0], depth + 1)
            return None if inner is None else not inner
        if name in ("Fn::And", "Fn::Or") and parts:
            found = {self.holds(part, depth + 1) for part in parts}
            decides = name == "Fn::Or"
            return decides if decides in found else None if None in found else not decides
        return None

    def get(self, node: Node | None, *names: str) -> Node | None:
        """The value at a path of keys, looking through `If` at every step."""
        node = self.pick(node)
        for name in names:
            node = self.pick(node.get(name)) if isinstance(node, Record) else None
        return node

    def items(self, node: Node | None) -> tuple[Node, ...]:
        """The items of a list, looking through `If`; one value is a list of one."""
        picked = (self.pick(item) for item in as_items(self.pick(node)))
        return tuple(item for item in picked if item is not None)

    def value(self, node: Node) -> Value:
        """What `node` comes to."""
        if isinstance(node, Record) and (branches := node.get("Fn::If")) is not None:
            return self._choice(branches)
        target = self._pointed(node)
        if target is not None:
            name, attribute = target
            return Value("attribute" if attribute else "ref", name, node.place, attribute)
        text = self.render(node)
        if isinstance(node, Record) and "Fn::ImportValue" in node.entries:
            return Value("import", text, node.place)
        return Value("text" if _is_known(text) else "unknown", shown(text), node.place)

    def text(self, node: Node | None) -> str | None:
        """The text of `node` when it is known."""
        picked = self.pick(node)
        if picked is None or isinstance(picked, Series) or (isinstance(picked, Scalar) and picked.is_null):
            return None
        text = self.render(picked)
        return text if _is_known(text) and self._pointed(picked) is None else None

    def number(self, node: Node | None) -> int | None:
        """A whole number, written as such or as text."""
        text = (self.text(node) or "").strip()
        if text.endswith(".0"):
            text = text[:-2]
        return int(text) if re.fullmatch(r"-?\d{1,12}", text) else None

    def flag(self, node: Node | None) -> bool | None:
        """A boolean, written as such or as text."""
        text = (self.text(node) or "").strip().lower()
        return True if text in _TRUE else False if text in _FALSE else None

    def render(self, node: Node | None) -> str:
        """The node as text; `${…}` stands for what is not known before deployment."""
        if node is None:
            return ""
        if isinstance(node, Scalar):
            return node.text
        if isinstance(node, Series):
            return ",".join(self.render(item) for item in node.items)
        name, argument = _function(node)
        if argument is None:
            return "${?}"
        if name == "Ref":
            return self._named(self.render(argument))
        if name == "Fn::GetAtt":
            return "${" + ".".join(self.render(item) for item in as_items(argument)) + "}"
        return self._call(name, argument)

    def _call(self, name: str, argument: Node) -> str:
        parts = as_items(argument)
        if name == "Fn::Sub":
            return self._substituted(argument)
        if name == "Fn::Join" and len(parts) == 2:
            return self._joined(self.render(parts[0]), as_items(self.pick(parts[1])))
        if name == "Fn::If":
            return self.render(self.pick(self._branch(parts)))
        if name == "Fn::FindInMap":
            return self._found(parts)
        if name == "Fn::Select" and len(parts) == 2:
            return self._selected(self.render(parts[0]), parts[1])
        if name == "Fn::ImportValue":
            return self.render(argument)
        return "${" + name.removeprefix("Fn::") + "}"

    def references(self, node: Node | None) -> tuple[str, ...]:
        """The logical ids that `node` mentions, in order, each once."""
        found: dict[str, None] = {}
        for text in self._texts(node):
            for slot in _SLOT.findall(text):
                target = self.split(slot)
                if target is not None:
                    found[target[0]] = None
        return tuple(found)

    def split(self, slot: str) -> tuple[str, str] | None:
        """The resource that the inside of `${…}` names, and the attribute; the longest name counts."""
        parts = slot.strip().split(".")
        for count in range(len(parts), 0, -1):
            name = ".".join(parts[:count])
            if name in self.resources:
                return name, ".".join(parts[count:])
        return None

    def _texts(self, node: Node | None) -> Iterator[str]:
        for part in walk(node):
            if isinstance(part, Scalar):
                yield part.text
            elif isinstance(part, Record) and _function(part)[0] in ("Ref", "Fn::GetAtt"):
                yield self.render(part)

    def _choice(self, branches: Node) -> Value:
        """The first branch, said to be unknown when another branch differs."""
        values = [self.value(item) for item in as_items(branches)[1:] if not is_no_value(item)]
        if not values:
            return Value("unknown", "", branches.place)
        first = next((value for value in values if value.kind == "text"), values[0])
        same = all((value.kind, value.text) == (first.kind, first.text) for value in values)
        return first if same else Value("unknown", first.text, first.place)

    def _pointed(self, node: Node) -> tuple[str, str] | None:
        """The resource and attribute when the whole of `node` is one reference, also inside an ARN."""
        if isinstance(node, Scalar):
            return None
        text = self.render(node)
        slots = [slot for slot in _SLOT.findall(text) if self.split(slot) is not None]
        if len(slots) != 1:
            return None
        whole = text == "${" + slots[0] + "}"
        if not whole and not (text.startswith("arn:") and text.endswith("${" + slots[0] + "}")):
            return None
        return self.split(slots[0])

    def _named(self, name: str) -> str:
        """What `Ref name` renders to: a parameter's default or the slot."""
        default = self.parameters.get(name)
        if isinstance(default, Scalar):
            return default.text
        return _PSEUDO.get(name, "${" + name + "}")

    def _substituted(self, argument: Node) -> str:
        template, local = argument, empty(argument.place)
        if isinstance(argument, Series) and argument.items:
            template = argument.items[0]
            second = argument.items[1] if len(argument.items) > 1 else None
            local = second if isinstance(second, Record) else local

        text = self.render(template)
        slots = _SLOT.findall(text)
        filled = {name: self._filled(name.strip(), local) for name in dict.fromkeys(slots)}
        if sum(len(filled[name]) for name in slots) + len(text) > _LONGEST:
            return "${Sub}"
        return _SLOT.sub(lambda found: filled[found.group(1)], text).replace("${!", "${")

    def _filled(self, name: str, local: Record) -> str:
        given = local.get(name)
        return self.render(given) if given is not None else self._named(name)

    def _joined(self, between: str, items: tuple[Node, ...]) -> str:
        texts = [self.render(item) for item in items]
        if sum(map(len, texts)) + len(between) * len(texts) > _LONGEST:
            return "${Join}"
        return between.join(texts)

    def _found(self, parts: tuple[Node, ...]) -> str:
        node: Node | None = self.mappings
        for part in parts[:3]:
            key = self.render(part)
            node = node.get(key) if isinstance(node, Record) else None
        return node.text if isinstance(node, Scalar) else "${FindInMap}"

    def _selected(self, index: str, choices: Node) -> str:
        items = as_items(self.pick(choices))
        if isinstance(choices, Record):
            return "${Select}"
        return self.render(items[int(index)]) if index.isdigit() and int(index) < len(items) else "${Select}"


def is_no_value(node: Node | None) -> bool:
    """Whether `node` is `!Ref AWS::NoValue`: the property is left out."""
    if not isinstance(node, Record):
        return False
    target = node.get("Ref")
    return isinstance(target, Scalar) and target.text == "AWS::NoValue"


def shown(text: str) -> str:
    """The text as a reader may see it: unknown parts as they were written, or a question mark."""
    return text.replace(HOLE + "{", "${").replace(HOLE, "?")


def slots_of(text: str) -> list[str]:
    """The names that stand in `${…}` in a text."""
    return _SLOT.findall(text)


def _function(node: Record) -> tuple[str, Node | None]:
    """The intrinsic function a record is, and its argument."""
    if len(node.entries) != 1:
        return "", None
    name, entry = next(iter(node.entries.items()))
    return (name, entry.value) if name.startswith(_FUNCTIONS) else ("", None)


def _is_known(text: str) -> bool:
    return "${" not in text and HOLE not in text and "{{resolve:" not in text
