"""LDM207: a key that another process computes differently."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.spots import before, behind, exactly
from lintdem.interpreter.written import dotted
from lintdem.model.values import Attr, Call
from lintdem.rule import Argument, Finding, Group, Kind, Level, Pass, Place, Remedy, Rewrite, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each place where the value is made."""
    seen = set()
    for case in p.cases(Kind.UNSTABLE):
        key = case.key or case.harm.key
        if key is None or key.place is None or key.place in seen:
            continue
        seen.add(key.place)
        name = case.harm.key_name or (case.cover.claim.kind if case.cover.claim is not None else "the key")
        yield p.finding(
            case,
            key.place,
            f"{name} is made of {key.words}: a second delivery in another process has another key",
            subject=case.subject,
            level=lower(Level.ERROR, case.subject),
            why=way(case, Step(key.place, "the key is made here")),
            guard=case.cover.words,
            advice="digest the sorted parts with hashlib, or use an id of the event itself",
            about=name,
            remedies=_remedies(p, key.place),
        )


def _remedies(p: Pass, place: Place) -> tuple[Remedy, ...]:
    """An order for what has none; a digest that every process computes alike."""
    call = exactly(p.facts.program, place, Call)
    if call is None or len(call.args) != 1 or call.args[0].star or call.args[0].name:
        return ()
    called = dotted(call.func)
    inside = Place(place.path, call.args[0].value.span)
    if isinstance(call.func, Attr) and called[-1] == "join":
        return (Remedy("sort the parts", True, (Rewrite(before(inside), "sorted("), Rewrite(behind(inside), ")"))),)
    if called[-1] == "dumps":
        return (Remedy("pass sort_keys=True", True, (Argument(place, "sort_keys", "True"),)),)
    if called != ("hash",):
        return ()
    opening = Rewrite(Place(place.path, call.func.span), "«hashlib:sha256»")
    changes = (opening, Rewrite(before(inside), "str("), Rewrite(behind(inside), ").encode()"))
    title = "digest it with hashlib (check: 64 hexadecimal digits stand where the number stood)"
    return (Remedy(title, False, (*changes, Rewrite(behind(place), ".hexdigest()"))),)


RULE = Rule(
    "LDM207",
    "unstable-hash",
    Group.CORRECTNESS,
    "0.1",
    "a key is computed differently by every process",
    check,
    "safe",
)
