"""untracked-custom-resource: CloudFormation asks, and Lambda asks again for it."""

from __future__ import annotations

import json
from typing import Any

from redelivery import Context, World

RESPONSE = """
import json
import requests
SUCCESS, FAILED = "SUCCESS", "FAILED"
def send(event, context, status, data, physicalResourceId=None, noEcho=False, reason=None):
    name = physicalResourceId or context.log_stream_name
    requests.put(event["ResponseURL"], data=json.dumps({"Status": status, "PhysicalResourceId": name}))
"""
"""What Lambda puts beside code inside of a template.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html"""


def request(kind: str, properties: dict[str, str], **more: str) -> dict[str, Any]:
    """What CloudFormation sends."""
    return {
        "RequestType": kind, "RequestId": f"request-{kind}", "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1",
        "LogicalResourceId": "Thing", "ResponseURL": "https://cloudformation.example/answer", "ResourceType": "Custom::Thing",
        "ResourceProperties": properties, **more,
    }  # fmt: skip


def instance(world: World) -> str:
    """The sandbox dies when the instance is there."""
    event = request("Create", {"Image": "ami-1"})
    world.crash("after", "ec2.RunInstances")
    world.deliver(event)
    answer = world.deliver(event).result
    left = world.count("ec2.RunInstances") - 1
    assert answer["PhysicalResourceId"]
    return f"{left} instance that no stack knows" if left else ""


def site(world: World) -> str:
    """The stack is updated in another sandbox; what was replaced is deleted."""
    (world.folder / "cfnresponse.py").write_text(RESPONSE, encoding="utf-8")
    world.bucket("site")
    names: list[str] = []
    for kind, stream in (("Create", "stream-1"), ("Update", "stream-2")):
        more = {"PhysicalResourceId": names[-1]} if names else {}
        ended = world.deliver(request(kind, {"Bucket": "site"}, **more), context=Context(log_stream_name=stream))
        assert ended.error is None, ended.error
        names.append(json.loads(world.web.done[-1].body)["PhysicalResourceId"])
    if names[0] == names[1]:
        return ""
    world.deliver(request("Delete", {"Bucket": "site"}, PhysicalResourceId=names[0]))
    return "" if any("index.html" in seen for seen in world.outside()) else "the page in use is deleted after an update"


PROOFS = {
    "Bad / An instance for each try": instance,
    "Bad / An answer under the name of a log stream": site,
    "Good / The request is the token": instance,
    "Good / A name that stays": site,
}
UNPROVED = {"Bad / With crhelper, in another module": "crhelper answers CloudFormation over a connection of its own"}
