"""Effects that a second run repeats, and that seldom do harm twice: they are told as notes, with the reason."""

from __future__ import annotations

from lintdem.interpreter.domain import Env, Value
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import NONE, leaves, members, text
from lintdem.interpreter.written import nodes
from lintdem.model.values import Const
from lintdem.program import Program
from lintdem.regexes import late

_WORDS = late(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ACTS = late(
    r"pay(ments?|outs?)?|charges?|funds?|refunds?|transfers?|orders?|book(ing)?s?|reserv\w+|send(er)?|notif\w+|notices?|e?mails?|mailer"
    r"|sms|messages?|publish\w*|post|create|creator|add|insert|start(er)?|open|launch|trigger|submit|execute|invoice|purchase|checkout"
    r"|initiate|close|enqueue|schedule|provision|deploy|import|ingest"
)
"""Words in the name of a function that does something which counts when it is done twice."""


def mild(effect: Effect, program: Program) -> str:
    """Why a second one of a call that duplicates is seldom harm; "" where it is."""
    if (effect.call.service, effect.call.method) != ("lambda", "invoke"):
        return ""
    if _is_answered(effect, program):
        return "it is waited for, and its answer is used: what it does twice is told in the function itself"
    if text(effect.call.arg("InvocationType") or NONE) == "Event" and effect.call.arg("Payload") is None:
        return "it is woken without a payload, and finds less to do the second time"
    return ""


def _is_answered(effect: Effect, program: Program) -> bool:
    """Whether somebody waits for a function and reads what it gives back, and its name does not say that it does what counts:
    most functions that are waited for work something out, look something up or set what they are told. One that is told
    nothing works nothing out."""
    call = effect.call
    if call.arg("**") is not None or call.arg("Payload") is None:
        return False
    if any(not _waits(kind) for kind in members(call.arg("InvocationType") or NONE)):
        return False
    asked = {text(leaf) for leaf in leaves(call.arg("Payload") or NONE)}
    if not asked.isdisjoint(("POST", "PUT", "PATCH")):
        return False
    words = [w.lower() for leaf in leaves(call.arg("FunctionName") or NONE) for w in _WORDS.findall(_name(leaf))]
    return not any(_ACTS.fullmatch(word) for word in words) and _reads_payload(effect, program)


def _waits(kind: Value) -> bool:
    return kind == NONE or text(kind) == "RequestResponse"


def _name(leaf: Value) -> str:
    return leaf.name if isinstance(leaf, Env) else text(leaf) or ""


def _reads_payload(effect: Effect, program: Program) -> bool:
    """Whether the file of the call, or of who calls it, takes the payload out of an answer: `answer["Payload"]`."""
    paths = {effect.place.path, *(step.place.path for step in effect.stack[-2:])}
    modules = (program.modules.get(path) for path in sorted(paths))
    read = (node for module in modules if module is not None for node in nodes(module.body))
    return any(isinstance(node, Const) and node.value == "Payload" for node in read)
