"""What a rule needs: its own description, the facts it asks, the findings it gives.

A rule module exports `RULE = Rule(…)`; its page lies beside it under the same name. Rules never parse,
never read files, keep no state.
"""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TypeVar

from lintdem.analyses import Case, Facts, Grade, Kind, Subject
from lintdem.analyses.asked import Judged, Placed
from lintdem.errors import UsageError
from lintdem.interpreter.domain import Call
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Retry
from lintdem.interpreter.written import function_at
from lintdem.model.finding import DEFAULTS, Finding, Group, Level, Redelivers, Step
from lintdem.model.module import Problem
from lintdem.model.remedy import Argument, Named, Property, Remedy, Renamed, Rewrite
from lintdem.model.span import NOWHERE, Place, Span, file_of
from lintdem.program import Program
from lintdem.regexes import late

__all__ = [
    "Argument", "Case", "Effect", "Facts", "Finding", "Grade", "Group", "Judged", "Kind", "Level", "Named",
    "Pass", "Place", "Property", "Redelivers", "Remedy", "Renamed", "Retry", "Rewrite", "Rule", "Run", "Span", "Step", "Subject",
    "load_rules", "lower", "phrase", "run", "way",
]  # fmt: skip

_CODE = late(r"[A-Z]{2,5}\d{3}")
_NAME = late(r"[a-z0-9]+(-[a-z0-9]+)*")


T = TypeVar("T", bound=Placed)


