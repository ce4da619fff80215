"""An import that a fix leaves without use is taken away, and no other."""

from __future__ import annotations

import ast

import pytest

from lintdem.testing.fixed import fixed

CODE = """import json
import uuid

import stripe


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        stripe.PaymentIntent.create(amount=order["cents"], currency="eur", idempotency_key=str(uuid.uuid4()), metadata=order["order_id"])
"""


def mended(code: str, rule: str = "LDM202", path: str = "handler.py") -> str:
    """The code with the fix."""
    after = fixed({path: code, "template.yaml": TEMPLATE.format(path.partition(".")[0])}, "", rule).files[path]
    ast.parse(after)
    assert "idempotency_key=f" in after
    return after


TEMPLATE = """Resources:
  Pay:
    Type: AWS::Serverless::Function
    Properties: {{Handler: {}.handler, Events: {{Q: {{Type: SQS, Properties: {{Queue: a}}}}}}}}
"""


def test_import_goes_with_its_last_use() -> None:
    """The line goes, and those beside it stay."""
    assert mended(CODE).startswith("import json\n\nimport stripe\n")


@pytest.mark.parametrize(
    ("old", "new", "head"),
    [
        ("import json\nimport uuid\n", "import json, uuid\n", "import json\n\n"),
        ("import uuid\n", "from uuid import UUID, uuid4\n\nKIND = UUID\n", "import json\nfrom uuid import UUID\n"),
        ("import uuid\n", "from uuid import (\n    UUID,\n    uuid4,\n)\n\nKIND = UUID\n", "import json\nfrom uuid import (\n    UUID,\n)\n"),
        ("import json\nimport uuid\n", '"""Pay."""\n\nimport uuid\n\nimport json\n', '"""Pay."""\n\nimport json\n\n'),
        ("import json\nimport uuid\n", "import uuid\n\nimport json\n", "import json\n\n"),
        ("import json\n", "import json\r\n", "import json\r\n\r\nimport stripe\r\n"),
    ],
    ids=["of a list", "of a module's names", "one name a line", "below a docstring", "at the top", "other line endings"],
)  # fmt: skip
def test_form_of_the_other_imports_stays(old: str, new: str, head: str) -> None:
    """Names beside it, blank lines and line endings are as they were."""
    code = CODE.replace(old, new)
    code = code.replace("uuid.uuid4()", "uuid4()") if "uuid4" in new else code
    code = code.replace("\r\n", "\n").replace("\n", "\r\n") if "\r" in new else code
    assert mended(code).startswith(head)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import uuid\n", "import uuid  # noqa: F401\n"),
        ("import stripe\n", "import stripe\n\n__all__ = [\"handler\", \"uuid\"]\n"),
        ("def handler(event, context):", "def other(key: \"uuid.UUID\"):\n    pass\n\n\ndef handler(event, context):"),
        ("    for record", "    print(uuid.NAMESPACE_URL)\n    for record"),
        ("import uuid\n", "try:\n    import uuid\nexcept ImportError:\n    pass\n"),
    ],
    ids=["a remark", "handed on", "in an annotation", "used elsewhere", "tried"],
)
def test_import_with_another_purpose_stays(old: str, new: str) -> None:
    """What somebody else may read is left alone."""
    assert "import uuid" in mended(CODE.replace(old, new, 1))


def test_import_that_nobody_used_is_not_touched() -> None:
    """Only what the fix has left without use is its business."""
    assert mended(CODE.replace("import json\n", "import json\nimport os\n")).startswith("import json\nimport os\n\n")


def test_package_hands_its_imports_on() -> None:
    """What `__init__.py` imports is for others."""
    files = {"shop/__init__.py": CODE, "template.yaml": TEMPLATE.format("shop")}
    after = fixed(files, "", "LDM202").files["shop/__init__.py"]
    assert "import uuid" in after
