"""What stands in the source, where the words matter more than the values: calls in a block, uses of a result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

import msgspec

from lintdem.model.function import (
    Assign,
    Augment,
    Break,
    Catch,
    Class,
    DefineFunction,
    Eval,
    For,
    Function,
    If,
    Raise,
    Return,
    Stmt,
    Try,
    With,
)  # fmt: skip
from lintdem.model.module import Module
from lintdem.model.span import Place, Span
from lintdem.model.values import Attr, Await, Call, Compare, Const, Expr, Item, Name, Unary
from lintdem.program.modules import Modules
from lintdem.program.remembering import attached, remembered

LOGGING = frozenset(
    """
        log logs logger logging print pprint warn warning warnings info debug error exception critical metrics
        metric tracer traceback sentry_sdk capture_exception capture_message format_exc print_exc
        put_annotation put_metadata add_metric add_metadata add_annotation flush_metrics put_metric_data
        record_exception notice_error report_exc_info print_exception format_exception print_stack format_stack
    """.split()
)
PLAIN = frozenset(
    """
        str repr format len type isinstance int dict list bool getattr hasattr json dumps sleep join upper
        lower get strftime isoformat now utcnow round items keys values rollback close __repr__ __str__
        float tuple sorted sum min max any all strip split replace title startswith endswith decode encode
        getenv time time_ns perf_counter monotonic timestamp total_seconds model_dump model_dump_json
    """.split()
)
ENDS = ("close", "rollback", "disconnect")
"""How the names of calls begin that give up a connection or what was begun on it: `closeConnection`."""
ROUNDS = 3
"""So many functions that only tell are followed one inside another."""
_BLOCKS = 8192
COLLECTS = frozenset({"append", "add", "extend", "update", "setdefault", "insert", "put_nowait", "appendleft"})


_LEAVES: frozenset[type] = frozenset({str, int, float, bool, bytes, complex, type(None), type(...), Span})
"""What stands in fields and has nothing inside; a node never is one."""
_fields: dict[type, tuple[str, ...]] = {}


def nodes(node: object) -> Iterator[object]:
    """A statement or expression and all that stands inside it, in order. A block is asked again and again, for each finding in
    it, so what stands in the last ones is kept."""
    return iter(_all_of(node)) if type(node) is tuple else _walked(node)


@remembered(_BLOCKS)
def _all_of(block: object) -> tuple[object, ...]:
    return tuple(_walked(block))


def blocks(body: tuple[Stmt, ...]) -> Iterator[object]:
    """The statements of a block and all that stands inside them, but for expressions."""
    return _walked(body, _EXPRESSIONS)


_EXPRESSIONS: frozenset[type] = frozenset(get_args(Expr))


def _walked(node: object, without: frozenset[type] = frozenset()) -> Iterator[object]:
    work = [node]
    while work:
        current = work.pop()
        kind = type(current)
        if kind in without:
            continue
        if kind is tuple:
            work += current[::-1]  # type: ignore[index]
            continue
        names = _fields.get(kind)
        if names is None:
            is_node = isinstance(current, msgspec.Struct) and kind not in _LEAVES
            names = _fields[kind] = tuple(reversed(current.__struct_fields__)) if is_node else ()  # type: ignore[attr-defined]
        if names:
            yield current
            for name in names:
                value = getattr(current, name)
                if type(value) not in _LEAVES:
                    work.append(value)


def calls(body: object) -> list[tuple[str, ...]]:
    """The dotted names that a block calls; "?" for what is no name."""
    return [dotted(node.func) for node in nodes(body) if isinstance(node, Call)]


def dotted(expr: Expr) -> tuple[str, ...]:
    """`a.b.c` as its steps."""
    if isinstance(expr, Name):
        return (expr.id,)
    if isinstance(expr, Attr):
        return (*dotted(expr.value), expr.name)
    if isinstance(expr, Call):
        return dotted(expr.func)
    return dotted(expr.value) if isinstance(expr, Item) else ("?",)


def only_tells(call: tuple[str, ...]) -> bool:
    """Whether a call logs, formats or waits and so answers nobody."""
    word = _word(call[-1])
    return any(_word(step) in LOGGING for step in call) or call[-1] in PLAIN or word.startswith(ENDS)


def _word(step: str) -> str:
    return step.lower().strip("_")


def changes(body: tuple[Stmt, ...]) -> set[str]:
    """The names a block assigns, counts up or collects into."""
    found: set[str] = set()
    for node in nodes(body):
        if isinstance(node, Assign):
            found |= {dotted(target)[0] for target in node.targets}
        elif isinstance(node, Augment):
            found.add(dotted(node.target)[0])
        elif isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name in COLLECTS:
            found.add(dotted(node.func)[0])
    return found - {"?"}


def sets_parts(body: tuple[Stmt, ...]) -> bool:
    """Whether a block sets an attribute or an item of something that was there before."""
    targets = (target for node in nodes(body) if isinstance(node, Assign) for target in node.targets)
    return any(isinstance(target, (Attr, Item)) for target in targets)


class Texts:
    """What the files of a program hold, looked up by path. What is remembered is so by file: who asks is told of each time."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules

    def defines(self, name: str) -> bool:
        """Whether the program has a function, method or class of this name: what is called by it is seen when it runs."""
        return any(name in _names(module) for _, module in self.modules.defining(name))

    def is_in(self, name: str, module: Module) -> bool:
        """Whether a file has a function, method or class of this name."""
        return name in _names(module)

    def tells(self, call: tuple[str, ...], module: Module) -> bool:
        """Whether a call in a file logs, formats or waits, or is one of a function of the program that does no more than that: the
        file's own one where it has one of this name."""
        return only_tells(call) or self.tells_by_function(call, module)

    def tells_by_function(self, call: tuple[str, ...], module: Module) -> bool:
        """Whether a call in a file is one of a function of the program that only tells."""
        name, owners = call[-1], call[:-1]
        if owners not in ((), ("self",), ("cls",)):
            return False
        if not owners and self.is_in(name, module):
            return name in telling(module)
        found = [module for _, module in self.modules.defining(name) if name in _names(module)]
        return bool(found) and all(name in telling(module) for module in found)

    def holds(self, path: str, words: frozenset[str]) -> bool:
        """Whether one of these stands among the words of a file, which is not made into a module where its bytes hold none."""
        if path not in self.modules:
            return False
        data = self.modules.bytes_of(path)
        return (not data or any(word.encode() in data for word in words)) and not words.isdisjoint(self.words(path))

    def words(self, path: str) -> frozenset[str]:
        """The literals, names and attributes of one file."""
        return _words(self.modules[path]) if path in self.modules else frozenset()


