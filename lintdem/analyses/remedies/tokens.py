"""Tokens and ids made from the id in scope, as code: of the right length, and another one for each operation."""

from __future__ import annotations

from lintdem.analyses.cases import Case
from lintdem.analyses.effects import is_fifo
from lintdem.analyses.remedies.keysinscope import Key, calls_alike, key_in_scope, spelled
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Derived, Value
from lintdem.interpreter.spots import around, behind, exactly, inside
from lintdem.interpreter.trace import Effect, Retry
from lintdem.interpreter.values import text as text_of
from lintdem.interpreter.written import dotted, nodes
from lintdem.knowledge.receivers import receiver_of
from lintdem.model.function import Assign
from lintdem.model.remedy import Argument, Remedy, Rewrite
from lintdem.model.span import Place
from lintdem.model.values import Call, Const, Dict, Name, Sequence
from lintdem.program import Program
from lintdem.regexes import late

_PLENTY = 200
"""A token that may be this long takes the id as it is: ids of events are shorter."""
_UUID = 36
_PLURAL = late(r"[a-z][a-z_-]{2,}")
"""The resource in the path of an address: one id may be used for several of them."""
_WORDS = late(r"(?<=[a-z0-9])(?=[A-Z])|[._]")


def call_remedies(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Let the receiver recognise the repeat: by the token that the call takes, or the header that its provider reads."""
    name = case.effect.call.token or ""
    if name.startswith("headers:"):
        return header_remedies(program, case)
    if case.effect.call.token_fifo and not is_fifo(case.effect):
        return ()
    return token_remedies(program, replace(case, harm=replace(case.harm, key_name=name.rpartition(":")[2])))


def token_remedies(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Pass the token of the effect's call, made from the id in scope."""
    place, name = case.effect.place, case.harm.key_name
    call = exactly(program, place, Call)
    if call is None or not name.isidentifier() or any(arg.star == "**" for arg in call.args) or calls_alike(program, place) != 1:
        return ()
    made = _made_before(program, case, call, name)
    key = key_in_scope(program, case, made or place)
    if key is None:
        return ()
    text = _token(key, _operation(case.effect.call.name), case.effect.call.token_max)
    title = f"make {name} from {key.parts} (check: there is to be one {_operation(case.effect.call.name)} for each {key.names})"
    return (Remedy(title, False, (Rewrite(made, text) if made else Argument(place, name, text),)),)


def _made_before(program: Program, case: Case, call: Call, name: str) -> Place | None:
    """The value that is new in each attempt, where the variable that is passed gets it: there a key of the event is put."""
    passed = next((arg.value for arg in call.args if arg.name == name), None)
    minted, function = case.harm.key.place if case.harm.key is not None else None, around(program, case.effect.place)
    if minted is None or function is None or not isinstance(passed, Name) or minted.path != case.effect.place.path:
        return None
    found = [one for one in nodes(function.body) if isinstance(one, Assign) and any(_is(t, passed.id) for t in one.targets)]
    if len(found) != 1 or len(found[0].targets) != 1 or not inside(minted.span, found[0].value.span):
        return None
    return Place(minted.path, found[0].value.span)


def _is(node: object, name: str) -> bool:
    return isinstance(node, Name) and node.id == name


def attempt_remedies(program: Program, case: Case) -> tuple[Remedy, ...]:
    """One key for all attempts of a retry: where the call takes one, made from the id in scope; else POST requests left out
    of what a session repeats."""
    call, retry = case.effect.call, case.retry
    if retry is None:
        return ()
    # The rounds of the retry are to have the same key, those of other loops each their own.
    loops = tuple(one for one in case.effect.loops if one.place.span.line != retry.place.span.line)
    once = replace(case, effect=replace(case.effect, loops=loops))
    if call.token is not None and not call.token_fifo and not call.token.startswith("headers:"):
        return token_remedies(program, replace(once, harm=replace(case.harm, key_name=call.token.rpartition(":")[2])))
    if case.harm.key is not None:
        return stale_remedies(program, once)
    return header_remedies(program, once) or _without_post(program, retry)


def stale_remedies(program: Program, case: Case) -> tuple[Remedy, ...]:
    """A key of the event in place of one that is new in each attempt."""
    if (case.effect.call.token or "").startswith("headers:"):
        return _derived(program, case, _resource(case.effect), f"make {case.harm.key_name} from")
    return token_remedies(program, case)


def _without_post(program: Program, retry: Retry) -> tuple[Remedy, ...]:
    """The methods that urllib3 repeats, without the one that it leaves out by itself."""
    made = exactly(program, retry.place, Call)
    for arg in made.args if made is not None else ():
        kept = arg.value
        if arg.name in ("allowed_methods", "method_whitelist") and isinstance(kept, Sequence):
            words = [one.value for one in kept.items if isinstance(one, Const) and isinstance(one.value, str)]
            left = [word for word in words if word.upper() not in ("POST", "PATCH")]
            if len(words) == len(kept.items) and left and len(left) < len(words):
                around = {"list": ("[", "]"), "tuple": ("(", ",)"), "set": ("{", "}")}[kept.kind]
                inner = ", ".join(f'"{word}"' for word in left)
                title = "repeat no POST requests (check: what fails so goes to the queue's own retry, or is asked for again)"
                return (Remedy(title, False, (Rewrite(Place(retry.place.path, kept.span), inner.join(around)),)),)
    return ()


def header_remedies(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Send the header by which a known provider recognises the repeat of a request, made from the id in scope."""
    effect, place = case.effect, case.effect.place
    call = exactly(program, place, Call)
    address = _address(effect.call.arg("url") or effect.call.arg("0"))
    known = receiver_of(address)
    if call is None or known is None or not (effect.call.token or "").startswith("headers:") or effect.call.http != "POST":
        return ()
    key = key_in_scope(program, case, place)
    if key is None or any(arg.star for arg in call.args) or calls_alike(program, place) != 1:
        return ()
    change = _sent(place, call, f'"{known.header}": {_token(key, _resource(effect), known.longest)}')
    title = f"send {known.header} made from {key.parts} (check: there is to be one such request for each {key.names})"
    return (Remedy(title, False, (change,)),) if change is not None else ()


def _resource(effect: Effect) -> str:
    """What a request makes, as its address has it; else how it is sent."""
    address = _address(effect.call.arg("url") or effect.call.arg("0"))
    return next((word for word in reversed(address.split("/")[3:]) if _PLURAL.fullmatch(word)), _operation(effect.call.name))


def _address(value: Value | None) -> str:
    """What is known of the beginning of a URL."""
    first = value.parts[0] if isinstance(value, Derived) and value.op in ("format", "arith+") and value.parts else value
    return (text_of(first) if first is not None else "") or ""


def _sent(place: Place, call: Call, entry: str) -> Argument | Rewrite | None:
    """One more header: in the literal that is passed, in a copy of what is passed, or in one of its own."""
    passed = next((arg.value for arg in call.args if arg.name == "headers"), None)
    if isinstance(passed, Dict) and passed.entries:
        last = passed.entries[-1]
        own = last.key is not None and last.key.span.line > passed.span.line
        between = f",\n{' ' * (last.key.span.column - 1)}" if own and last.key is not None else ", "
        return Rewrite(behind(Place(place.path, last.value.span)), f"{between}{entry}")
    written = spelled(passed) if passed is not None else ""
    if passed is not None and not written and not isinstance(passed, Dict):
        return None
    return Argument(place, "headers", f"{{**{written}, {entry}}}" if written else f"{{{entry}}}")


def identity_remedies(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Derive the identity that `uuid4` mints from the id in scope."""
    return _derived(program, case, case.harm.key_name, f"derive {case.harm.key_name} from")


def _derived(program: Program, case: Case, what: str, does: str) -> tuple[Remedy, ...]:
    """A `uuid5` of the id in scope in place of a `uuid4`. Two of them in one function would come out alike."""
    minted = case.harm.key
    if minted is None or minted.place is None:
        return ()
    call = exactly(program, minted.place, Call)
    if call is None or call.args or dotted(call.func)[-1] != "uuid4" or calls_alike(program, minted.place) != 1:
        return ()
    key = key_in_scope(program, case, minted.place)
    if key is None:
        return ()
    text = f'«uuid:uuid5»(«uuid:NAMESPACE_URL», f"{what}-{key.filled}")'
    title = f"{does} {key.parts} (check: there is to be one {what} for each {key.names})"
    return (Remedy(title, False, (Rewrite(minted.place, text),)),)


def _token(key: Key, what: str, longest: int | None) -> str:
    plain = f'f"{what}-{key.filled}"'
    if longest is None or longest >= _PLENTY:
        return plain
    if longest >= _UUID:
        return f"str(«uuid:uuid5»(«uuid:NAMESPACE_URL», {plain}))"
    return f"«hashlib:sha256»({plain}.encode()).hexdigest()[:{longest}]"


def _operation(name: str) -> str:
    """`ec2.RunInstances` as run-instances, `stripe.PaymentIntent.create` as payment-intent-create."""
    words = _WORDS.split(name.partition(".")[2] or name)
    return "-".join(word.lower() for word in words if word)
