"""Files: what is appended on a shared file system is appended again; /tmp is the run's own."""

from __future__ import annotations

from lintdem.analyses.domain import NONE, TRUE, Derived, Env, Flow, Known, Made, Value, leaves, text
from lintdem.analyses.machine import Args, Machine
from lintdem.analyses.trace import Invocation, Write
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


def opened(name: str, args: Args, place: Place, receiver: Value | None) -> Value | None:
    """An open file, by whatever call opens it: `gzip.open(path, mode)`, `path.open(mode)`."""
    if name in ("gzip.open", "bz2.open", "lzma.open", "codecs.open", "io.open", "aiofiles.open"):
        return Made("builtins.file", place, args.named())
    if name == "pathlib.Path.open" and isinstance(receiver, Made):
        path = dict(receiver.args).get("0", NONE)
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
