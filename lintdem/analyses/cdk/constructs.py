"""CDK applications: their code is run abstractly, and every call of the CDK is kept with its arguments."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import msgspec

from lintdem.interpreter.building import CDK
from lintdem.interpreter.definitions import run_module
from lintdem.interpreter.domain import Cls, Scope, Unknown, Value
from lintdem.interpreter.engine import PARTS
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import outside_bases
from lintdem.interpreter.machine import Args, Machine, Plain, Stop
from lintdem.interpreter.values import known
from lintdem.model.function import If, Import, Stmt, Try
from lintdem.model.module import Module, Problem
from lintdem.model.span import NOWHERE, Place
from lintdem.model.spelling import TYPESCRIPT
from lintdem.program import Program
from lintdem.program.noting import Noted

_OWN = frozenset(
    {"constructs.Construct", *(f"{CDK}{name}" for name in ("Stack", "NestedStack", "Stage", "core.Stack", "core.Construct"))}
)

class Built(msgspec.Struct, frozen=True):
    """One call of the CDK. `type` is its dotted name without "aws_cdk."; `value` what it gave; `app` the module whose
    run made it; positional arguments stand under their number."""

    type: str
    value: Value
    args: dict[str, Plain]
    place: Place
    receiver: Value | None
    app: str

    @property
    def name(self) -> str:
        """The last step of the type: a class, or a method."""
        return self.type.rpartition(".")[2]


def build(program: Program, noted: Noted) -> tuple[list[Built], list[Problem]]:
    """Every call of the CDK in the order it is made: applications first, then the stacks that none of them makes. What
    could not be run is a problem; `noted` is told what the run has looked at."""
    every = [module for path, module in program.modules.mentioning("aws_cdk") if "#" not in path]
    modules = [module for module in every if uses_cdk(module.body)]
    unread = [problem for module in every if module.path.endswith(TYPESCRIPT) for problem in module.problems]
    if not modules:
        return [], unread
    m = Machine(program, PARTS)
    m.built = []
    found: list[Built] = []
    problems = unread
    for module in sorted(modules, key=lambda module: (not _is_app(module), module.path)):
        with _forgiving(m, module.path, problems):
            run_module(m, module.path)
        found += _taken(m, module.path)
    for module in modules:
        for cls in _stacks(m, module.path):
            if cls.key not in m.instantiated:
                with _forgiving(m, module.path, problems):
                    _make(m, cls, module.path)
                found += _taken(m, module.path)
    noted.files |= m.looked.files
    noted.searches |= m.looked.asked
    return found, problems


@contextmanager
def _forgiving(m: Machine, path: str, problems: list[Problem]) -> Iterator[None]:
    """An application that does not come to its end still tells what it made so far."""
    m.begin()
    try:
        with suppress(Stop):
            yield
    except Exception as error:
        message = f"the CDK application could not be analysed: {type(error).__name__}: {error}"
        problems.append(Problem(Place(path, NOWHERE), "LDM905", message, traceback.format_exc()))


def _taken(m: Machine, app: str) -> list[Built]:
    made, m.built = m.built or [], []
    return [Built(_type(name), value, args, place, receiver, app) for name, value, args, place, receiver in made]


def _type(name: str) -> str:
    """What is made; a state may be made by a method of its class, which says in what language it is written."""
    return name.removeprefix(CDK).removesuffix(".jsonata").removesuffix(".json_path")


def _make(m: Machine, cls: Cls, path: str) -> None:
    flow = Flow(Scope(path, {}), {})
    place = Place(path, cls.definition.span)
    m.call(cls, Args((Unknown("the scope"), known(cls.definition.name))), place, flow, cls.definition.name)


def _stacks(m: Machine, path: str) -> Iterator[Cls]:
    """The classes of a module that are stacks or constructs."""
    scope = m.scopes.get(path)
    for value in list(scope.names.values()) if scope is not None else ():
        if isinstance(value, Cls) and value.path == path and outside_bases(value) & _OWN:
            yield value


def uses_cdk(body: Sequence[Stmt]) -> bool:
    """Whether a file imports the CDK."""
    return any(_imports_cdk(statement) for statement in body)


def _imports_cdk(statement: Stmt) -> bool:
    if isinstance(statement, Import):
        names = [statement.module or ""] if statement.is_from else [alias.name for alias in statement.names]
        return any(name.partition(".")[0] == "aws_cdk" for name in names)
    if isinstance(statement, If):
        return uses_cdk((*statement.then, *statement.other))
    return isinstance(statement, Try) and uses_cdk(statement.body)


def _is_app(module: Module) -> bool:
    """Whether the module is named as the CDK's templates name the file that makes the `App`."""
    above, _, name = f"/{module.path}".rpartition("/")
    return name in ("app.py", "cdk_app.py", "main.py") or (name.endswith(TYPESCRIPT) and above.endswith("/bin"))
