"""Custom resource: the database cluster behind the shop's search."""

from __future__ import annotations

import json
from typing import Any

import boto3
import urllib3

dsql = boto3.client("dsql")
http = urllib3.PoolManager()


def handler(event: dict[str, Any], context: Any) -> None:
    try:
        physical_id = apply(event)
    except Exception as error:  # CloudFormation waits an hour for an answer, so it gets one
        physical_id = event.get("PhysicalResourceId", event["RequestId"])
        respond(event, "FAILED", physical_id, str(error))
        return
    respond(event, "SUCCESS", physical_id)


def apply(event: dict[str, Any]) -> str:
    if event["RequestType"] == "Create":
        return create(event["ResourceProperties"]["Project"])
    if event["RequestType"] == "Delete":
        delete(event["PhysicalResourceId"])
    return event["PhysicalResourceId"]


def create(project: str) -> str:
    cluster = dsql.create_cluster(
        deletionProtectionEnabled=False,
        tags={"project": project, "purpose": "search"},
    )
    return cluster["identifier"]


def delete(identifier: str) -> None:
    try:
        dsql.delete_cluster(identifier=identifier)
    except dsql.exceptions.ResourceNotFoundException:
        return


def respond(event: dict[str, Any], status: str, physical_id: str, reason: str = "") -> None:
    body = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    http.request("PUT", event["ResponseURL"], body=json.dumps(body))
