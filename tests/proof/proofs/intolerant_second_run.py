"""intolerant-second-run: the second delivery fails because the first one succeeded."""

from __future__ import annotations

from botocore.exceptions import ClientError
from redelivery import World, eventbridge, s3, sqs, stream


def execution(world: World) -> str:
    """The queue delivers a message again when its execution has ended."""
    machine = world.machine("orders")
    names: set[str] = set()

    def start(params: dict[str, str]) -> dict[str, str]:
        # Step Functions refuses the name of an execution that ended, for 90 days; moto takes it when the input is the same.
        if params["name"] in names:
            raise world.client("stepfunctions").exceptions.ExecutionAlreadyExists(
                {"Error": {"Code": "ExecutionAlreadyExists", "Message": "taken"}}, "StartExecution"
            )
        names.add(params["name"])
        return {"executionArn": machine}

    world.account.stubs["stepfunctions.StartExecution"] = start
    return world.repeat(sqs({"order_id": "o-1"}))


def task(world: World) -> str:
    """A stream or a bus delivers again when the task has its answer."""
    answered: set[str] = set()

    def answer(params: dict[str, str]) -> dict[str, str]:
        if params["taskToken"] in answered:
            raise ClientError({"Error": {"Code": "TaskTimedOut", "Message": "no such task"}}, "SendTaskSuccess")
        answered.add(params["taskToken"])
        return {}

    world.account.stubs["stepfunctions.SendTaskSuccess"] = answer
    by_stream = "dynamodb" in (world.folder / "handler.py").read_text(encoding="utf-8")
    return world.repeat(
        stream({"id": "a-1"}, {"id": "a-1", "token": "t-1"}) if by_stream else eventbridge({"token": "t-1"})
    )


def file(world: World) -> str:
    """S3 sends a notification again when the file has been moved."""
    world.bucket("inbox", report="1")
    world.bucket("archive")
    return world.repeat(s3("inbox", "report"))


PROOFS = {
    "Bad / An execution named by the order": execution,
    "Bad / A task token that is spent": task,
    "Bad / A file that is moved away": file,
    "Good / Taken means started": execution,
    "Good / Spent means answered": task,
}
