"""Dependency injection: what a framework puts where the program names a provider.

FastAPI's `Depends`, the providers of `dependency_injector`, and `injector`: the object is made the way
the provider says, so that its methods can be followed.
"""

from __future__ import annotations

from lintdem.interpreter.domain import AnyOf, Cls, Derived, External, Func, Made, Partial, Unknown, Value
from lintdem.interpreter.elements import element_of
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import is_enum
from lintdem.interpreter.machine import Args, Machine, Stop
from lintdem.model.function import Function
from lintdem.model.span import Place

DEPENDS = frozenset({"Depends", "Security"})
PROVIDERS = "dependency_injector.providers."
MAKES = frozenset({"Singleton", "ThreadSafeSingleton", "ThreadLocalSingleton", "ContextLocalSingleton", "Factory",
                   "Callable", "Coroutine", "Resource"})  # fmt: skip

GETS = frozenset({"resolve", "get", "get_instance", "get_service", "provide", "instance", "make", "build"})
"""Methods by which containers give an object of the class that they are asked for: punq, injector, rodi, lagom, wireup."""


def is_asked(container: Value, wanted: Value) -> bool:
    """Whether `container[Class]` asks a container that cannot be read for an object of a class of the program."""
    outside = isinstance(container, (Made, Derived, Unknown)) or container == External("kink.di")
    return outside and isinstance(wanted, Cls) and not is_enum(wanted)


def is_given(value: Value) -> bool:
    """Whether a default value or an annotation stands for something that a framework provides."""
    return isinstance(value, Made) and (value.type.rpartition(".")[2] in DEPENDS or value.type.startswith(PROVIDERS))


def provided(m: Machine, value: Value, place: Place, flow: Flow) -> Value | None:
    """What a framework gives in place of this default or annotation; None when it gives nothing that is known."""
    if not isinstance(value, Made) or not is_given(value) or len(m.active) > 30:
        return None
    named = dict(value.args)
    source = named.get("0") or named.get("dependency") or named.get("provides")
    kind = value.type.rpartition(".")[2]
    if kind == "Object":
        return source
    if source is None or not (kind in DEPENDS or kind in MAKES) or not isinstance(source, (Func, Partial, Cls, AnyOf, External)):
        return None
    given = [(k, provided(m, v, place, flow) or v) for k, v in value.args if kind in MAKES and k not in ("0", "self", "provides")]
    args = Args(tuple(v for k, v in given if k.isdigit()), tuple((k, v) for k, v in given if not k.isdigit() and k != "**"))
    try:
        made = m.call(source, args, place, flow, "")
    except Stop:
        return None
    yields = isinstance(source, Func) and isinstance(source.definition, Function) and source.definition.is_generator
    return element_of(m, made, flow) if yields else made

