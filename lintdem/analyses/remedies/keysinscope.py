"""Which expression at a place of the program holds the business id of the event: what a fix makes keys of.

The interpreter has noted which expressions read what of the event. One that stands in the same call comes first, then what
was read or bound on the way to it in the same function. It has to be another one in each round of the loops around the
call, or the second round would be taken for a repeat of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from lintdem.analyses.cases import Case
from lintdem.analyses.keys import Grade, provenance, readable
from lintdem.analyses.weakguards.coarse import is_coarse
from lintdem.interpreter.domain import Path
from lintdem.interpreter.spots import around, inside
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import dotted, nodes
from lintdem.model.function import (
    Assign,
    DefineClass,
    DefineFunction,
    Eval,
    For,
    Function,
    If,
    Match,
    Stmt,
    Try,
    While,
    With,
)
from lintdem.model.span import Place, Span
from lintdem.model.values import Attr, Call, Comprehension, Const, Expr, Item, Lambda, Name
from lintdem.program import Program
from lintdem.regexes import late

_ID = late(r"(?:^|[_-]|(?<=[a-z]))(?:id|uuid|guid|reference|ref|number|nr|no)$", re.IGNORECASE)
_TYPED = (("S",), ("N",))
_GRADES = (Grade.BUSINESS, Grade.CLIENT)


class Key(msgspec.Struct, frozen=True):
    """An expression that holds the id: `text` is its code, quoted so that it can stand in an f-string with double quotes;
    `others` are further ones that could have been taken, `named` what the sender calls those."""

    text: str
    steps: tuple[str, ...]
    others: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the sender calls the id."""
        return readable(_untyped(self.steps))

    @property
    def choice(self) -> str:
        """How a title names the choice."""
        others = f", not {' or '.join(self.others)}" if self.others else ""
        return f"{self.text}{others}"

    @property
    def filled(self) -> str:
        """All that can be told from each other as parts of an f-string: what is made of one id alone would be the same for two
        events about it, as two claims on one item are."""
        return "-".join(f"{{{text}}}" for text in (self.text, *self.others))

    @property
    def parts(self) -> str:
        """How a title names all of them."""
        return " and ".join((self.text, *self.others))

    @property
    def names(self) -> str:
        """What the sender calls all of them."""
        return " and ".join((self.name, *self.named))


def key_in_scope(program: Program, case: Case, place: Place) -> Key | None:
    """The id that can be used at a place of the case's function, or None."""
    return chosen(ids_in_scope(program, case, place))


def ids_in_scope(program: Program, case: Case, place: Place) -> dict[str, Path]:
    """The ids that can be used at a place of the case's function, by their code, the nearest first."""
    function = around(program, place)
    found: dict[str, Path] = {}
    for text, path in _readable(case, function, place) if function is not None else ():
        found.setdefault(text, path)
    # An attribute of an image is the value with its type around it.
    return {t: path for t, path in found.items() if fits(path, case) and not any(f"{t}['{one}']" in found for (one,) in _TYPED)}


def chosen(fit: Mapping[str, Path]) -> Key | None:
    """The first of several ids, with the others that it was chosen from."""
    if not fit:
        return None
    first, *rest = fit
    others: dict[str, str] = {}
    for text in rest:
        name = readable(_untyped(fit[text].steps))
        if name not in (readable(_untyped(fit[first].steps)), *others.values()):
            others[text] = name
    return Key(first, fit[first].steps, tuple(others)[:2], tuple(others.values())[:2])


def fits(path: Path, case: Case) -> bool:
    """Whether the part of the event is an id of the work, is there, and is another one in each round."""
    steps = _untyped(path.steps)
    name = readable(steps)
    if not name or not _ID.search(name) or is_coarse(name) or steps[-1] != name:
        return False
    if path.steps in {steps for steps, _ in case.run.optional}:
        return False
    if any(value == path and _plain_name(argument) == _plain_name(name) for argument, value in case.effect.call.args):
        # What a call is done to is asked for more than once: each synchronisation of one knowledge base.
        return False
    if any(path in (v, *leaves(v)) for n in case.effect.call.destination if (v := case.effect.call.arg(n)) is not None):
        # So is what it is done with: each execution of one document or machine.
        return False
    if provenance(path, case.subject, case.run.sites).grade not in _GRADES:
        return False
    return _is_of_each_round(path, case.effect)


def _untyped(steps: tuple[str, ...]) -> tuple[str, ...]:
    """The steps to an attribute of an image, without its type."""
    return steps[:-1] if steps[-1:] in _TYPED else steps


