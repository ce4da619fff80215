"""Functions of the program that may be asked again: whatever they do, a second time it is the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lintdem.analyses.cases import REPEATS, Case, Kind
from lintdem.analyses.effects import Harm, Repeat
from lintdem.interpreter.altering import replace
from lintdem.interpreter.deployed import function_of, own_function
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import known, text
from lintdem.model.span import Place
from lintdem.program import Program


def harmless(judged: Iterable[tuple[Run, Sequence[Case]]], program: Program) -> dict[Place, bool]:
    """The functions of templates, by their resource, of which every run that was looked at through does nothing twice."""
    found: dict[Place, bool] = {}
    for run, cases in judged:
        own = own_function(run.handler, program)
        if own is not None:
            quiet = run.complete and all(case.harm.repeat not in REPEATS for case in cases)
            found[own.place] = quiet and found.get(own.place, True)
    return {place: quiet for place, quiet in found.items() if quiet}


def only_harmful(cases: tuple[Case, ...], quiet: Mapping[Place, bool], program: Program) -> tuple[Case, ...]:
    """The diagnoses of a run, without what is said of asking one of these functions and waiting for its answer."""
    return tuple(_asked(case) if _is_asked(case.effect, case.run, quiet, program) else case for case in cases)


def _asked(case: Case) -> Case:
    return replace(case, kind=Kind.NOTHING, harm=Harm(Repeat.SAFE), level=None, reason="")


def _is_asked(effect: Effect, run: Run, quiet: Mapping[Place, bool], program: Program) -> bool:
    call = effect.call
    waits = text(call.arg("InvocationType") or known("RequestResponse")) == "RequestResponse"
    if (call.service, call.method) != ("lambda", "invoke") or not waits:
        return False
    callee = function_of(call.arg("FunctionName"), run.handler, program)
    return callee is not None and callee.place in quiet
