"""Changes of a program that change nothing of what it does: what is found must stay the same.

Each takes the text of a file and gives another text, or the same where there is nothing to change. They are written on Python's own trees,
and give up rather than guess: a name that is bound in two ways, a `global`, an `eval` leave a function as it is.
"""

from __future__ import annotations

import ast
import builtins
import copy
import io
import tokenize
from collections.abc import Callable, Iterator, Mapping, Sequence

Change = Callable[[str], str]
Function = ast.FunctionDef | ast.AsyncFunctionDef
BUILTINS = frozenset(dir(builtins))


def reformatted(text: str) -> str:
    """As Python itself would write it: other quotes, one line a statement, no comments, no blank lines."""
    return text if "lintdem:" in text or "# type:" in text else ast.unparse(ast.parse(text)) + "\n"


def with_other_quotes(text: str) -> str:
    """Each plain string in the other kind of quotes."""
    lines = text.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        word = token.string
        if token.type != tokenize.STRING or token.start[0] != token.end[0] or "\\" in word or word[0] not in "'\"" or word[:3] in ("'''", '"""'):
            continue
        if "'" not in word[1:-1] and '"' not in word[1:-1]:
            row, (start, end) = token.start[0] - 1, (token.start[1], token.end[1])
            other = "'" if word[0] == '"' else '"'
            lines[row] = f"{lines[row][:start]}{other}{word[1:-1]}{other}{lines[row][end:]}"
    after = "".join(lines)
    return after if _same(text, after) else text


def with_imports_turned(text: str) -> str:
    """Imports that stand side by side, in the other order."""
    tree = ast.parse(text)
    runs: list[list[ast.stmt]] = [[]]
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__":
            runs[-1].append(node)
        elif runs[-1]:
            runs.append([])
    lines = text.splitlines()
    for run in runs:
        if len(run) < 2 or any((lines[node.lineno - 1] + " ").count(";") for node in run):
            continue
        bound = [alias.asname or alias.name for node in run if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names]
        if len(bound) != len(set(bound)) or "*" in bound:
            continue  # the last one counts
        first, last = run[0].lineno - 1, run[-1].end_lineno or run[-1].lineno
        lines[first:last] = [ast.unparse(node) for node in reversed(run)]
        break  # the lines of the others have moved
    return "\n".join(lines) + "\n"


def with_locals_renamed(text: str) -> str:
    """Each name that is bound in one function alone, called otherwise."""
    tree = ast.parse(text)
    for function in _outer_functions(tree):
        _rename(function, _own_names(function))
    return _unparsed(text, tree)


def with_branches_turned(text: str) -> str:
    """`if c: a else: b` as `if not c: b else: a`."""

    class Turn(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.If:
            self.generic_visit(node)
            if node.orelse and not (len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)):
                node.test = node.test.operand if _is_not(node.test) else ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]
                node.body, node.orelse = node.orelse, node.body
            return node

    return _unparsed(text, Turn().visit(ast.parse(text)))


def with_exits_nested(text: str) -> str:
    """`if c: return` and what follows it as `if not c:` around what follows, at the end of a function."""
    tree = ast.parse(text)
    for function in _functions(tree):
        body = function.body
        for number, node in enumerate(body[:-1]):
            leaves = isinstance(node, ast.If) and not node.orelse and len(node.body) == 1 and isinstance(node.body[0], ast.Return)
            if leaves and node.body[0].value is None and not _is_generator(function):  # type: ignore[attr-defined]
                node.test = node.test.operand if _is_not(node.test) else ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]
                node.body = body[number + 1 :]  # type: ignore[attr-defined]
                del body[number + 1 :]
                break
    return _unparsed(text, tree)


def with_values_named(text: str) -> str:
    """Each argument of a call that is an expression of its own gets a name first, where nothing is evaluated before it."""
    tree = ast.parse(text)
    number = 0
    for body in _bodies(tree):
        at = 0
        while at < len(body):
            node = body[at]
            call = node.value if isinstance(node, (ast.Expr, ast.Assign)) else None
            if isinstance(call, ast.Call) and _plain_name(call.func) and call.args and isinstance(call.args[0], (ast.Subscript, ast.JoinedStr, ast.Dict)):
                number += 1
                body.insert(at, ast.Assign([ast.Name(f"value_{number}", ast.Store())], call.args[0], lineno=0))
                call.args[0] = ast.Name(f"value_{number}", ast.Load())
                at += 1
            at += 1
    return _unparsed(text, tree)


