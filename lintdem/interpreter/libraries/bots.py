"""Chat bots: a library takes an update apart and calls the functions that the program has registered for what it says.

LINE: https://github.com/line/line-bot-sdk-python#webhookhandler
Slack: https://docs.slack.dev/tools/bolt-python/concepts/lazy-listeners
Telegram: https://pytba.readthedocs.io, https://docs.python-telegram-bot.org
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.domain import External, Func, Made, Method, Value
from lintdem.interpreter.elements import element_of, origin
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import merge
from lintdem.interpreter.machine import Args, Machine, Registered, Stop
from lintdem.interpreter.passedon import taken_by_name
from lintdem.interpreter.values import NONE, known, members
from lintdem.model.span import Place

LINE, SLACK, TELEBOT, TELEGRAM = "linebot", "slack_bolt", "telegram.Bot", "telegram.ext"
_RUNS = {LINE: {"handle"}, SLACK: {"handle"}, TELEBOT: {"process_new_updates"}, TELEGRAM: {"process_update"}}
BOTS = frozenset[str]().union(*_RUNS.values()) | {"add_handler"}
"""Methods that hand an update to a bot, or a function."""

_LISTENS = frozenset(
    """
        event message command action view shortcut options function step view_submission view_closed block_action
        global_shortcut message_shortcut dialog_submission
    """.split()
)
_SAYS = {"ack": "slack_bolt.ack", "say": "slack_bolt.say", "respond": "slack_bolt.respond"}
"""What Slack's functions are given by name that is a function itself."""
_PARTS = {"event": "event", "payload": "event", "message": "event", "action": "payload", "view": "payload", "shortcut": "payload"}


def call_bot(m: Machine, name: str, short: str, args: Args, place: Place, flow: Flow, owner: Made) -> Value | None:
    """Call a method of a bot; None when it is none of these."""
    library = next((one for one in _RUNS if owner.type == one or owner.type.startswith(f"{one}.")), None)
    if library is None:
        return None
    if library == SLACK and name == owner.type:
        return _listens(m, owner, args, place, flow)
    if library == TELEGRAM and short == "add_handler":
        handler = args.get(0, "handler")
        for func in _functions([v for _, v in handler.args] if isinstance(handler, Made) else []):
            m.registered.append(Registered(owner, "add_handler", func, Args(), place))
        return NONE
    if short not in _RUNS[library]:
        return None
    found = list(_registered(m, owner, library))
    if found:
        m.classes.add(owner.type)
        _alternatives(m, found, library, args, place, flow)
    return NONE if found else None


def _listens(m: Machine, owner: Made, args: Args, place: Place, flow: Flow) -> Value | None:
    """`app.event("message")(ack=now, lazy=[later])`: all of them are called."""
    app = next((v for k, v in owner.args if k == "self"), None)
    app = app.receiver if isinstance(app, Method) else app
    if not isinstance(app, Made) or owner.type.rpartition(".")[2] not in _LISTENS:
        return None
    ack, later = args.get(-1, "ack"), args.get(-1, "lazy")
    listed = m.elements(flow, later) if later is not None else None
    given = [*args.positional, *([ack] if ack is not None else []), *(listed.items if listed is not None else [])]
    for func in _functions(given):
        m.registered.append(Registered(app, "event", func, Args(), place))
    return NONE


def _functions(values: list[Value]) -> Iterator[Value]:
    return (one for value in values for one in members(value) if isinstance(one, Func))


def _registered(m: Machine, owner: Made, library: str) -> Iterator[Registered]:
    """What was registered with a bot, or with the application that is handed to what runs it."""
    owners = [owner, *(v for k, v in owner.args if k in ("0", "app") and isinstance(v, Made))]
    for one in m.registered:
        mine = isinstance(one.owner, Made) and any((one.owner.place, one.owner.type) == (o.place, o.type) for o in owners)
        if mine and (library != SLACK or one.kind in _LISTENS) and (library != TELEBOT or one.kind.endswith("_handler")):
            yield one


def _alternatives(m: Machine, found: list[Registered], library: str, args: Args, place: Place, flow: Flow) -> None:
    """Call each of the functions, any of which an update may be for."""
    ends = [flow.branch()]
    for one in found:
        branch = flow.branch()
        try:
            m.call(one.func, _given(m, one, library, args, place, branch), place, branch, _name(one.func))
            ends.append(branch)
        except Stop:
            continue
    merge(flow, ends)


def _given(m: Machine, one: Registered, library: str, args: Args, place: Place, flow: Flow) -> Args:
    """What a function of a bot is called with."""
    first = args.positional[0] if args.positional else NONE
    if library == TELEGRAM:
        return Args((first, Made("telegram.ext.CallbackContext", place)))
    if library == TELEBOT:
        update = element_of(m, first, flow)
        return Args((m.attribute(update, one.kind.removesuffix("_handler"), flow, place),))
    if library == LINE:
        events = m.item(_decoded(m, first, place, flow), known("events"), flow, place)
        return Args((element_of(m, events, flow),))
    body = _decoded(m, m.item(origin(m, first, flow), known("body"), flow, place), place, flow)
    return Args((), tuple(_by_name(m, one.func, body, place, flow)))


def _by_name(m: Machine, func: Value, body: Value, place: Place, flow: Flow) -> Iterator[tuple[str, Value]]:
    """Slack's functions say by the names of their parameters what they want."""
    for param, _ in taken_by_name(func):
        if param.name in _SAYS:
            yield param.name, External(_SAYS[param.name])
        elif param.name == "client":
            yield param.name, Made("slack_sdk.WebClient", place)
        elif param.name in ("body", "command"):
            yield param.name, body
        elif param.name in _PARTS:
            yield param.name, m.item(body, known(_PARTS[param.name]), flow, place)


def _decoded(m: Machine, body: Value, place: Place, flow: Flow) -> Value:
    return m.parts.library(m, "json.loads", Args((body,)), place, flow, None)


def _name(func: Value) -> str:
    return str(getattr(getattr(func, "definition", None), "name", "listener"))