@dataclass(frozen=True)
class Rule:
    """A rule is a value. `check` gives its findings; rules that report on the run itself have none. `fix` is
    "none", "safe" or "unsafe"."""

    code: str
    name: str
    group: Group
    since: str
    summary: str
    check: Callable[[Pass], Iterator[Finding]] | None = None
    fix: str = "none"
    module: str = ""

    def page(self) -> str:
        """The rule's page, Markdown."""
        package, _, stem = self.module.rpartition(".")
        return resources.files(package).joinpath(f"{stem}.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Pass:
    """What a rule's `check` is given."""

    rule: Rule
    facts: Facts

    def cases(self, *kinds: Kind) -> list[Case]:
        """The effects whose diagnosis is one of these: one for each call, as its most exposed handler has it."""
        leading = self.facts.leading
        return [leading[place] for place in sorted(leading) if leading[place].kind in kinds]

    def once(self, ask: Callable[[Judged], Iterable[T]]) -> list[T]:
        """What an analysis finds in the handlers, once for each place, as the most exposed handler has it."""
        return [one for _, one in self.owned(ask)]

    def owned(self, ask: Callable[[Judged], Iterable[T]]) -> list[tuple[Judged, T]]:
        """The same, each with its handler."""
        found: dict[Place, tuple[Judged, T]] = {}
        for judged, one in self.facts.each(ask, exposed=True, by=(self, self.rule.code)):
            found.setdefault(one.place, (judged, one))
        return [found[place] for place in sorted(found)]

    def remedies(self, case: Case, *ways: Callable[[Program, Case], Iterable[Remedy]]) -> tuple[Remedy, ...]:
        """What the first of these ways that fits makes of the fault of an effect."""
        return next((found for way in ways if (found := self.facts.of(case, way))), ())

    def finding(
        self,
        judged: Run | Case | None,
        place: Place,
        message: str,
        *,
        subject: Subject | None,
        level: Level | None = None,
        group: Group | None = None,
        why: tuple[Step, ...] = (),
        guard: str | None = None,
        advice: str | None = None,
        remedies: tuple[Remedy, ...] = (),
        about: str = "",
    ) -> Finding:
        """A finding of this rule; `about` names what it is about and makes its identity. What no handler is at fault for
        has neither run nor subject. A `group` other than the rule's says that this one waits to be asked for."""
        run = judged.run if isinstance(judged, Case) else judged
        handler = run.handler if run is not None else None
        about = about or (handler.function if handler is not None else "")
        why = tuple(Step(_real(step.place), step.message) for step in why)
        place = _real(place)
        return Finding(
            path=place.path, span=place.span, code=self.rule.code, name=self.rule.name,
            group=group or self.rule.group, level=level or DEFAULTS[group or self.rule.group], message=message,
            handler=handler.name if handler is not None else None, trigger=subject.info if subject is not None else None, why=why,
            guard=guard, advice=advice, remedies=remedies,
            identity=f"{self.rule.code}:{place.path}:{self._function(place)}:{about}",
        )  # fmt: skip

    def _function(self, place: Place) -> str:
        """The function around a place, so that functions may change places without their findings changing names."""
        module = self.facts.program.modules.get(place.path)
        function = function_at(module, place.span) if module is not None else None
        return function.qualname if function is not None else "<module>"


def _real(place: Place) -> Place:
    """Code inside a template is a module of its own; its findings stand in the template."""
    return Place(file_of(place.path), place.span)


_LOWER = {Level.ERROR: Level.WARNING, Level.WARNING: Level.NOTE, Level.NOTE: Level.NOTE}


def lower(level: Level, subject: Subject) -> Level:
    """One level lower when only the caller delivers again."""
    return _LOWER[level] if subject.by_caller else level


def way(case: Case, *extra: Step) -> tuple[Step, ...]:
    """The steps from the handler to the effect, `extra` ones where they happen on the way."""
    handler = case.run.handler
    start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
    steps = [Step(call.place, f"calls {_text(call)}") for call in case.effect.stack[1:]]
    steps.append(Step(case.effect.place, f"{case.effect.call.name} {phrase(case)}"))
    for step in extra:
        steps.insert(_turn(step, steps), step)
    return (start, *steps)


def _turn(step: Step, steps: list[Step]) -> int:
    """Before the first step of its own function that stands below it, else before the effect."""
    below = (i for i, other in enumerate(steps) if other.place.path == step.place.path and other.place > step.place)
    return next(below, len(steps) - 1)


def _text(call: Call) -> str:
    return f"{call.text}()" if not call.text.endswith(")") else call.text


def phrase(case: Case) -> str:
    """What the second delivery does, in the third person."""
    if case.kind is Kind.MINTED and case.harm.key_name:
        return f"makes another one, with a new {case.harm.key_name}"
    return case.effect.call.phrase or "runs again"


def load_rules(packs: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of these packages, sorted by code. A pack that cannot be loaded is an error, never fewer rules."""
    found: dict[str, Rule] = {}
    for pack in packs:
        for rule in _pack_rules(pack):
            for word in (rule.code, rule.name):
                other = found.get(word)
                if other is not None:
                    what = "code" if word == rule.code else "name"
                    raise UsageError(f"the rules {other.module} and {rule.module} have the same {what} {word}")
                found[word] = rule
    return tuple(rule for word, rule in sorted(found.items()) if word == rule.code)


def _pack_rules(pack: str) -> Iterator[Rule]:
    try:
        package = importlib.import_module(pack)
        for info in pkgutil.iter_modules(package.__path__):
            if info.name.startswith("_"):
                continue
            module = importlib.import_module(f"{pack}.{info.name}")
            yield _validated(getattr(module, "RULE", None), f"{pack}.{info.name}")
    except UsageError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(f"the rule pack {pack} cannot be loaded: {type(error).__name__}: {error}") from error


def _validated(rule: object, module: str) -> Rule:
    if not isinstance(rule, Rule):
        raise UsageError(f"{module} has no RULE")
    if not _CODE.fullmatch(rule.code) or not _NAME.fullmatch(rule.name):
        raise UsageError(f"{module}: {rule.code} {rule.name} is no rule code and kebab-case name")
    if rule.name.replace("-", "_") != module.rpartition(".")[2]:
        raise UsageError(f"{module}: the module of {rule.name} is named after it")
    return Rule(rule.code, rule.name, rule.group, rule.since, rule.summary, rule.check, rule.fix, module)


def run(rules: Iterable[Rule], program: Program, facts: Facts | None = None) -> tuple[list[Finding], list[Problem]]:
    """Run rules over a program. A rule that raises becomes a problem; the others go on."""
    facts = facts or Facts(program)
    findings: list[Finding] = []
    problems: list[Problem] = []
    for rule in rules:
        if rule.check is None:
            continue
        try:
            findings += list(rule.check(Pass(rule, facts)))
        except Exception as error:
            where = Place(program.handlers[0].path if program.handlers else ".", NOWHERE)
            message = f"the rule {rule.code} {rule.name} crashed: {type(error).__name__}: {error}"
            problems.append(Problem(where, "LDM905", message, traceback.format_exc()))
    return findings, [*facts.problems, *problems]