def with_calls_extracted(text: str) -> str:
    """The first call of each function that stands alone, in a function of its own."""
    tree = ast.parse(text)
    made: list[ast.stmt] = []
    known = _bound_in(tree.body)
    for function in _outer_functions(tree):
        if isinstance(function, ast.AsyncFunctionDef):
            continue
        for body in _bodies(function):
            place = next((at for at, node in enumerate(body) if _stands_alone(node)), None)
            if place is None:
                continue
            names = sorted({node.id for node in ast.walk(body[place]) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)})
            given = [name for name in names if (name not in known and name not in BUILTINS) or name in _own_names(function)]
            name = f"part_{len(made) + 1}"
            made.append(ast.FunctionDef(name, _parameters(given), [body[place]], [], lineno=0))
            body[place] = ast.Expr(ast.Call(ast.Name(name, ast.Load()), [ast.Name(one, ast.Load()) for one in given], []))
            break
    # Above what the module does when it is loaded, which may call them already.
    first = next((at for at, node in enumerate(tree.body) if not _opens(node)), len(tree.body))
    tree.body[first:first] = made
    return _unparsed(text, tree)


def with_helpers_in_a_class(text: str) -> str:
    """Functions that the file calls itself, as static methods of a class."""
    tree = ast.parse(text)
    moved = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.decorator_list and _only_called(tree, node.name)]
    if not moved:
        return text
    names = {node.name for node in moved}

    class Call(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.Attribute(ast.Name("Box", ast.Load()), node.id, node.ctx) if node.id in names else node

    tree = Call().visit(tree)
    for node in moved:
        node.decorator_list = [ast.Name("staticmethod", ast.Load())]
    first = tree.body.index(moved[0])
    box = ast.ClassDef("Box", [], [], list(moved), [])
    tree.body = [node for node in tree.body if node not in moved]
    tree.body.insert(min(first, len(tree.body)), box)
    return _unparsed(text, tree)


def with_constants_inlined(text: str) -> str:
    """Texts and numbers that have a name in the module, where they are used."""
    tree = ast.parse(text)
    values: dict[str, ast.Constant] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.targets[0], ast.Name) and len(node.targets) == 1:
            values[node.targets[0].id] = node.value
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    declared = {name for node in ast.walk(tree) if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    values = {name: value for name, value in values.items() if stored.count(name) == 1 and name not in declared | arguments}

    class Inline(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return copy.deepcopy(values[node.id]) if isinstance(node.ctx, ast.Load) and node.id in values else node

    return _unparsed(text, Inline().visit(tree))


KEEPING_IDENTITY: Mapping[str, Change] = {
    "reformatted": reformatted,
    "quotes": with_other_quotes,
    "imports": with_imports_turned,
    "locals": with_locals_renamed,
}
"""What a finding's identity survives, as `docs/decisions/0008` promises."""
KEEPING_FINDINGS: Mapping[str, Change] = {
    **KEEPING_IDENTITY,
    "branches": with_branches_turned,
    "exits": with_exits_nested,
    "values": with_values_named,
    "extracted": with_calls_extracted,
    "class": with_helpers_in_a_class,
    "constants": with_constants_inlined,
}


def moved(files: Mapping[str, str], path: str, taken: Sequence[str] = ()) -> dict[str, str]:
    """The workspace with the functions that `path` calls itself in a file beside it, with all that they use."""
    text = files[path]
    tree = ast.parse(text)
    helpers = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _only_called(tree, node.name)]
    other = path.rpartition("/")[0] + ("/" if "/" in path else "") + "moved_part.py"
    if not helpers or other in files or "lintdem:" in text or any(isinstance(node, ast.ImportFrom) and node.level for node in tree.body):
        return dict(files)
    gone: list[ast.stmt] = []
    waiting = [name for node in helpers for name in _loaded(node)]
    statements = {name: node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom)) for name in _bound_in([node])}
    gone += helpers
    while waiting:
        node = statements.get(waiting.pop())
        if node is not None and node not in gone:
            if any(name in _calls_back(tree, taken) for name in _bound_in([node])):
                return dict(files)
            gone.append(node)
            waiting += _loaded(node)
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    if any(isinstance(node, ast.Global) for node in ast.walk(tree)) or any(isinstance(node, (ast.If, ast.Try)) for node in tree.body):
        return dict(files)  # what is bound in a branch cannot be moved by its name
    order = [node for node in tree.body if node in gone]
    names = [ast.alias(name) for name in sorted(_bound_in(order))]
    rest = [node for node in tree.body if node not in gone]
    last = max((at for at, node in enumerate(rest) if node in imports), default=-1)
    rest.insert(last + 1, ast.ImportFrom("moved_part", names, 0))
    write = ast.unparse
    return {**files, path: write(ast.Module(rest, [])) + "\n", other: write(ast.Module([*imports, *order], [])) + "\n"}


