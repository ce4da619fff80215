"""Known decorators around a function when it is called: Powertools idempotency, other guards, retries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from lintdem.interpreter.domain import Check, Claim, Derived, Func, Held, Known, Made, Unknown, Value, Wrapper
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.libraries.frameworks import run_batch
from lintdem.interpreter.libraries.jmespaths import pick
from lintdem.interpreter.libraries.serialising import unserialisable
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.retries import of_wrapper
from lintdem.interpreter.trace import Claimed, Kept, Misused, Timed
from lintdem.interpreter.values import FALSE, NONE, known, text
from lintdem.model.function import Function
from lintdem.model.span import Place

GUARDS = frozenset({"idempotent", "idempotent_function", "guard"})
KEPT = 3600
"""https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/#customizing-the-default-behavior"""
AROUND = GUARDS | {"retry", "lock", "cache", "batch"}
"""Kinds of decorators that do something around a call."""


def enter_wrappers(
    m: Machine, func: Func, args: Args, place: Place, flow: Flow, run: Callable[[Flow], Value]
) -> Value:  # fmt: skip
    """Run a function inside its guards, from the outermost in: inside, the claim holds; outside it says nothing."""
    inner = Flow(flow.scope, flow.heap, flow.must, flow.may)
    kept: list[tuple[Claim, Wrapper]] = []
    with ExitStack() as stack:
        for wrapper in func.wrappers:
            if wrapper.kind == "batch" and args.positional:
                run_batch(m, dict(wrapper.args), args.positional[0], place, inner)
            if wrapper.kind == "cache" and args.all():
                inner.must |= {Check(wrapper.place, "memory", Derived("cache", args.all()))}
            if wrapper.kind == "lock":
                inner.must |= {Held(wrapper.place, wrapper.name, Made(wrapper.name, wrapper.place))}
            if wrapper.kind == "retry":
                stack.enter_context(m.retrying(of_wrapper(m, wrapper, flow)))
            if wrapper.kind in GUARDS:
                claim = claim_of(m, func, wrapper, args, flow)
                config = dict(wrapper.args).get("config", NONE)
                if wrapper.kind == "idempotent":
                    # On the handler itself the decorator is handed the context.
                    m.record(Timed(place, config, must=inner.must, may=inner.may))
                data = data_of(func, wrapper, args)
                m.record(Claimed(claim.place, claim, config, data, wrapper, func, must=inner.must, may=inner.may))
                if wrapper.kind in _POWERTOOLS:
                    _note_misuse(m, func, wrapper, args, place, inner)
                    kept.append((claim, wrapper))
                inner.must |= {claim}
        value = run(inner)
    flow.heap, flow.may = inner.heap, inner.may
    for claim, wrapper in kept:
        what = "" if "output_serializer" in dict(wrapper.args) else unserialisable(m, value, flow)
        m.record(Kept(claim.place, claim, what, must=flow.must, may=flow.may))
    return value


_POWERTOOLS = ("idempotent", "idempotent_function")


def _note_misuse(m: Machine, func: Func, wrapper: Wrapper, args: Args, place: Place, flow: Flow) -> None:
    """What makes a guard of Powertools fail whatever the event: seen by running version 3.37."""
    wanted = text(dict(wrapper.args).get("data_keyword_argument", NONE)) or ""
    fault = _misuse(func, wrapper, args, wanted)
    if fault:
        m.record(Misused(wrapper.place, fault, func_name(func), wanted, place, must=flow.must, may=flow.may))


def _misuse(func: Func, wrapper: Wrapper, args: Args, wanted: str) -> str:
    if isinstance(func.definition, Function) and (func.definition.is_async or func.definition.is_generator):
        return "coroutine" if func.definition.is_async else "generator"
    if wrapper.kind == "idempotent" or not wanted or args.spread or args.spreads or wanted in dict(args.keywords):
        return ""
    if func.definition.params and wanted in [p.name for p in func.definition.params]:
        return "positional" if args.positional else ""
    return "missing" if not any(p.kind == "stars" for p in func.definition.params) else ""


def func_name(func: Func) -> str:
    """The name of a function as it is written."""
    return str(getattr(func.definition, "name", "the function"))


def claim_of(m: Machine, func: Func, wrapper: Wrapper, args: Args, flow: Flow) -> Claim:
    """The claim that a guarding decorator makes for this call."""
    named = dict(wrapper.args)
    if wrapper.kind == "guard":
        return Claim(
            wrapper.place, f"the decorator {wrapper.name.rpartition('.')[2]}", _guard_key(named, args), record=True
        )
    config = named.get("config")
    key = key_of_config(m, config, data_of(func, wrapper, args), flow)
    words = f"Powertools {wrapper.kind}"
    return Claim(wrapper.place, words, key, named.get("persistence_store"), expires=True, seconds=_kept(config),
                 key_place=_key_place(config), strict=_is_strict(config))  # fmt: skip


def data_of(func: Func, wrapper: Wrapper, args: Args) -> Value:
    """What a Powertools guard takes its key from: the event, or the argument it names."""
    if wrapper.kind != "idempotent_function":
        return args.positional[0] if args.positional else Unknown("the event")
    wanted = text(dict(wrapper.args).get("data_keyword_argument", NONE))
    return _argument(func, args, wanted) if wanted else Unknown("data_keyword_argument")


def _kept(config: Value | None) -> int | None:
    """How many seconds a record counts, if that is written out."""
    if config is None or config == NONE:
        return KEPT
    if not isinstance(config, Made):
        return None
    named = dict(config.args)
    given = named.get("expires_after_seconds", named.get("4", known(KEPT)))
    return given.value if isinstance(given, Known) and isinstance(given.value, int) else None


def _is_strict(config: Value | None) -> bool:
    """Whether a missing key raises; without a key path there is nothing to miss."""
    named = dict(config.args) if isinstance(config, Made) else {}
    keyed = "event_key_jmespath" in named or "0" in named
    return not keyed or named.get("raise_on_no_idempotency_key", FALSE) != FALSE


def _key_place(config: Value | None) -> Place | None:
    """Where the key path stands in the configuration."""
    if not isinstance(config, Made):
        return None
    places = dict(config.places)
    return places.get("event_key_jmespath") or places.get("0") or config.place


def _guard_key(named: dict[str, Value], args: Args) -> Value:
    for name in ("key", "event_id", "idempotency_key", "0"):
        if name in named:
            return named[name]
    return Derived("format", args.all()) if args.all() else Unknown("the key")


def _argument(func: Func, args: Args, name: str) -> Value:
    found = args.get(-1, name)
    if found is not None:
        return found
    for index, parameter in enumerate(func.definition.params):
        if parameter.name == name:
            return args.get(index - (1 if func.bound is not None else 0)) or Unknown(name)
    return Unknown(f"no argument {name}")


def key_of_config(m: Machine, config: Value | None, subject: Value, flow: Flow) -> Value:
    """What `IdempotencyConfig(event_key_jmespath=…)` picks out of the guarded data."""
    if not isinstance(config, Made):
        return subject
    named = dict(config.args)
    expression = text(named.get("event_key_jmespath", named.get("0", NONE)))
    if not expression:
        return subject
    return pick(m, expression, subject, flow, config.place)

