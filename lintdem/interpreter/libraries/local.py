"""Files: what is appended on a shared file system is appended again, what is made or removed there cannot be made or
removed a second time; /tmp is the run's own."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Claim, Derived, Env, Error, Failed, Known, Made, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.trace import Asked, Invocation, Write
from lintdem.interpreter.values import FALSE, NONE, TRUE, leaves, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place

_WRITES = frozenset({"write", "writelines", "writerow", "writerows"})


def call_file(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """A method of an open file; an effect when it appends to a shared one."""
    file = _file(receiver)
    if file is None or name.rpartition(".")[2] not in _WRITES:
        return None
    named = dict(file.args)
    mode = text(named.get("1", named.get("mode", NONE))) or "r"
    path = named.get("0", named.get("file", NONE))
    if "a" not in mode or not ("remote" in named or _is_shared(path)):
        return None
    write = Write(
        "accumulate", path, (), tuple((str(i), v) for i, v in enumerate(args.positional)), accumulates="append"
    )
    call = Invocation("file.append", "file", "append", Kind.WRITE, "appends again", args.named(), path, write=write)
    m.sites[place] = call
    m.effect(call, place, flow)
    return NONE


def _file(receiver: Value | None) -> Made | None:
    if isinstance(receiver, Made) and receiver.type.startswith("csv."):
        receiver = next((v for k, v in receiver.args if k in ("0", "csvfile", "f")), None)
    return receiver if isinstance(receiver, Made) and receiver.type == "builtins.file" else None


def opened(name: str, args: Args, place: Place, receiver: Value | None) -> Made | None:
    """An open file, by whatever call opens it: `gzip.open(path, mode)`, `path.open(mode)`."""
    if name in ("gzip.open", "bz2.open", "lzma.open", "codecs.open", "io.open", "aiofiles.open"):
        return Made("builtins.file", place, args.named())
    if name == "pathlib.Path.open" and isinstance(receiver, Made):
        path = _path(receiver)
        mode = args.get(0, "mode") or Known("r", "str")
        return Made("builtins.file", place, (("0", path), ("1", mode)))
    if name in _REMOTE:
        return Made("builtins.file", place, (*args.named(), ("remote", TRUE)))
    return None


_REMOTE = frozenset({"paramiko.SSHClient.open", "paramiko.SSHClient.file"})
"""Opens a file on another machine."""


def _is_shared(path: Value) -> bool:
    """On a mounted file system: the path begins with /mnt."""
    if isinstance(path, Known):
        return str(path.value).startswith("/mnt/")
    if isinstance(path, Derived) and path.parts:
        return _is_shared(path.parts[0])
    return not isinstance(path, Env) and any((text(leaf) or "").startswith("/mnt/") for leaf in leaves(path))


# --- what cannot be done twice ---

_MAKES = frozenset({"os.mkdir", "os.makedirs", "pathlib.Path.mkdir"})
_TAKES_AWAY = frozenset(
    {*(f"os.{name}" for name in ("rename", "renames", "replace", "remove", "unlink", "rmdir")), "shutil.move", "shutil.rmtree",
     *(f"pathlib.Path.{name}" for name in ("rename", "replace", "unlink", "rmdir"))}
)  # fmt: skip
_TOLERANT = ("exist_ok", "missing_ok", "ignore_errors", "onerror", "onexc")
_TAKEN = ("FileExistsError", "OSError")
_GONE = ("FileNotFoundError", "OSError")


def refuse_file(m: Machine, call: Invocation, args: Args, place: Place, flow: Flow) -> Invocation:
    """The call, which fails the second time when it makes a folder on a shared file system, or takes a file away there.
    https://docs.python.org/3/library/os.html#os.mkdir"""
    path = _path(call.target) if isinstance(call.target, Made) else args.get(0, "path") or args.get(0, "src")
    if path is None or not _is_of_event(path) or any(call.arg(name) not in (None, NONE, FALSE) for name in _TOLERANT):
        return call
    if call.name in _MAKES:
        return _take(m, call, path, place, flow)
    if call.name in _TAKES_AWAY:
        call = replace(call, gone=_GONE)
        m.sites[place] = call
        mark = Claim(place, f"a second {call.name}", path, useless="the file is gone", record=False)
        m.can_raise(Error(_GONE, place, mark), flow, frozenset({Failed(mark)}))
    return call


def create_file(m: Machine, name: str, args: Args, file: Made, place: Place, flow: Flow) -> None:
    """`open(path, "x")`: the file of the first run is in the way. What is opened to be written is there afterwards."""
    named = dict(file.args)
    path, mode = named.get("0", named.get("file", NONE)), text(named.get("1", named.get("mode", NONE))) or "r"
    call = Invocation(name, "os", "open", Kind.SET, "opens the file again", args.named())
    if "x" in mode and _is_of_event(path):
        _take(m, call, path, place, flow)
    elif "r" not in mode and _is_shared(path):
        m.record(Asked(place, replace(call, kind=Kind.READ), must=flow.must, may=flow.may))


def _take(m: Machine, call: Invocation, path: Value, place: Place, flow: Flow) -> Invocation:
    """A name that only the first run gets, so it holds the second one back as well."""
    call = replace(call, already=_TAKEN)
    m.sites[place] = call
    claim = Claim(place, f"the path that {call.name} makes", path, record=False)
    m.claim(claim, flow)
    m.can_raise(Error(_TAKEN, place, claim), flow, frozenset({Failed(claim)}))
    flow.must |= {claim}
    return call


def _path(made: Made) -> Value:
    """The whole path of a `Path("/mnt", name)`."""
    steps = tuple(step for name, step in made.args if name.isdigit())
    return Derived("format", steps) if len(steps) != 1 else steps[0]


def _is_of_event(path: Value) -> bool:
    """One path for all events is there, or gone, since the first of them."""
    return _is_shared(path) and not isinstance(path, Known)
