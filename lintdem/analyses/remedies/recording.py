"""An idempotency record of Powertools around a function or a handler, as a remedy: the store, the configuration, the
context that it needs, and the key that is in scope."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.cases import Case
from lintdem.analyses.plans import horizon
from lintdem.analyses.remedies.keysinscope import Key, chosen, ids_in_scope
from lintdem.interpreter.altering import replace
from lintdem.interpreter.spots import around, at_handler, exactly, inside
from lintdem.interpreter.written import dotted, nodes
from lintdem.model.function import Assign, Function, Return
from lintdem.model.function import Import as ImportStatement
from lintdem.model.module import Module
from lintdem.model.remedy import Change, Decorated, Named, Opening, Remedy
from lintdem.model.span import Place, Span
from lintdem.model.stack import Source
from lintdem.model.values import Attr, Call, Const, Dict, Expr, Format, Name, Parameter, Sequence
from lintdem.program import Handler, Program
from lintdem.program.remembering import attached
from lintdem.regexes import late

_POWERTOOLS = "aws_lambda_powertools.utilities.idempotency"
_ITEM = late(r"(\w+)((?:\['\w+'\])+)")
_WORD = late(r"[A-Za-z_]\w*")
_PLAIN = frozenset({"inject_lambda_context", "capture_lambda_handler", "log_metrics"})
"""Decorators that hand on the event and the answer as they are."""
_DAY = 86_400
_LONGEST = 14
"""Days that SQS keeps a message at most: a record for less may be gone when it comes again."""


def recorded(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Keep a record around the function that has the effect, or else around the handler."""
    return _function_recorded(program, case) or _handler_recorded(program, case)


def _function_recorded(program: Program, case: Case) -> tuple[Remedy, ...]:
    """The record of a function whose caller hands it the id of the work."""
    function = around(program, case.effect.place)
    if function is None or not _can_be_guarded(function):
        return ()
    call = _called(program, function, case)
    found = ids_in_scope(program, _called_once(case, function), case.effect.place)
    ids = {text: path for text, path in found.items() if _is_handed_in(text, function)}
    key, handler = chosen(ids), at_handler(program, case.run.handler)
    if call is None or key is None or handler is None or handler.span == function.span or len(handler.params) < 2:
        return ()
    names = _names(program, case.effect.place.path, function)
    named = _passed(program, call, function, key)
    config = _seen_from(program, case.run.handler, case.effect.place.path, names[1]) if names else ""
    if named is None or not names or not config:
        return ()
    place = Place(case.run.handler.path, handler.span)
    context = Opening(place, f"{config}.register_lambda_context({handler.params[1].name})")
    guard = _guard(case, Place(case.effect.place.path, function.span), "idempotent_function", key.text, names, program)
    return (_remedy(function.name, key, (guard, *named, context)),)


def _handler_recorded(program: Program, case: Case) -> tuple[Remedy, ...]:
    """The record of a handler that gets one event at a time, by the id that stands in it."""
    run, function = case.run, at_handler(program, case.run.handler)
    alone = not case.subject.batch and len({trigger.source for trigger in case.subject.triggers}) == 1
    if function is None or not alone or not _answers_plainly(function):
        return ()
    ids = ids_in_scope(program, replace(case, effect=replace(case.effect, loops=())), case.effect.place)
    found = {jmespath(path.steps, case.subject.source): path for path in ids.values()}
    key = chosen({text: path for text, path in found.items() if text})
    names = _names(program, run.handler.path, function, handler=True)
    if key is None or not names:
        return ()
    guard = _guard(case, Place(run.handler.path, function.span), "idempotent", key.text, names, program)
    return (_remedy(function.name, key, (guard,)),)


def _called_once(case: Case, function: Function) -> Case:
    """The case as the caller of the function sees it: what loops inside of it do is in one record."""
    path = case.effect.place.path
    loops = tuple(one for one in case.effect.loops if one.place.path != path or not inside(one.place.span, function.span))
    return replace(case, effect=replace(case.effect, loops=loops))


def _answers_plainly(function: Function) -> bool:
    """Whether what a handler answers can be kept as JSON, and what stands around it hands that on."""
    answers = [node.value for node in nodes(function.body) if isinstance(node, Return)]
    return (
        {dotted(one)[-1] for one in function.decorators} <= _PLAIN
        and not function.is_async and not function.is_generator and len(function.params) == 2
        and all(value is None or _is_json(value) for value in answers)
    )  # fmt: skip


def _is_json(value: Expr) -> bool:
    if isinstance(value, Dict):
        return all(isinstance(one.key, Const) and _is_json(one.value) for one in value.entries)
    if isinstance(value, Sequence):
        return value.kind == "list" and all(map(_is_json, value.items))
    made = isinstance(value, Call) and dotted(value.func) in (("json", "dumps"), ("str",), ("len",))
    return made or isinstance(value, (Const, Format))


def jmespath(steps: tuple[str, ...], source: Source) -> str:
    """The path of a value in the event as Powertools reads it; empty where it has none."""
    text = ""
    for step in steps:
        if step == "json()":
            text = f"powertools_json({text})"
        elif step.isdigit() or (step == "*" and source in (Source.SNS, Source.SES)):
            text += f"[{step if step.isdigit() else 0}]"
        elif _WORD.fullmatch(step):
            text += f".{step}" if text else step
        else:
            return ""
    return text


