"""The generated catalogue against the service models it is made from: every operation, every token."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from lintdem.knowledge import Operation, operation
from lintdem.knowledge.catalogue import methods, services

ROOT = Path(__file__).parents[2]
LOADER = Loader()
NAMES = LOADER.list_available_services("service-2")


def model(service: str) -> ServiceModel:
    """The model of one service."""
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


def known(service: str, method: str) -> Operation:
    """The operation, which has to be one."""
    found = operation(service, method)
    assert found is not None
    return found


def test_tables_are_those_of_the_pinned_models() -> None:
    """Running the generator again changes no byte."""
    command = [sys.executable, str(ROOT / "tools" / "aws_catalogue.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_covers_all_of_aws() -> None:
    """Every service of the models, at least four hundred of them."""
    assert set(services()) == set(NAMES)
    assert len(services()) >= 400
    assert sum(len(methods(service)) for service in services()) >= 19_000


@pytest.mark.parametrize("service", NAMES)
def test_knows_every_operation_and_marked_token(service: str) -> None:
    """Each operation is there by its boto3 method, with the name AWS gives it and the token as botocore spells it.

    A token that the operation does not take would be refused, so every one is found in the model, with its limit."""
    models = model(service)
    assert set(methods(service)) == {xform_name(name) for name in models.operation_names}
    for name in models.operation_names:
        found = known(service, xform_name(name))
        marked = models.operation_model(name).idempotent_members
        assert (found.token if found.token_marked else None) == (marked[0] if marked else None), name
        assert found.name == name
        longest = _longest(models.operation_model(name), found.token) if found.token else None
        assert found.token_max is None or longest is None or found.token_max <= longest, name


def _longest(operation_model: OperationModel, token: str) -> int | None:
    """The longest length of a token, which has to exist."""
    shape = operation_model.input_shape
    assert shape is not None
    for step in token.split("."):
        shape = shape.members[step.removesuffix("[]")]
        if step.endswith("[]"):
            shape = shape.member
    longest = shape.metadata.get("max")
    return int(longest) if longest else None


@pytest.mark.parametrize(
    ("service", "method", "token"),
    [
        ("cloudfront", "create_public_key", "PublicKeyConfig.CallerReference"),
        ("cloudfront", "create_distribution_with_tags", "DistributionConfigWithTags.DistributionConfig.CallerReference"),
        ("connectcampaigns", "put_dial_request_batch", "dialRequests[].clientToken"),
        ("ec2", "request_spot_fleet", "SpotFleetRequestConfig.ClientToken"),
        ("sns", "publish_batch", "PublishBatchRequestEntries[].MessageDeduplicationId"),
        ("route53resolver", "batch_create_firewall_rule", "CreateFirewallRuleEntries[].CreatorRequestId"),
    ],
)
def test_finds_tokens_inside_structures(service: str, method: str, token: str) -> None:
    """Tokens of list entries and nested structures have the way to them."""
    assert known(service, method).token == token


@pytest.mark.parametrize(
    ("service", "method"), [("pipes", "create_pipe"), ("cloudfront", "update_distribution"), ("eventbridgev2", "update_subscriber")]
)
def test_settings_for_later_are_no_tokens(service: str, method: str) -> None:
    """What configures a later send, and the reference that an update repeats, make no second call harmless."""
    assert not (known(service, method).token or "").endswith(("DeduplicationId", "CallerReference", "DurableExecutionName"))


def test_linting_imports_no_botocore() -> None:
    """The models are shipped as a table; the SDK is not asked."""
    code = (
        "import sys\n"
        "from lintdem.session import check_files\n"
        "source = \"import boto3\\ndef handler(event, context):\\n    boto3.client('ecs').run_task(taskDefinition='t')\\n\"\n"
        "report = check_files({'app.py': source})\n"
        "assert report.findings\n"
        "assert not {'boto3', 'botocore'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
