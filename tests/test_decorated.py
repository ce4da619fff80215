"""Functions under the same decorators are runs of their own."""

from __future__ import annotations

from lintdem.session import check_files

_HEAD = """\
import functools

import boto3

sns = boto3.client("sns")


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


"""
_LONG = 1_400


def test_a_long_function_leaves_the_others_their_share() -> None:
    """However much there is to run in the first function under two decorators, the next one is followed."""
    reads = "".join(f"    x{n} = event.get('x{n}')\n" for n in range(_LONG))
    long = f"@logged\n@timed\ndef collect(event):\n{reads}    return x1\n\n\n"
    short = '@logged\n@timed\ndef tell(event):\n    sns.publish(TopicArn="t", Message=event["detail"]["text"])\n\n\n'
    handler = "def handler(event, context):\n    collect(event)\n    tell(event)\n"
    report = check_files({"app.py": _HEAD + long + short + handler})
    assert [finding.code for finding in report.findings if finding.level != "note"] == ["LDM101"]