def _remedy(name: str, key: Key, changes: tuple[Change, ...]) -> Remedy:
    title = (
        f"keep a record of {name} by {key.choice} (check: it is to run once for each {key.name}; Powertools is packaged, and "
        f"IDEMPOTENCY_TABLE names a table with the key id and a time to live in expiration)"
    )
    return Remedy(title, False, changes)


def _can_be_guarded(function: Function) -> bool:
    """A plain function or method that answers nothing which a record could not keep."""
    answers = [node.value for node in nodes(function.body) if isinstance(node, Return)]
    return (
        not function.decorators and not function.is_async and not function.is_generator
        and "<locals>" not in function.qualname and not function.name.startswith("__")
        and all(parameter.kind == "normal" for parameter in function.params)
        and all(value is None or isinstance(value, Const) for value in answers)
    )  # fmt: skip


def _called(program: Program, function: Function, case: Case) -> Place | None:
    """The only place in the program that calls a function, if this case came that way. A second one might do the work
    under the same id for another purpose."""
    stack = case.effect.stack
    call = exactly(program, stack[-1].place, Call) if stack else None
    if call is None:
        return None
    own, found = Place(stack[-1].place.path, call.func.span), False
    for path, module in program.modules.mentioning(function.name, tests=False):
        for span in _places(module).get(function.name, ()):
            if Place(path, span) != own:
                return None  # at once: a thousand handlers may each have a function of this name
            found = True
    return stack[-1].place if found else None


@attached
def _places(module: Module) -> dict[str, list[Span]]:
    """Where the names and attributes of a file stand."""
    found: dict[str, list[Span]] = {}
    for node in nodes(module.body):
        if isinstance(node, (Name, Attr)):
            found.setdefault(node.id if isinstance(node, Name) else node.name, []).append(node.span)
    return found


def _is_handed_in(text: str, function: Function) -> bool:
    """Whether an id is a parameter of the function or an item of one, as the caller has passed it."""
    match = _ITEM.fullmatch(text)
    root = match[1] if match else text
    assigned = {dotted(target)[0] for node in nodes(function.body) if isinstance(node, Assign) for target in node.targets}
    return root in {parameter.name for parameter in function.params} - assigned


def _passed(program: Program, place: Place, function: Function, key: Key) -> tuple[Change, ...] | None:
    """What passes the argument with the id by its name; None where that cannot be told."""
    call = exactly(program, place, Call)
    root = key.text.partition("[")[0]
    names = [parameter.name for parameter in function.params if not _is_self(parameter, function)]
    if call is None or any(arg.star for arg in call.args) or root not in names:
        return None
    if any(arg.name == root for arg in call.args):
        return ()
    position = names.index(root)
    unnamed = sum(arg.name is None for arg in call.args)
    if position >= unnamed:
        return None
    return (Named(place, position, root, tuple(names[position + 1 : unnamed])),)


def _is_self(parameter: Parameter, function: Function) -> bool:
    return "." in function.qualname and parameter == function.params[0]


def _names(program: Program, path: str, function: Function, *, handler: bool = False) -> tuple[str, str] | None:
    """Names for the store and the configuration that the module does not use."""
    used = set(_used(program, path))
    stem = "idempotency" if handler else function.name.strip("_")
    names = f"{stem}_store", f"{stem}_config"
    return names if used.isdisjoint(names) else None


def _used(program: Program, path: str) -> Iterator[str]:
    for node in nodes(program.modules[path].body):
        if isinstance(node, Name):
            yield node.id


def _guard(case: Case, place: Place, kind: str, key: str, names: tuple[str, str], program: Program) -> Decorated:
    """The decorator with its store and configuration. `key` is the code of an argument or an item of it, or a path into the
    event of a handler."""
    store, config = names
    root, *items = key.replace("']", "").split("['")
    path = key if kind == "idempotent" else ".".join(items)
    until = horizon(case.subject, program)
    days = -(-until.seconds // _DAY) if until is not None else _LONGEST
    settings = [f'event_key_jmespath="{path}"', "raise_on_no_idempotency_key=True"] if path else []
    settings.append(f"expires_after_seconds={f'{days} * ' if days > 1 else ''}24 * 60 * 60")
    inner = "".join(f"    {one},\n" for one in settings)
    made = f"\n{inner}" if path else settings[0]
    above = (
        _store(store),
        f"{config} = «{_POWERTOOLS}:IdempotencyConfig»({made})",
    )
    if kind == "idempotent":
        return Decorated(place, f"@«{_POWERTOOLS}:{kind}»(config={config}, persistence_store={store})", above)
    text = (
        f"@«{_POWERTOOLS}:{kind}»(\n"
        f'    data_keyword_argument="{root}",\n    config={config},\n    persistence_store={store},\n)'
    )
    return Decorated(place, text, above)


def _store(name: str) -> str:
    """The store, over three lines where one would be long."""
    table = 'table_name=«os:environ»["IDEMPOTENCY_TABLE"]'
    around = ("\n    ", ",\n") if len(name) > len("idempotency_store") else ("", "")
    return f"{name} = «{_POWERTOOLS}:DynamoDBPersistenceLayer»({table.join(around)})"


def _seen_from(program: Program, handler: Handler, path: str, name: str) -> str:
    """The code by which the handler's file names what another one defines; empty where it does not import that."""
    if handler.path == path:
        return name
    for statement in program.modules[handler.path].body:
        if isinstance(statement, ImportStatement) and not statement.level and not statement.typing_only:
            modules = [statement.module] if statement.is_from else [alias.name for alias in statement.names]
            for module in modules:
                if module and program.imports.absolute(handler.path, module) == path:
                    return f"«{module}:{name}»"
    return ""
