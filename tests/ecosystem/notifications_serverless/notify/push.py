"""Pushes to telephones, through a provider."""

import json
import uuid

import requests


def handler(event, context):
    message = json.loads(event["Records"][0]["body"])
    answer = requests.post(
        "https://push.example.com/v1/messages",
        json={"to": message["device"], "text": message["text"]},
        headers={"Idempotency-Key": str(uuid.uuid4())},
        timeout=5,
    )
    answer.raise_for_status()