@attached
def _words(module: Module) -> frozenset[str]:
    found = set()
    for node in nodes(module.body):
        word = node.value if isinstance(node, Const) else getattr(node, "id", None) or getattr(node, "name", None)
        if isinstance(word, str) and len(word) < 80:
            found.add(word)
    return frozenset(found)


@attached
def _names(module: Module) -> frozenset[str]:
    return frozenset(n.name for n in nodes(module.body) if isinstance(n, (Function, Class)))


@attached
def telling(module: Module) -> dict[str, bool]:
    """The functions of a file that only log what they are given, or wait, and whether they wait."""
    found: dict[str, bool] = {}
    for _ in range(ROUNDS):
        known = dict(found)
        for one in _functions(module):
            made = calls(one.body)
            if all(isinstance(node, Eval) for node in one.body) and made and all(only_tells(c) or c[-1] in known for c in made):
                found[one.name] = any(c[-1] == "sleep" or known.get(c[-1], False) for c in made)
    others = {one.name for one in _functions(module) if not all(isinstance(node, Eval) for node in one.body)}
    return {name: waits for name, waits in found.items() if name not in others}


def caught_by(module: Module | None, clause: Place) -> set[str]:
    """The names of the classes that the `except` at a place catches."""
    found = _clauses(module).get(clause.span, ()) if module is not None else ()
    return {dotted(n)[-1] for one in found for n in nodes(one.type) if isinstance(n, (Name, Attr))}


