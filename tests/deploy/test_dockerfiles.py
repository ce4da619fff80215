"""Dockerfiles of Lambda images that some other tool deploys."""

from __future__ import annotations

import pytest

from lintdem.deploy import is_template, read_stacks

IMAGE = """\
FROM public.ecr.aws/lambda/python:3.12 AS build
CMD ["other.handler"]

FROM public.ecr.aws/lambda/python:3.12
COPY requirements.txt \\
     app.py ./
COPY src ${LAMBDA_TASK_ROOT}
# the handler
CMD [ "app.lambda_handler" ]
"""


def test_handler_of_the_last_stage() -> None:
    """An image is a function with the handler of its CMD and the folders it copies."""
    (found,) = read_stacks({"services/charge/Dockerfile": IMAGE})
    (charge,) = found.functions
    assert (found.kind, charge.name, charge.handler) == ("dockerfile", "charge", "app.lambda_handler")
    assert charge.code[:2] == ("services/charge", "services")
    assert "services/charge/src" in charge.code
    assert charge.handler_place is not None
    assert charge.handler_place.span.line == 9


def test_a_build_started_above_the_dockerfile() -> None:
    """Images that share code are built from a folder above: what is copied is looked for from each of them."""
    text = "FROM public.ecr.aws/lambda/python:3.12\nCOPY ./charge/src .\nCMD [\"app.start\"]\n"
    (found,) = read_stacks({"services/charge/Dockerfile": text})
    assert found.functions[0].code == ("services/charge/charge/src", "services/charge/src", "charge/src", "services/charge")


@pytest.mark.parametrize(
    ("command", "handler"),
    [
        ("CMD app.handler", "app.handler"),
        ('ENTRYPOINT ["python", "-m", "awslambdaric"]\nCMD ["pkg.app.handler"]', "pkg.app.handler"),
        ('ENTRYPOINT ["python", "-m", "awslambdaric", "app.handler"]', "app.handler"),
    ],
)
def test_forms_of_the_command(command: str, handler: str) -> None:
    """Shell form, exec form, and the runtime client as the entry point."""
    (found,) = read_stacks({"Dockerfile": f"FROM python:3.12\nRUN pip install awslambdaric\n{command}\n"})
    assert found.functions[0].handler == handler


@pytest.mark.parametrize("text", ['FROM python:3.12\nCMD ["app.main"]', 'FROM x/lambda/python\nCMD ["run.sh"]', ""])
def test_other_images_are_ignored(text: str) -> None:
    """An image that is not Lambda's, or starts something else, is no stack."""
    assert read_stacks({"Dockerfile": text}) == ()


def test_image_that_a_template_deploys_is_not_read_twice() -> None:
    """A Dockerfile belongs to the template that builds it."""
    template = (
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {PackageType: Image}\n"
        "    Metadata: {DockerContext: .}\n"
    )
    stacks = read_stacks({"template.yaml": template, "Dockerfile": IMAGE})
    assert [(found.path, found.functions[0].handler) for found in stacks] == [("template.yaml", "app.lambda_handler")]


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("a/Dockerfile", IMAGE.encode(), True),
        ("a/Dockerfile", b"FROM nginx", False),
        ("template.yaml", b"", True),
        ("infra/orders.template.json", b"", True),
        ("stack.yml", b"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n", True),
        ("stack.yml.j2", b"AWSTemplateFormatVersion: 2010-09-09\n", True),
        ("deployment.yaml", b"kind: Deployment\n", False),
        ("app.py", b"AWS::Lambda::Function", False),
        ("data.json", b"\xff\xfe\x00", False),
    ],
)
def test_candidates(path: str, head: bytes, expected: bool) -> None:
    """A file is a candidate by its name or by what stands in its first kilobytes."""
    assert is_template(path, head) is expected
