"""Events as their sources send them, and what changes in them when they come again."""

from __future__ import annotations

import copy
import json
import time
import uuid
from datetime import datetime, timezone
from typing import Any

Event = dict[str, Any]

ACCOUNT = "123456789012"
REGION = "eu-west-1"
_SQS = f"arn:aws:sqs:{REGION}:{ACCOUNT}:"
_TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"


def _text(body: object) -> str:
    return body if isinstance(body, str) else json.dumps(body)


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _millis() -> str:
    return str(int(time.time() * 1000))


def sqs(*bodies: object, queue: str = "work", **attributes: str) -> Event:
    """A batch of messages, each sent now."""
    return {"Records": [_message(body, queue, attributes) for body in bodies]}


def _message(body: object, queue: str, attributes: dict[str, str]) -> Event:
    sent = _millis()
    times = {"SentTimestamp": sent, "ApproximateFirstReceiveTimestamp": sent}
    return {
        "messageId": str(uuid.uuid4()), "receiptHandle": uuid.uuid4().hex, "body": _text(body),
        "attributes": {"ApproximateReceiveCount": "1", "SenderId": "AIDA", **times, **attributes},
        "messageAttributes": {}, "md5OfBody": "0" * 32, "eventSource": "aws:sqs", "eventSourceARN": _SQS + queue, "awsRegion": REGION,
    }  # fmt: skip


def sns(message: object) -> Event:
    """One notification."""
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
    body: Event = {"Type": "Notification", "MessageId": str(uuid.uuid4()), "TopicArn": topic, "Subject": None, "Message": _text(message),
            "Timestamp": _now(), "MessageAttributes": {}}  # fmt: skip
    return {
        "Records": [
            {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{topic}:1", "Sns": body}
        ]
    }


def eventbridge(detail: Event, kind: str = "order.placed", source: str = "shop", at: str = "") -> Event:
    """An event of a bus."""
    return {"version": "0", "id": str(uuid.uuid4()), "detail-type": kind, "source": source, "account": ACCOUNT, "time": at or _now(),
            "region": REGION, "resources": [], "detail": detail}  # fmt: skip


def schedule(at: str = "") -> Event:
    """A tick of a rule."""
    event = eventbridge({}, "Scheduled Event", "aws.events", at)
    return {**event, "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly"]}


def s3(bucket: str, key: str, sequencer: str = "0055AED6DCD90281E5", name: str = "ObjectCreated:Put") -> Event:
    """A notification about one object."""
    held = {"key": key, "size": 10, "eTag": "d41d8cd98f00b204e9800998ecf8427e", "sequencer": sequencer}
    about = {"bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"}, "object": held}
    return {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": REGION, "eventTime": _now(), "eventName": name,
                         "responseElements": {"x-amz-request-id": uuid.uuid4().hex}, "s3": about}]}  # fmt: skip


def stream(keys: Event, new: Event | None = None, old: Event | None = None, name: str = "INSERT") -> Event:
    """A change of one item; the images are given as Python values."""
    from boto3.dynamodb.types import TypeSerializer

    def typed(image: Event) -> Event:
        return {key: TypeSerializer().serialize(value) for key, value in image.items()}

    images = {"NewImage": new, "OldImage": old}
    change = {"Keys": typed(keys), "SequenceNumber": str(uuid.uuid4().int % 10**21), "ApproximateCreationDateTime": time.time(),
              **{key: typed(image) for key, image in images.items() if image is not None}}  # fmt: skip
    return {"Records": [{"eventID": uuid.uuid4().hex, "eventName": name, "eventSource": "aws:dynamodb", "awsRegion": REGION,
                         "eventSourceARN": _TABLE + "t/stream/x", "dynamodb": change}]}  # fmt: skip


def api(
    body: object = None, method: str = "POST", path: str = "/orders", headers: Event | None = None, **parameters: str
) -> Event:
    """A request through API Gateway (REST)."""
    context = {"accountId": ACCOUNT, "stage": "prod", "requestId": str(uuid.uuid4()), "requestTimeEpoch": int(_millis()),
               "resourcePath": path, "httpMethod": method, "identity": {"sourceIp": "192.0.2.1"}, "path": path}  # fmt: skip
    return {"resource": path, "path": path, "httpMethod": method, "headers": {"Content-Type": "application/json", **(headers or {})},
            "multiValueHeaders": {}, "queryStringParameters": None, "pathParameters": parameters or None, "requestContext": context,
            "body": None if body is None else _text(body), "isBase64Encoded": False}  # fmt: skip


def again(event: Event) -> Event:
    """The same delivery once more, as its source repeats it: what a retry changes is changed."""
    event = copy.deepcopy(event)
    for record in event.get("Records", []):
        if record.get("eventSource") == "aws:sqs":
            record["receiptHandle"] = uuid.uuid4().hex
            count = int(record["attributes"]["ApproximateReceiveCount"]) + 1
            record["attributes"]["ApproximateReceiveCount"] = str(count)
    if "requestContext" in event:
        event["requestContext"]["requestId"] = str(uuid.uuid4())
        event["requestContext"]["requestTimeEpoch"] += 1500
    return event


def redriven(event: Event) -> Event:
    """The same fact sent again, by a redrive of the dead-letter queue or by its producer: ids and times of the delivery are new."""
    event = again(event)
    for record in event.get("Records", []):
        if "messageId" in record:
            record["messageId"] = str(uuid.uuid4())
            record["attributes"]["SentTimestamp"] = record["attributes"]["ApproximateFirstReceiveTimestamp"] = _millis()
        if "Sns" in record:
            record["Sns"]["MessageId"] = str(uuid.uuid4())
    if "detail-type" in event:
        event["id"] = str(uuid.uuid4())
    return event