def gained(module: Module, block: Place) -> set[str]:
    """The names that the `try` at a place assigns or collects into."""
    return set().union(*(changes(one.body) for one in _tries(module).get(block.span, ())))


@attached
def _tries(module: Module) -> dict[Span, list[Try]]:
    """The `try` statements of a file by where they stand."""
    found: dict[Span, list[Try]] = {}
    for node in blocks(module.body):
        if isinstance(node, Try):
            found.setdefault(node.span, []).append(node)
    return found


@attached
def _clauses(module: Module) -> dict[Span, list[Catch]]:
    """The `except` clauses of a file by where they stand."""
    found: dict[Span, list[Catch]] = {}
    for node in blocks(module.body):
        if isinstance(node, Catch):
            found.setdefault(node.span, []).append(node)
    return found


def function_at(module: Module, span: Span) -> Function | None:
    """The innermost function around a place."""
    return next((function for function in reversed(_functions(module)) if _inside(span, function.span)), None)


@attached
def _functions(module: Module) -> tuple[Function, ...]:
    """The functions of a file, outer ones before those inside of them."""
    return tuple(node.function for node in blocks(module.body) if isinstance(node, DefineFunction))


def _inside(inner: Span, outer: Span) -> bool:
    start, end = (inner.line, inner.column), (inner.end_line, inner.end_column)
    return (outer.line, outer.column) <= start and end <= (outer.end_line, outer.end_column)


def encloses(outer: Place, inner: Place) -> bool:
    """Whether one place lies inside another."""
    return outer.path == inner.path and _inside(inner.span, outer.span)


def ends_in_first_round(module: Module, place: Place) -> bool:
    """Whether the loop at `place` always leaves at the end of its body, so that there is no second round after it."""
    loop = next((n for n in nodes(module.body) if isinstance(n, For) and n.span == place.span), None)
    return loop is not None and isinstance(last_of(loop.body), (Return, Break))


def last_of(block: tuple[Stmt, ...]) -> Stmt:
    """The statement at the end of a block, also where it stands within a `with`."""
    last = block[-1]
    return last_of(last.body) if isinstance(last, With) else last


def is_dropped(texts: Texts, module: Module, place: Place) -> bool:
    """Whether nobody looks at what the call at `place` returns: not kept, or kept and at most logged."""
    function = function_at(module, place.span)
    body: object = function.body if function is not None else module.body
    for node in nodes(body):
        if isinstance(node, Eval) and _is_call(node.value, place.span):
            return True
        if isinstance(node, Assign) and _is_call(node.value, place.span):
            target = node.targets[0]
            return len(node.targets) == 1 and isinstance(target, Name) and _is_only_logged(texts, module, body, target.id)
    return False


def _is_call(expr: Expr, span: Span) -> bool:
    inner = expr.value if isinstance(expr, Await) else expr
    return isinstance(inner, Call) and inner.span == span


def _is_only_logged(texts: Texts, module: Module, body: object, name: str) -> bool:
    """Whether every whole use of a name is an argument of a logging call."""
    logged = {
        id(use)
        for node in nodes(body)
        if isinstance(node, Call) and texts.tells(dotted(node.func), module)
        for arg in node.args
        for use in nodes(arg)
        if isinstance(use, Name) and use.id == name
    }
    targets = {id(t) for node in nodes(body) if isinstance(node, Assign) for t in node.targets}
    return all(id(n) in logged or id(n) in targets for n in nodes(body) if isinstance(n, Name) and n.id == name)


