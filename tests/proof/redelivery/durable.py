"""One execution of a durable function, from its start to its end, through all replays, by the SDK's own runner."""

from __future__ import annotations

import importlib
import json
import time
from typing import Any

from redelivery.world import World

PATIENCE = 60
"""Seconds that an execution may take; waits inside of it are skipped."""


def execute(world: World, event: Any, answer: Any = None) -> None:
    """Run the handler's execution to its end; an `answer` goes to its callback when it has suspended."""
    from aws_durable_execution_sdk_python_testing.runner import DurableFunctionTestRunner

    handler = importlib.import_module("handler").handler
    with DurableFunctionTestRunner(handler=handler, poll_interval=0.02) as runner:
        execution = runner.run_async(input=json.dumps(event))
        if answer is not None:
            callback = runner.wait_for_callback(execution, timeout=PATIENCE)
            _suspended(runner, execution)
            runner.send_callback_success(callback, json.dumps(answer).encode())
        runner.wait_for_result(execution, timeout=PATIENCE)


def _suspended(runner: Any, execution: str) -> None:
    """Come back when the first invocation of an execution is over."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        events = runner.get_execution_history(execution).events
        if any(event.event_type == "InvocationCompleted" for event in events):
            return
        time.sleep(0.02)
    raise TimeoutError("the execution did not suspend")
