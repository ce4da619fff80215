"""unfinished-background-work: what is done when the handler returns; threads are held up until then."""

from __future__ import annotations

import threading

from redelivery import World


def visit(world: World) -> str:
    """Another thread than the handler's gets the processor only when the handler waits for it."""
    world.table("visits", "page")
    frozen = threading.Event()
    started = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        run = thread.run

        def later() -> None:
            frozen.wait(0.5)
            if not frozen.is_set():
                run()

        thread.run = later  # type: ignore[method-assign]
        started(thread)

    setattr(threading.Thread, "start", start)  # noqa: B010 - mypy has no word for the replacement
    ended = world.deliver({"page": "/"})
    frozen.set()
    assert ended.error is None, ended.error
    return "" if world.items("visits") else "the sandbox is frozen before the visit is noted"


PROOFS = {
    "Bad / A thread that is started and forgotten": visit,
    "Bad / An executor that lives as long as the sandbox": visit,
    "Bad / A task of the event loop": visit,
    "Good / The thread is joined": visit,
    "Good / The block waits": visit,
    "Good / The task is awaited": visit,
}