def answers_falsehood(texts: Texts, module: Module, call: Place) -> bool:
    """Whether the program does something about a call at `place` that gives nothing, False or None: an `if` asks for
    that, by the call or by the name it is kept under, and more is done there than to tell it."""
    return any(_does_something(texts, module, branch) for _, branch in _denials(module, call))


def words_for_falsehood(module: Module, call: Place) -> set[str]:
    """The words that stand for a call at `place` that gives nothing: `state = "failed"` where an `if` asks for that."""
    set_there = (n.value for _, branch in _denials(module, call) for n in nodes(branch) if isinstance(n, Assign))
    return {value.value for value in set_there if isinstance(value, Const) and isinstance(value.value, str) and value.value}


def is_handed_on(module: Module, call: Place) -> bool:
    """Whether what a call gives is what the function around it returns."""
    return any(_is_call(value, call.span) for value in _returned(module))


@attached
def _returned(module: Module) -> tuple[Expr, ...]:
    """What the functions of a file return."""
    return tuple(node.value for node in nodes(module.body) if isinstance(node, Return) and node.value is not None)


def hands_on_falsehood(module: Module, call: Place) -> bool:
    """Whether the function around a call that gives nothing returns nothing, too: `if made(order): …; return True`, and behind
    it `return False`."""
    function = function_at(module, call.span)
    if is_handed_on(module, call) or function is None:
        return is_handed_on(module, call)
    ends = [branch[-1] if branch else function.body[-1] for _, branch in _denials(module, call)]
    return any(isinstance(one, Return) and one.value is not None and _is_nothing(one.value) for one in ends)


def _denials(module: Module, call: Place) -> list[tuple[If, tuple[Stmt, ...]]]:
    """Where an `if` asks a call, or the name it is kept under, with the branch that is taken when that is false."""
    function = function_at(module, call.span)
    body: object = function.body if function is not None else module.body
    kept = {
        node.targets[0].id
        for node in nodes(body)
        if isinstance(node, Assign) and _is_call(node.value, call.span) and isinstance(node.targets[0], Name)
    }
    asked = ((node, _on_falsehood(node, kept, call.span)) for node in nodes(body) if isinstance(node, If))
    return [(node, branch) for node, branch in asked if branch is not None]


def goes_on_to_falsehood(module: Module, clause: Place) -> bool:
    """Whether the `try` of a clause is followed by nothing but the `return False` of its function."""
    function = function_at(module, clause.span)
    block, end = function.body[-2:] if function is not None and len(function.body) > 1 else (None, None)
    here = isinstance(block, Try) and any(one.span == clause.span for one in block.catches)
    return here and isinstance(end, Return) and (end.value is None or _is_nothing(end.value))


def is_let_go(texts: Texts, calls: Iterable[Place]) -> bool:
    """Whether nobody looks at what the first of these calls gives, also not where the functions around them return it to."""
    for call in calls:
        module = texts.modules.get(call.path)
        if module is None or not is_handed_on(module, call):
            return module is not None and is_dropped(texts, module, call)
    return False


def _on_falsehood(one: If, kept: set[str], span: Span) -> tuple[Stmt, ...] | None:
    """The branch that is taken when the call, or a name it is kept under, is false; None of another test."""
    test, denied = one.test, False
    while isinstance(test, Unary) and test.op == "not":
        test, denied = test.operand, not denied
    if isinstance(test, Compare) and test.ops in (("is",), ("==",)) and _is_nothing(test.rights[0]):
        test, denied = test.left, not denied
    asked = _is_call(test, span) or (isinstance(test, Name) and test.id in kept)
    return (one.then if denied else one.other) if asked else None


def _is_nothing(expr: Expr) -> bool:
    return isinstance(expr, Const) and expr.value in (None, False)


def _does_something(texts: Texts, module: Module, branch: tuple[Stmt, ...]) -> bool:
    raises = any(isinstance(node, Raise) for node in nodes(branch))
    return raises or any(not texts.tells(call, module) and call[-1] not in COLLECTS for call in calls(branch))
