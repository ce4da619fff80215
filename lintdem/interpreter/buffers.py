"""Files in memory and files without a name: what is written to them comes out again.

A buffer is a list of the kind `BUFFER` on the heap: its items are what was written, in order. It gives them back
as one text, so that an object that is read, grown in a buffer and put back is seen to come from itself.
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Derived, Known, ListObj, Made, Ref, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.values import NONE, known, text
from lintdem.model.span import Place

BUFFER = "buffer"
_FILES = frozenset({"io.StringIO", "io.BytesIO", "tempfile.TemporaryFile", "tempfile.SpooledTemporaryFile"})
_WRAPPERS = frozenset({"io.TextIOWrapper", "io.BufferedReader", "io.BufferedWriter", "io.BufferedRandom"})
_WRITES = frozenset({"write", "writelines"})
_READS = frozenset({"read", "getvalue", "getbuffer", "readline", "readlines", "readall", "read1"})
_ROWS = frozenset(
    f"csv.{kind}.{method}" for kind in ("writer", "DictWriter") for method in ("writerow", "writerows", "writeheader")
)
_DUMPS = frozenset({"json.dump", "simplejson.dump", "pickle.dump", "yaml.dump", "yaml.safe_dump"})
_KEEPS = frozenset({"csv.writer", "csv.DictWriter"})
_MAX = 24


def call_buffer(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """Open a buffer, or write to one through the standard library; None for any other call."""
    first = args.positional[0] if args.positional else None
    if name in _FILES:
        start = dict(args.keywords).get("initial_bytes") or dict(args.keywords).get("initial_value") or first
        items = (start,) if start is not None and name.startswith("io.") and start != NONE else ()
        return m.new(flow, ListObj(BUFFER, items, False, place))
    if name in _WRAPPERS and first is not None and is_buffer(m, first, flow):
        return first
    if name in _KEEPS and first is not None and is_buffer(m, first, flow):
        return Made(name, place, args.named())
    return _write_through(m, name, args, place, flow, receiver)


def _write_through(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """Rows of a CSV writer, JSON and copies that go to a buffer."""
    first, target = (*args.positional, None, None)[:2]
    if name in _ROWS and isinstance(receiver, Made):
        target = dict(receiver.args).get("0")
        first = first if first is not None else dict(receiver.args).get("fieldnames", known(""))
    elif name in _DUMPS and first is not None:
        first = Derived("dumps", (first,), place)
    elif name != "shutil.copyfileobj":
        return None
    if first is None or target is None or not is_buffer(m, target, flow):
        return None
    write(m, target, first, flow)
    return NONE


def handed_on(m: Machine, name: str, args: Args, flow: Flow, receiver: Value | None) -> Args:
    """The arguments of a library call with buffers as what they hold; an empty one is filled by the call."""
    if not any(is_buffer(m, value, flow) for value in args.all()):
        return args
    for value in args.all():
        found = m.get(flow, value)
        if isinstance(found, ListObj) and found.kind == BUFFER and not found.items:
            others = tuple(v for v in (receiver, *args.all()) if v is not None and v != value and not isinstance(v, Known))
            write(m, value, Derived("call", others) if others else Unknown(f"what {name} writes"), flow)
    keywords = tuple((k, held(m, v, flow)) for k, v in args.keywords)
    return replace(args, positional=tuple(held(m, v, flow) for v in args.positional), keywords=keywords)


def held(m: Machine, value: Value, flow: Flow) -> Value:
    """A value, or what it holds if it is a buffer."""
    found = m.get(flow, value)
    return content(found) if isinstance(found, ListObj) and found.kind == BUFFER else value


def is_buffer(m: Machine, value: Value, flow: Flow) -> bool:
    """Whether a value is a file whose content is followed."""
    found = m.get(flow, value)
    return isinstance(found, ListObj) and found.kind == BUFFER


def write(m: Machine, buffer: Value, value: Value, flow: Flow) -> None:
    """Add to what a buffer holds."""
    found = m.get(flow, buffer)
    if isinstance(buffer, Ref) and isinstance(found, ListObj):
        m.put(flow, buffer, replace(found, items=tuple(dict.fromkeys((*found.items, value)))[-_MAX:]))


def buffer_method(m: Machine, ref: Ref, buffer: ListObj, name: str, args: Args, flow: Flow) -> Value:
    """A method of a buffer."""
    first = args.positional[0] if args.positional else NONE
    if name in _WRITES:
        write(m, ref, args.positional[-1] if args.positional else first, flow)
        return NONE
    if name in _READS:
        return content(buffer)
    if name == "truncate" and first == known(0):
        m.put(flow, ref, replace(buffer, items=()))
        return NONE
    if name in ("__enter__", "detach"):
        return ref
    if name in ("seek", "flush", "close", "truncate", "__exit__"):
        return NONE
    return Unknown(f"what {name} returns")


def content(buffer: ListObj) -> Value:
    """All that was written, as one text."""
    if not buffer.items:
        return known("")
    if len(buffer.items) == 1:
        return buffer.items[0]
    if all(isinstance(item, Known) for item in buffer.items):
        return known("".join(text(item) or "" for item in buffer.items))
    return Derived("format", buffer.items)
