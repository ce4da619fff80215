"""Generated repositories, each of one shape and of any size: many handlers, a deep chain of calls, a wide fan-out, one long
function, one large dict, functions that call one another in a circle.

    python bench/generate.py handlers 2000 /tmp/handlers

The same shape and size give the same files, to the byte.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

_HEAD = """\
import os

import boto3

TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE"])
SES = boto3.client("ses")
"""

_HANDLER = '''{head}

def total(order):
    amount = 0
    for line in order["lines"]:
        amount += line["price"] * line["count"]
    return amount


def save(order):
    TABLE.put_item(Item={{"id": order["id"], "kind": "{number}", "total": total(order)}})
    TABLE.update_item(
        Key={{"id": order["customer"]}},
        UpdateExpression="ADD orders :one",
        ExpressionAttributeValues={{":one": 1}},
    )


def notify(order):
    if order.get("email"):
        SES.send_email(Source="shop@example.com", Destination={{"ToAddresses": [order["email"]]}}, Message={{}})


def handler(event, context):
    for record in event["Records"]:
        order = record["body"]
        try:
            save(order)
            notify(order)
        except KeyError:
            print("not an order", order)
'''
_RESOURCE = """\
  Function{number}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: handler{number}.handler
      Runtime: python3.12
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders{number}.Arn
  Orders{number}:
    Type: AWS::SQS::Queue
"""
_TEMPLATE = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n"

Files = dict[str, str]


def handlers(size: int) -> Files:
    """So many handlers, each with a file and a queue of its own, in one template."""
    files = {f"src/handler{n}.py": _HANDLER.format(head=_HEAD, number=n) for n in range(size)}
    return files | {"template.yaml": _TEMPLATE + "".join(_RESOURCE.format(number=n) for n in range(size))}


def chain(size: int) -> Files:
    """One handler, and so many functions of which each calls the next."""
    steps = [f"def step{n}(order):\n    order = dict(order, step{n}={n})\n    return step{n + 1}(order)\n" for n in range(size)]
    last = f"def step{size}(order):\n    TABLE.put_item(Item=order)\n    return order\n"
    return _one([*steps, last], 'step0({"id": event["id"]})')


def fanout(size: int) -> Files:
    """One handler that calls so many functions, all of which call the same two."""
    shared = [
        'def price(order):\n    return order["price"] * 2\n',
        'def save(kind, order):\n    TABLE.put_item(Item={"id": order["id"], "kind": kind, "price": price(order)})\n',
    ]
    branches = [f'def branch{n}(order):\n    if order.get("kind") == {n}:\n        save("kind{n}", order)\n' for n in range(size)]
    return _one([*shared, *branches], "\n    ".join(f"branch{n}(event)" for n in range(size)))


def function(size: int) -> Files:
    """One function of about so many lines: tests, assignments and writes."""
    part = """\
    value{n} = event.get("field{n}")
    if value{n} is None:
        value{n} = str(event["id"])
    TABLE.put_item(Item={{"id": event["id"], "part": value{n}}})
    print("part", value{n})"""
    return _one([], "\n".join(part.format(n=n) for n in range(size // 5)).strip())


def table(size: int) -> Files:
    """One dict of so many entries, of which a handler looks one up."""
    entries = "".join(f'    "code{n}": "text of {n}",\n' for n in range(size))
    return _one([f"CODES = {{\n{entries}}}\n"], 'TABLE.put_item(Item={"id": event["id"], "code": CODES[event["code"]]})')


def circle(size: int) -> Files:
    """So many functions that call one another crosswise."""
    part = """\
def part{n}(order, depth):
    if depth > {n}:
        return part{next}(order, depth - 1)
    if order.get("kind") == {n}:
        TABLE.put_item(Item={{"id": order["id"], "part": {n}}})
    return part{other}(order, depth - 2)
"""
    parts = [part.format(n=n, next=(n + 1) % size, other=(n * 7 + 3) % size) for n in range(size)]
    return _one(parts, 'part0(event, event["depth"])')


def _one(functions: list[str], body: str) -> Files:
    """One handler in one file, with one template."""
    code = "\n\n".join([_HEAD.rstrip("\n") + "\n", *functions, f"def handler(event, context):\n    {body}\n"])
    return {"src/handler0.py": code, "template.yaml": _TEMPLATE + _RESOURCE.format(number=0)}


SHAPES: dict[str, Callable[[int], Files]] = {
    "handlers": handlers, "chain": chain, "fanout": fanout, "function": function, "table": table, "circle": circle,
}  # fmt: skip


def write(shape: str, size: int, folder: Path) -> int:
    """Write a repository; gives the number of its lines of Python."""
    lines = 0
    for name, text in SHAPES[shape](size).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        lines += text.count("\n") if name.endswith(".py") else 0
    return lines


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in SHAPES:
        sys.exit(f"usage: generate.py {'|'.join(SHAPES)} SIZE FOLDER")
    sys.stdout.write(f"{write(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))} lines\n")
