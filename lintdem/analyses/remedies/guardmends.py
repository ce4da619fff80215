"""What mends guards of Powertools: a store of their own, the keyword they look for, the context they need."""

from __future__ import annotations

from lintdem.analyses.weakguards.contexts import Untimed
from lintdem.analyses.weakguards.powertools import GuardFault
from lintdem.interpreter.domain import Env, Known, Made, Value
from lintdem.interpreter.spots import around, at_handler, exactly
from lintdem.model.function import Assign
from lintdem.model.remedy import Argument, Named, Opening, Remedy
from lintdem.model.span import Place
from lintdem.model.values import Call, Name
from lintdem.program import Program


def own_store(program: Program, one: GuardFault) -> tuple[Remedy, ...]:
    """Give the guard a store like the one it shares. The records lie where they lay."""
    call = exactly(program, one.place, Call)
    made = _written(one.store)
    if call is None or not made or not any(arg.name == "persistence_store" for arg in call.args):
        return ()
    title = f"give {one.name} a store of its own in the same table (check: its records get another key than so far)"
    return (Remedy(title, False, (Argument(one.place, "persistence_store", made),)),)


def _written(store: Value | None) -> str:
    """The code that makes such a store, if its arguments are literals and variables of the environment."""
    if not isinstance(store, Made) or not store.type.startswith("aws_lambda_powertools."):
        return ""
    module, _, name = store.type.rpartition(".")
    args = [(key, _argument(value)) for key, value in store.args]
    if not all(text for _, text in args):
        return ""
    return f"«{module}:{name}»({', '.join(text if key.isdigit() else f'{key}={text}' for key, text in args)})"


def _argument(value: Value) -> str:
    if isinstance(value, Env):
        return f'«os:environ»["{value.name}"]'
    if isinstance(value, Known) and isinstance(value.value, str) and value.value.isprintable() and '"' not in value.value:
        return f'"{value.value}"'.replace("\\", "\\\\")
    return repr(value.value) if isinstance(value, Known) and isinstance(value.value, (bool, int)) else ""


def keyword_call(program: Program, one: GuardFault) -> tuple[Remedy, ...]:
    """Pass the argument by the name the guard looks for; where no parameter has that name, let it look for the one there is."""
    function = around(program, one.place)
    call = exactly(program, one.other, Call) if one.other is not None else None
    if function is None or one.other is None:
        return ()
    names = [p.name for p in function.params if p.kind == "normal" and p.name not in ("self", "cls")]
    check = "(check: the calls that failed so far run)"
    if one.words in names and call is not None:
        named = Named(one.other, names.index(one.words), one.words)
        return (Remedy(f"pass {one.words} by its name {check}", False, (named,)),)
    if len(names) == 1 and exactly(program, one.place, Call) is not None:
        change = Argument(one.place, "data_keyword_argument", f'"{names[0]}"')
        return (Remedy(f"take the key from {names[0]} {check}", False, (change,)),)
    return ()


def registered_context(program: Program, one: Untimed) -> tuple[Remedy, ...]:
    """Register the context at the beginning of the handler, where the configuration has a name in its file."""
    config = one.guard.config
    handler = one.run.handler
    function = at_handler(program, handler)
    if one.late is not None or function is None or not isinstance(config, Made) or len(function.params) < 2:
        return ()
    name = _name_of(program, config.place) if config.place.path == handler.path else ""
    if not name:
        return ()
    text = f"{name}.register_lambda_context({function.params[1].name})"
    place = Place(handler.path, function.span)
    return (Remedy(f"begin {function.name} with {text} (check: tests that pass no context)", False, (Opening(place, text),)),)


def _name_of(program: Program, place: Place) -> str:
    """The name that a module gives to what is made at a place."""
    for statement in program.modules[place.path].body:
        if isinstance(statement, Assign) and statement.value.span == place.span and isinstance(statement.targets[0], Name):
            return statement.targets[0].id
    return ""
