"""Runs proofs, each in a process of its own: the libraries are imported once, then a fork starts with an empty account.

Reads one request a line from standard input (`{"proof": "unguarded_effect", "case": "Bad / …", "files": {…}}`) and answers with one
line (`{"harm": "…"}` or `{"error": "…"}`).
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _warm_up()
    for line in sys.stdin:
        answers.write(json.dumps(_in_fork(json.loads(line))) + "\n")
        answers.flush()


def _warm_up() -> None:
    import boto3
    import moto

    for name in ("requests", "aws_lambda_powertools.utilities.idempotency"):
        importlib.import_module(name)
    with moto.mock_aws():
        boto3.client(
            "dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        ).list_tables()


def _in_fork(request: dict[str, Any]) -> dict[str, str]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(_prove(request)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    answer: dict[str, str] = json.loads(text) if text else {"error": "the proof ended without an answer"}
    return answer


def _prove(request: dict[str, Any]) -> dict[str, str]:
    try:
        proof = importlib.import_module(f"proofs.{request['proof']}").PROOFS[request["case"]]
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder).resolve()
            for name, text in request["files"].items():
                file = place / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            from redelivery.world import World

            return {"harm": proof(World(place))}
    except BaseException:
        return {"error": traceback.format_exc()}


if __name__ == "__main__":
    main()
