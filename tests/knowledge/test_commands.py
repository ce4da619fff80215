"""Operations that carry out a request: each exists, takes what it is said to take, and has its source."""

from __future__ import annotations

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel

from lintdem.knowledge import command, commands

METHODS = [(service, method) for service, methods in commands().items() for method in methods]


@pytest.mark.parametrize(("service", "method"), METHODS)
def test_command_is_an_operation_that_takes_its_arguments(service: str, method: str) -> None:
    """A target that the operation does not take would never be seen."""
    model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    name = next(name for name in model.operation_names if xform_name(name) == method)
    found = command(service, method)
    assert found is not None
    assert found.target
    assert {*found.target, *found.amount} <= set(model.operation_model(name).input_shape.members)


def test_what_only_looks_or_removes_is_no_command() -> None:
    """Reads repeat for ever, and what is removed by its id stays removed."""
    assert command("ec2", "describe_instances") is None
    assert command("ec2", "terminate_instances") is None
    assert command("polly", "synthesize_speech") is None
