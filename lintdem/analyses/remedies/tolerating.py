"""Second runs that come to take a refusal for success, as remedies: what was asked for is done already."""

from __future__ import annotations

from lintdem.analyses.remedies.keysinscope import spelled
from lintdem.analyses.secondruns import Refused
from lintdem.interpreter.domain import Client
from lintdem.interpreter.spots import around, exactly
from lintdem.interpreter.written import nodes
from lintdem.model.function import Eval, Return
from lintdem.model.remedy import Argument, Remedy, Wrapped
from lintdem.model.values import Attr, Call
from lintdem.program import Program
from lintdem.regexes import late

_SAYS_SO = late(r"Already|Exists|Duplicate|NotFound|NotExist|NoSuch|TimedOut|InvalidToken|InUse")
"""Codes of errors that say nothing but that it was done; a conflict or an invalid parameter may have other causes."""
_THERE = late(r"Already|Exists|Duplicate|InUse")
"""Codes of those that say so because a thing is there: behind an API that may be the answer that another caller needs."""
_RENAMED = frozenset("iam cloudformation autoscaling rds elasticache redshift elb elbv2 sns ses sdb sts neptune docdb".split())
"""Services whose codes are not always the names of their exceptions: what is caught would have to be guessed.
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsqueryerror-trait"""


def tolerated(program: Program, one: Refused) -> tuple[Remedy, ...]:
    """Take the refusal of the second run for success, where the refusal names its reason."""
    node = exactly(program, one.place, Call)
    if node is None:
        return ()
    if one.keys:
        listed = ", ".join(f'"{name}"' for name in one.keys)
        title = f"send the later of two writes with one key (check: {' and '.join(one.keys)} are the whole key of the table)"
        return (Remedy(title, False, (Argument(one.place, "overwrite_by_pkeys", f"[{listed}]"),)),)
    return _missing(program, one, node) if one.words == "NoSuchKey" else _done(program, one)


def _done(program: Program, one: Refused) -> tuple[Remedy, ...]:
    """Go on behind a call that was refused because the first run has made it; what it would have answered is not there."""
    call = one.run.sites.get(one.place)
    if call is None or not isinstance(call.target, Client) or call.service in _RENAMED or one.step is not None:
        return ()
    codes = tuple(code for code in (*call.already, *call.gone) if _SAYS_SO.search(code))
    if one.subject.by_caller:
        codes = tuple(code for code in codes if not _THERE.search(code))
    function = around(program, one.place)
    alone = any(isinstance(s, Eval) and s.value.span == one.place.span for s in nodes(function.body)) if function else False
    if not codes or not alone:
        return ()
    title = f"take {' or '.join(codes)} for done (check: the first run alone can have brought it about)"
    return (Remedy(title, False, (Wrapped(one.place, "«botocore.exceptions:ClientError»", (), True, codes),)),)


def _missing(program: Program, one: Refused, node: Call) -> tuple[Remedy, ...]:
    """Leave an object alone that the first run has moved away."""
    call, function = one.run.sites.get(one.place), around(program, one.place)
    if call is None or call.method not in ("get_object", "copy_object") or function is None or not isinstance(node.func, Attr):
        return ()
    receiver = spelled(node.func.value)
    if not receiver or any(isinstance(s, Return) and s.value is not None for s in nodes(function.body)):
        return ()
    title = "take a missing object for moved (check: nothing but the end of this work deletes it)"
    return (Remedy(title, False, (Wrapped(one.place, f"{receiver}.exceptions.NoSuchKey"),)),)
