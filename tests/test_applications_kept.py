"""What a CDK application was found to describe serves again only while running it would give the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from lintdem.analyses.cdk.cdk_kept import Applications
from lintdem.analyses.runs import Keeper, Memory
from lintdem.cache import Cache
from lintdem.config import parse
from lintdem.deploy import is_template
from lintdem.keeping import KeptRuns
from lintdem.lowering import Lowering
from lintdem.model.stack import Stack
from lintdem.observer import Observer
from lintdem.program import Program
from lintdem.program.noting import Noted
from lintdem.stages import Analysed, Work, analyse

HANDLER = "def handler(event, context):\n    return event\n"
DEFINITION = """{"StartAt": "Ship", "States": {"Ship": {"Type": "Task", "Resource": "${ship}", "End": true,
"Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]}}}
"""
PROJECT = {
    "app.py": "from aws_cdk import App\nfrom shop.stack import Shop\n\nShop(App(), 'shop')\n",
    "shop/stack.py": """from aws_cdk import Duration, Stack, aws_dynamodb, aws_lambda, aws_lambda_event_sources, aws_sqs
from shop.settings import SECONDS
from shop.naming import named


class Shop(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        table = aws_dynamodb.Table(self, "Orders")
        queue = aws_sqs.Queue(self, "Jobs", queue_name=named("jobs"), visibility_timeout=Duration.seconds(SECONDS))
        code = aws_lambda.Code.from_asset("worker")
        worker = aws_lambda.Function(self, "Worker", runtime=aws_lambda.Runtime.PYTHON_3_12, handler="code.handler", code=code)
        worker.add_event_source(aws_lambda_event_sources.SqsEventSource(queue))
        table.grant_read_data(worker)
        image = aws_lambda.DockerImageFunction(self, "Image", code=aws_lambda.DockerImageCode.from_image_asset("image"))
""",
    "shop/settings.py": "SECONDS = 30\n",
    "shop/naming.py": "def named(what):\n    return f'shop-{what}'\n",
    "shop/later.py": "from aws_cdk import Stack\n\n\ndef allow(function, statement):\n    return function, statement\n",
    "shop/plain.py": "def permit(function, statement):\n    return function, statement\n",
    "worker/code.py": HANDLER,
    "image/main.py": HANDLER,
    "image/Dockerfile": 'FROM public.ecr.aws/lambda/python:3.12\nCOPY main.py .\nCMD ["main.handler"]\n',
    "web/cdk.json": '{"app": "npx ts-node bin/app.ts"}\n',
    "web/bin/app.ts": "import { App } from 'aws-cdk-lib';\nimport { Web } from '../lib/web';\n\nnew Web(new App(), 'web', {});\n",
    "web/lib/web.ts": """import { Stack, StackProps } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

export class Web extends Stack {
  constructor(scope: any, id: string, props?: StackProps) {
    super(scope, id, props);
    const ship = new lambda.Function(this, 'Ship', {
      runtime: lambda.Runtime.PYTHON_3_12, handler: 'ship.handler', code: lambda.Code.fromAsset('ship'),
    });
    new sfn.StateMachine(this, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromFile('ship.asl.json'),
      definitionSubstitutions: { ship: ship.functionArn },
    });
  }
}
""",
    "web/ship.asl.json": DEFINITION,
    "web/ship/ship.py": HANDLER,
    "other/app.py": HANDLER,
}
CHANGES: dict[str, tuple[str, str, str]] = {
    "the application": ("app.py", "Shop(App(), 'shop')", "App()"),
    "a stack": ("shop/stack.py", '"Worker"', '"Clerk"'),
    "what a stack imports": ("shop/settings.py", "30", "60"),
    "a function that it calls": ("shop/naming.py", "shop-", "store-"),
    "a permission in a file that the run does not come by": ("shop/later.py", "return function, statement", "function.add_to_role_policy(statement)"),
    "a permission in a file that had nothing to do with the CDK": (
        "shop/plain.py", PROJECT["shop/plain.py"], PROJECT["shop/later.py"].replace("return function, statement", "function.add_to_policy(statement)"),
    ),
    "a file that is another application now": ("other/app.py", "def handler", "from aws_cdk import aws_sqs\n\naws_sqs.Queue(None, 'Q')\n\n\ndef handler"),
    "the image of a function": ("image/Dockerfile", "main.handler", "main.work"),
    "a stack in TypeScript": ("web/lib/web.ts", "'ship.handler'", "'ship.work'"),
    "an application in TypeScript": ("web/bin/app.ts", "new Web(new App(), 'web', {});", "new App();"),
    "the definition of a state machine": ("web/ship.asl.json", '"MaxAttempts": 2', '"MaxAttempts": 0'),
    "the folder that holds the code is gone": ("worker/code.py", HANDLER, ""),
}  # fmt: skip
"""Files with a text in them, and what it becomes."""
SAME = {"the application", "an application in TypeScript", "a file that is another application now"}
"""What is looked at again, and says the same."""


def analysed(files: Mapping[str, str], memory: Keeper | None) -> Analysed:
    """What is found in these files."""
    python = {path: text.encode() for path, text in files.items() if path.endswith(".py")}
    rest = {path: text for path, text in files.items() if path not in python}
    others = {path: text for path, text in rest.items() if path.endswith((".json", ".ts")) or is_template(path, text.encode())}
    work = Work(python, Lowering(python, None, 1, Observer()), others, [], None)
    return analyse(work, parse("", Path("/workspace")), (), Observer(), memory)


def stacks(files: Mapping[str, str], memory: Keeper | None) -> bytes:
    """What these files deploy, and what is wrong with them."""
    found = analysed(files, memory)
    return msgspec.json.encode((found.facts.program.stacks, msgspec.structs.replace(found.report, seconds=0.0)))


def changed(name: str) -> dict[str, str]:
    """The project after a change. A file in which nothing is left is removed."""
    path, old, new = CHANGES[name]
    assert old in PROJECT[path]
    after = {**PROJECT, path: PROJECT[path].replace(old, new)}
    return {path: text for path, text in after.items() if text}


def keeping(place: Path) -> Callable[[], Keeper]:
    """What is kept in a cache, as each process finds it."""
    return lambda: KeptRuns(Cache(place), b"this")


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("where", ["memory", "disk"])
def test_a_change_is_seen(where: str, name: str, tmp_path: Path) -> None:
    """After a change of anything that an application is made of, all is as it is when nothing was kept, and when it is taken back."""
    remembered = Memory()
    memory = keeping(tmp_path) if where == "disk" else lambda: remembered
    first = stacks(PROJECT, memory())
    assert first == stacks(PROJECT, None) == stacks(PROJECT, memory())
    after = stacks(changed(name), memory())
    assert after == stacks(changed(name), None)
    assert name in SAME or after != first
    assert stacks(PROJECT, memory()) == first


class Counting(Applications):
    """Says how often applications had to be run."""

    runs = 0

    def stacks(self, program: Program, templates: Mapping[str, str], describe: Callable[[Noted], Sequence[Stack]]) -> Sequence[Stack]:
        def counted(noted: Noted) -> Sequence[Stack]:
            self.runs += 1
            return describe(noted)

        return super().stacks(program, templates, counted)


def runs(files: Mapping[str, str], place: Path) -> int:
    """How often the applications are run in a check with a cache."""
    memory = KeptRuns(Cache(place), b"this")
    counting = memory.applications = Counting(Cache(place).read, b"this")
    stacks(files, memory)
    return counting.runs


def test_a_change_elsewhere(tmp_path: Path) -> None:
    """A change in a file that no application looks into runs none again; one in a file that it imports does."""
    assert [runs(PROJECT, tmp_path), runs(PROJECT, tmp_path)] == [1, 0]
    assert runs({**PROJECT, "worker/code.py": HANDLER + "\n# changed\n"}, tmp_path) == 0
    assert runs({**PROJECT, "shop/naming.py": PROJECT["shop/naming.py"] + "\n# changed\n"}, tmp_path) == 1


def test_a_damaged_entry(tmp_path: Path) -> None:
    """It counts as absent."""
    whole = stacks(PROJECT, keeping(tmp_path)())
    for file in tmp_path.glob("??/*"):
        file.write_bytes(file.read_bytes()[:-1])
    assert stacks(PROJECT, keeping(tmp_path)()) == whole


def test_an_application_that_cannot_be_read(tmp_path: Path) -> None:
    """What is wrong with a file of an application is told as often as it is checked."""
    files = {**PROJECT, "shop/settings.py": "SECONDS = (\n"}
    told = [[problem.code for problem in analysed(files, keeping(tmp_path)()).report.problems] for _ in range(2)]
    assert told[0] == told[1]
    assert "LDM901" in told[0]