def _calls_back(tree: ast.Module, taken: Sequence[str]) -> set[str]:
    return {"handler", "lambda_handler", *taken}


def _unparsed(before: str, tree: ast.AST) -> str:
    after = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    return before if "lintdem:" in before else after


def _same(one: str, other: str) -> bool:
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except SyntaxError:
        return False


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def _outer_functions(tree: ast.Module) -> Iterator[Function]:
    """The functions of the module and the methods of its classes."""
    for node in tree.body:
        for one in [node, *node.body] if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield one


def _bodies(tree: ast.AST) -> list[list[ast.stmt]]:
    """Every list of statements in functions."""
    found: list[list[ast.stmt]] = []
    for function in [tree] if isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef)) else list(_functions(tree)):
        for node in ast.walk(function):
            for name in ("body", "orelse", "finalbody"):
                part = getattr(node, name, None)
                if isinstance(part, list) and part and not any(part is one for one in found) and not isinstance(node, ast.ClassDef):
                    found.append(part)
    return found


def _own_names(function: Function) -> set[str]:
    """Names that are bound by assignment in a function, and in no other way in it."""
    stored: set[str] = set()
    other: set[str] = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stored.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            other.update(node.names)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            other.add(node.name)
            other.update(_bound_in(node.body) if isinstance(node, ast.ClassDef) else ())
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            other.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif (isinstance(node, ast.ExceptHandler) and node.name) or (isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name):
            other.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            other.add(node.rest)
        elif isinstance(node, ast.Name) and node.id in ("locals", "eval", "exec", "vars", "globals"):
            return set()
    return stored - other


def _rename(function: Function, names: set[str]) -> None:
    words = {name: f"renamed_{number}" for number, name in enumerate(sorted(names))}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in words:
            node.id = words[node.id]


def _is_not(test: ast.expr) -> bool:
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def _is_generator(function: Function) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def _plain_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and _plain_name(node.value))


def _opens(node: ast.stmt) -> bool:
    """Whether a statement belongs to the head of a module: its docstring and its imports."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, (ast.Import, ast.ImportFrom))


def _stands_alone(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call) or not _plain_name(node.value.func):
        return False
    bad = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda, ast.comprehension)
    return not any(isinstance(one, bad) or (isinstance(one, ast.Name) and one.id == "super") for one in ast.walk(node))


def _bound_in(body: Sequence[ast.stmt]) -> set[str]:
    """The names that statements of a module bind."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            found.update(one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    return found


def _loaded(node: ast.AST) -> list[str]:
    return [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]


def _only_called(tree: ast.Module, name: str) -> bool:
    """Whether a function is called in its module and used in no other way there."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
    others = [node for node in ast.walk(tree) if (isinstance(node, ast.arg) and node.arg == name) or (isinstance(node, ast.keyword) and node.arg == name)]
    return bool(uses) and all(id(node) in called for node in uses) and not others and "handler" not in name


def _parameters(names: Sequence[str]) -> ast.arguments:
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
