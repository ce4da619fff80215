"""How a moment is told: as a datetime with an offset or without, in which zone, or as a number of seconds or milliseconds.

A form is two words: "aware utc", "naive local" (the zone of the process), "naive ?" for a datetime, "number seconds" for a
number. A `?` says that it is not known. A datetime made from a value `v` is `Derived("moment <form>", (v,))`; a clock
carries its form.
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Derived, External, Fresh, Known, Method, Path, Value
from lintdem.interpreter.machine import Args
from lintdem.interpreter.values import NONE, leaves, text

MOMENT = "moment "
MADE = ("moment aware", "moment naive")
"""How datetimes begin whose offset is known."""
SECONDS = "number seconds"
WRITES = frozenset({"isoformat", "strftime", "ctime", "__str__"})
"""Methods that make text of a moment."""
_TEXT = "told "
_CLOCKS = {
    "datetime.datetime.utcnow": "naive utc", "datetime.datetime.today": "naive local", "time.time": SECONDS,
    "time.time_ns": "number nanoseconds", "arrow.utcnow": "aware utc", "arrow.now": "aware ?", "pendulum.now": "aware ?",
}  # fmt: skip


def clock_form(name: str, args: Args) -> str:
    """How the clock that is read by calling `name` tells the time."""
    if name != "datetime.datetime.now":
        return _CLOCKS.get(name, "")
    return _zoned(args.get(0, "tz"), "naive local")


def _zoned(zone: Value | None, without: str) -> str:
    """The form of a datetime that is given this `tzinfo`; `without` is its form when it is given none. The `tzinfo` of
    another moment is none where that one has no offset."""
    if zone is None or zone == NONE:
        return without
    others = [v for v in leaves(zone) if isinstance(v, Method) and v.name == "tzinfo"]
    if not others:
        return "? ?" if any(isinstance(v, Path) and v.steps[-1:] == ("tzinfo",) for v in leaves(zone)) else f"aware {_zone(zone)}"
    forms = {form_of(other.receiver) for other in others}
    kind, _, name = (forms.pop() if len(forms) == 1 else "").partition(" ")
    return without if kind == "naive" else f"aware {name}" if kind == "aware" else "? ?"


def _zone(zone: Value) -> str:
    """What a `tzinfo` stands for: "utc", "elsewhere", "?"."""
    found = leaves(zone)
    names = [v.name for v in found if isinstance(v, External)] + [word for v in found if (word := text(v))]
    if any(name.rpartition(".")[2].lower() in ("utc", "utc()", "tzutc") or name.lower().endswith("/utc") for name in names):
        return "utc"
    if any("/" in name for name in names):
        return "elsewhere"
    spans = [v.value for v in found if isinstance(v, Known) and isinstance(v.value, (int, float))]
    return ("elsewhere" if any(spans) else "utc") if spans else "?"


def dated(name: str, args: Args, value: Value) -> Value:
    """What a function that makes datetimes gives, with its form."""
    form = _made_form(name, args)
    if not form and value in args.all():
        # `localize`, `make_aware`: what else a library makes of a moment is not known.
        return plain(value)
    given = args.get(0)
    told = given if given is not None and not isinstance(given, Known) else value
    return Derived(f"{MOMENT}{form}", (plain(told),)) if form else value


def _made_form(name: str, args: Args) -> str:
    if not name.startswith("datetime.datetime."):
        return "? ?" if name in ("dateutil.parser.parse", "dateutil.parser.isoparse") else ""
    short, given = name.rpartition(".")[2], args.get(0)
    if short == "strptime":
        wanted = text(args.get(1, "format") or NONE)
        if wanted is None:
            return "? ?"
        return "aware ?" if "%z" in wanted else "naive utc" if wanted.endswith("Z") else "naive ?"
    if short == "fromisoformat":
        told = given.op if isinstance(given, Derived) and given.op.startswith(_TEXT) else ""
        return told.removeprefix(_TEXT) or ("iso ?" if isinstance(given, Path) else "? ?")
    if short == "fromtimestamp":
        return _zoned(args.get(1, "tz"), "naive local")
    return "naive utc" if short == "utcfromtimestamp" else ""


def shifted(name: str, args: Args, value: Value) -> Value | None:
    """What a method gives that tells a moment in another form; None when it does not."""
    if name in ("replace", "strip", "rstrip", "removesuffix") and args.positional:
        return _without_zone(name, args, value)
    form = form_of(value)
    named = dict(args.keywords)
    if name == "replace" and "tzinfo" in named:
        zone = form.partition(" ")[2] or "?"
        return _as(value, _zoned(named["tzinfo"], f"naive {zone}"))
    if name == "astimezone":
        zone_given = args.get(0, "tz")
        return _as(value, f"aware {_zone(zone_given) if zone_given is not None else 'local'}")
    if not form or form.startswith("number"):
        return None
    return _as(value, SECONDS) if name == "timestamp" else None


def _without_zone(name: str, args: Args, value: Value) -> Value | None:
    """`text.replace("Z", "+00:00")`, `text.rstrip("Z")`: whether an offset still stands in the text of a moment."""
    if text(args.positional[0]) not in ("Z", "z", "+00:00", "+0000") or isinstance(value, Known):
        return None
    put = text(args.get(1) or NONE) if name == "replace" else ""
    if put is None:
        return None
    return Derived(f"{_TEXT}{'aware' if put.startswith(('+', 'Z')) else 'naive'} utc", (plain(value),))


def _as(value: Value, form: str) -> Value:
    if isinstance(value, Fresh):
        return replace(value, form=form)
    return Derived(f"{MOMENT}{form}", (plain(value),)) if not isinstance(value, Known) else value


def plain(value: Value) -> Value:
    """The value without its form: as text it has none."""
    if isinstance(value, Fresh) and value.form:
        return replace(value, form="")
    return value.parts[0] if isinstance(value, Derived) and value.op.startswith((MOMENT, _TEXT)) else value


def form_of(value: Value) -> str:
    """The form that a value itself carries."""
    if isinstance(value, Fresh):
        return value.form
    return value.op.removeprefix(MOMENT) if isinstance(value, Derived) and value.op.startswith(MOMENT) else ""
