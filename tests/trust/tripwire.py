"""Run lintdem, or a planted misdeed, in a process that ends with 86 at the first thing that no run may ever do.

    python tripwire.py '{"root": …, "writes": […], "log": …}' check …

What counts are the events that the interpreter itself reports (`sys.addaudithook`), so nothing gets past by another name.
Processes that lintdem starts for its own parser are watched in the same way.
"""

# Paths are what the interpreter tells of: text, and pathlib would raise events of its own.
# ruff: noqa: PTH100, PTH109, PTH119, PTH120, PLC0415

from __future__ import annotations

import json
import os
import runpy
import sys
from types import CodeType
from typing import Any

TRIPPED = 86
MARK = " ".join(("a text that stands in every trap", "and nowhere else"))
"""Whatever is compiled of a trap holds it, also when it is handed to `exec` under another name."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGING = {
    "os.remove": 1, "os.rename": 2, "os.rmdir": 1, "os.mkdir": 1, "os.link": 2, "os.symlink": 2, "os.chmod": 1, "os.chown": 1,
    "os.truncate": 1, "os.utime": 1, "os.setxattr": 1, "shutil.rmtree": 1, "shutil.copyfile": 2, "shutil.move": 2,
}  # fmt: skip
"""Events that tell of changes, and how many paths they begin with."""
_STARTING = ("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn")
_NET = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "socket.getnameinfo")
_OTHERS = ("pickle.find_class", "urllib.Request", "webbrowser.open")


class Tripwire:
    """What is allowed in this process: to read `root`, and to write below the places in `writes`."""

    def __init__(self, told: str) -> None:
        self.told = told
        bounds = json.loads(told)
        self.root = bounds["root"]
        self.writes = tuple(bounds["writes"])
        self.log = os.open(bounds["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        fault = self.fault(event, arguments)
        if fault:
            os.write(self.log, f"{fault}: {event}{arguments!r}"[:2000].encode(errors="backslashreplace") + b"\n")
            os._exit(TRIPPED)

    def fault(self, event: str, arguments: tuple[Any, ...]) -> str:
        """What is wrong with an event, "" if nothing."""
        if event == "exec":
            return "code of the project is run" if self.is_foreign(arguments[0]) else ""
        if event == "compile":
            return "code of the project is compiled" if self.is_file_inside(arguments[1]) else ""
        if event == "open":
            return self.opened(*arguments)
        if event in ("os.listdir", "os.scandir"):
            return "a link is followed out of the project" if self.is_led_out(arguments[0]) else ""
        if event in _CHANGING:
            paths = arguments[: _CHANGING[event]]
            return "" if all(self.may_write(path) for path in paths) else "something is changed that nobody named"
        if event in ("subprocess.Popen", "os.posix_spawn"):  # from Python 3.13 on the first does the second
            return "" if self.is_known(arguments[0], arguments[1]) else "a program is started"
        if event == "ctypes.dlopen":  # without a name it is the process itself, which has nothing of the project
            return "a library is loaded" if arguments[0] else ""
        if event in _NET:
            return "the network is asked"
        return "never" if event in _OTHERS or event.startswith(_STARTING) else ""

    def opened(self, path: Any, mode: Any, flags: int) -> str:
        """A file that is opened: where links lead counts, and whether it is written."""
        if isinstance(path, int) or path is None:
            return ""
        if self.is_led_out(os.path.dirname(os.path.abspath(os.fsdecode(path))) if flags & os.O_NOFOLLOW else path):
            return "a link is followed out of the project"
        return "" if not flags & _WRITING or self.may_write(path) else "something is written that nobody named"

    def is_foreign(self, code: Any) -> bool:
        """Whether code stands in the project, or is a trap."""
        if not isinstance(code, CodeType):
            return False
        inner = any(isinstance(one, CodeType) and self.is_foreign(one) for one in code.co_consts)
        return inner or MARK in code.co_consts or self.is_file_inside(code.co_filename)

    def is_file_inside(self, name: Any) -> bool:
        """Whether the name that code goes by is a file of the project; `<string>` is none, nor is one without a name."""
        return bool(name) and not str(name).startswith("<") and self.is_inside(name)

    def is_inside(self, path: Any) -> bool:
        """Whether a path, as it is written, is one of the project."""
        return isinstance(path, (str, bytes)) and _below(os.path.abspath(os.fsdecode(path)), self.root)

    def is_led_out(self, path: Any) -> bool:
        """Whether a path of the project is one of somewhere else."""
        return self.is_inside(path) and not _below(os.path.realpath(os.fsdecode(path)), self.root) and not self.may_write(path)

    def may_write(self, path: Any) -> bool:
        """Whether it leads to a place that was named."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return True
        real = os.path.realpath(os.fsdecode(path))
        return real == os.devnull or any(_below(real, place) for place in self.writes)

    def is_known(self, program: Any, arguments: Any) -> bool:
        """Git, and the process that lowers files."""
        words = [os.fsdecode(one) for one in arguments]
        own = words[:3] == [sys.executable, "-I", "-c"] and "lintdem.syntax.workers import serve" in words[3]
        return own or os.path.basename(words[0]) == "git"


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _fit_workers(told: str) -> None:
    """Put the same wire into the processes that lintdem starts."""
    from lintdem.syntax import workers

    wired = f"import runpy; runpy.run_path({__file__!r})['watch']({told!r})\n"
    workers._START = wired + workers._START


def watch(told: str) -> None:
    """From here on nothing goes unseen. What the wire itself needs is loaded; what Python would keep of it is not written."""
    sys.dont_write_bytecode = True
    sys.addaudithook(Tripwire(told))


if __name__ == "__main__":
    bounds, *arguments = sys.argv[1:]
    watch(bounds)
    if arguments[0] == "plant":
        exec(compile(arguments[1], "<misdeed>", "exec"))
        sys.exit(0)
    _fit_workers(bounds)
    sys.argv[:] = ["lintdem", *arguments]
    sys.path[0] = os.getcwd()  # as `python -m lintdem` has it
    runpy.run_module("lintdem", run_name="__main__", alter_sys=True)