def _plain_name(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _is_of_each_round(path: Path, effect: Effect) -> bool:
    for loop in effect.loops:
        over = loop.over
        if not isinstance(over, Path) or over.root != "event":
            return False
        if path.steps[: len(over.steps)] != over.steps or path.steps[len(over.steps) :][:1] != ("*",):
            return False
    return True


def _readable(case: Case, function: Function, place: Place) -> Iterator[tuple[str, Path]]:
    """What can be read at a place: in the call itself, then before it, then the parameters."""
    reads = {span: path for (file, span), path in case.run.reads if file == place.path}
    for expr in _plain(_expressions(function.body, place.span)):
        if expr.span in reads:
            yield spelled(expr), reads[expr.span]
    assigned = [name for name in nodes(function.body) if isinstance(name, Assign)]
    changed = {dotted(target)[0] for one in assigned for target in one.targets}
    before = _before(function.body, place.span)
    spans = [one.span for one in before if isinstance(one, (Assign, Eval))]
    if case.effect.place.path == place.path and inside(case.effect.place.span, function.span):
        # What the call itself reads is read for certain where the call is reached.
        spans.append(case.effect.place.span)
    for statement in reversed(before):
        if isinstance(statement, Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], Name):
            once = sum(dotted(t)[0] == statement.targets[0].id for one in assigned for t in one.targets) == 1
            if once and statement.value.span in reads:
                yield statement.targets[0].id, reads[statement.value.span]
    parameters = {parameter.name for parameter in function.params} - changed
    for expr in _plain(nodes(function.body)):
        root = dotted(expr)[0]
        sure = isinstance(expr, Name) or any(inside(expr.span, span) for span in spans)
        if sure and expr.span in reads and (root in parameters or _is_bound(root, before, function)):
            yield spelled(expr), reads[expr.span]


def _is_bound(root: str, before: list[Stmt], function: Function) -> bool:
    """Whether a name is bound once, on the way to the place."""
    everywhere = _bindings(function.body, root)
    own = sum(_binds(statement, root) for statement in before)
    return everywhere == own == 1


def _bindings(body: tuple[Stmt, ...], root: str) -> int:
    return sum(_binds(statement, root) for statement in nodes(body))


def _binds(statement: object, root: str) -> bool:
    if isinstance(statement, Assign):
        return any(isinstance(node, Name) and node.id == root for target in statement.targets for node in nodes(target))
    if isinstance(statement, For):
        return any(isinstance(node, Name) and node.id == root for node in nodes(statement.target))
    return False


def _before(body: tuple[Stmt, ...], span: Span) -> list[Stmt]:
    """The statements that have run when a place is reached: those before it in the blocks around it, and loops around it.
    Empty when it is not in this body."""
    for number, statement in enumerate(body):
        if inside(span, statement.span):
            inner = [] if isinstance(statement, (DefineFunction, DefineClass)) else _blocks(statement)
            loop = [statement] if isinstance(statement, For) else []
            return [*body[:number], *loop, *(one for block in inner for one in _before(block, span))]
    return []


def _blocks(statement: Stmt) -> Iterator[tuple[Stmt, ...]]:
    if isinstance(statement, If):
        yield from (statement.then, statement.other)
    elif isinstance(statement, (For, While)):
        yield from (statement.body, statement.other)
    elif isinstance(statement, With):
        yield statement.body
    elif isinstance(statement, Try):
        yield from (statement.body, *(catch.body for catch in statement.catches), statement.other, statement.final)
    elif isinstance(statement, Match):
        yield from (case.body for case in statement.cases)


def _expressions(body: tuple[Stmt, ...], span: Span) -> Iterator[object]:
    """What stands inside a call, without what has variables of its own."""
    for node in (one for one in nodes(body) if isinstance(one, Call) and one.span == span):
        inner = list(nodes(node))
        if not any(isinstance(one, (Lambda, Comprehension)) for one in inner):
            yield from inner


def _plain(found: Iterator[object]) -> Iterator[Expr]:
    """Names, attributes and items with literal keys: what can be written again at another place without a second call."""
    for node in found:
        if isinstance(node, (Name, Attr, Item)) and spelled(node):
            yield node


def spelled(expr: Expr) -> str:
    """The code of a plain expression, with single quotes; empty for any other."""
    if isinstance(expr, Name):
        return expr.id
    if isinstance(expr, Attr):
        inner = spelled(expr.value)
        return f"{inner}.{expr.name}" if inner else ""
    if isinstance(expr, Item) and isinstance(expr.index, Const) and type(expr.index.value) in (str, int):
        inner = spelled(expr.value)
        quoted = repr(expr.index.value)
        return f"{inner}[{quoted}]" if inner and '"' not in quoted and "\\" not in quoted else ""
    return ""


def calls_alike(program: Program, place: Place) -> int:
    """How many calls of the same name the function around a call has."""
    function = around(program, place)
    body = function.body if function is not None else ()
    calls = [node for node in nodes(body) if isinstance(node, Call)]
    own = next((node for node in calls if node.span == place.span), None)
    return sum(dotted(node.func) == dotted(own.func) for node in calls) if own is not None else 0
