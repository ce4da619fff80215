"""CDK applications in TypeScript: which code runs, what calls it, what its resources are."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import ClassVar

import pytest

from lintdem.analyses.cdk.cdk import cdk_stacks
from lintdem.model.stack import Event, Lambda, Source, Stack
from lintdem.program import link
from lintdem.session import CheckRequest, Session, check_files
from lintdem.syntax import lower_source, lower_typescript

IMPORTS = """
import * as path from 'path';
import * as fs from 'fs';
import { App, Duration, Stack, StackProps } from 'aws-cdk-lib';
import * as apigw from 'aws-cdk-lib/aws-apigateway';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as destinations from 'aws-cdk-lib/aws-lambda-destinations';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import sqs = require('aws-cdk-lib/aws-sqs');
import { PythonFunction } from '@aws-cdk/aws-lambda-python-alpha';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
"""
CODE = "def handler(event, context):\n    return event\n"
FUNCTION = """
const fn = new lambda.Function(this, 'Worker', {
  runtime: lambda.Runtime.PYTHON_3_12, handler: 'app.handler', code: lambda.Code.fromAsset('src'),
});
"""
WRITES = """
import boto3

def handler(event, context):
    for record in event["Records"]:
        boto3.client("sns").publish(TopicArn="t", Message=record["body"])
"""


def of_files(files: dict[str, str]) -> tuple[Stack, ...]:
    """The stacks of an application with these files."""
    program = link([lower_source("src/app.py", CODE.encode())], ())
    return cdk_stacks(program.beside([lower_typescript(path, source) for path, source in files.items()]))


def of_stack(body: str, before: str = "", **files: str) -> Stack:
    """The stack of an application whose stack's constructor has this body."""
    inside = textwrap.indent("super(scope, id, props);\n" + textwrap.dedent(body), "    ")
    source = f"""{IMPORTS}{before}
export class Shop extends Stack {{
  constructor(scope: Construct, id: string, props?: StackProps) {{
{inside}
  }}
}}
"""
    app = "import { App } from 'aws-cdk-lib';\nimport { Shop } from '../lib/shop';\n\nconst app = new App();\nnew Shop(app, 'shop', {});\n"
    (found,) = of_files({"bin/app.ts": app, "lib/shop.ts": source, **files})
    return found


def function(body: str, before: str = "", **files: str) -> Lambda:
    """The only function of that stack."""
    (found,) = of_stack(body, before, **files).functions
    return found


def event(body: str) -> Event:
    """The only event of the only function."""
    (found,) = function(FUNCTION + textwrap.dedent(body)).events
    return found


class TestFunctions:
    """Which code runs."""

    def test_handler_and_code(self) -> None:
        """The handler string, the folder that is there, and what else stands on the function."""
        found = function(
            """
            new lambda.Function(this, 'Worker', {
              runtime: lambda.Runtime.PYTHON_3_12, handler: 'app.handler', code: lambda.Code.fromAsset(path.join(__dirname, '..', 'src')),
              timeout: Duration.minutes(2), environment: { TABLE_NAME: 'orders', queueUrl: 'q' }, reservedConcurrentExecutions: 5,
            });
            """
        )
        assert (found.name, found.handler, found.code, found.runtime) == ("Worker", "app.handler", ("src",), "python3.12")
        assert (found.timeout, found.concurrency) == (120, 5)
        assert [(name, value.text) for name, value in found.environment] == [("TABLE_NAME", "orders"), ("queueUrl", "q")]
        assert (found.place.path, found.place.span.line) == ("lib/shop.ts", 24)

    def test_python_function(self) -> None:
        """The construct that packs a folder of Python has an index and a handler of its own."""
        found = function("new PythonFunction(this, 'Worker', { entry: 'src', index: 'app.py', handler: 'handler', runtime: lambda.Runtime.PYTHON_3_12 });")
        assert (found.handler, found.code) == ("app.handler", ("src",))

    def test_inline_code(self) -> None:
        """Code written in place is checked where it stands."""
        body = FUNCTION.replace("lambda.Code.fromAsset('src')", "lambda.Code.fromInline(`\ndef handler(event, context):\n    return 1\n`)").replace("app.handler", "index.handler")
        found = function(body)
        assert textwrap.dedent(found.inline or "").strip() == "def handler(event, context):\n    return 1"

    def test_inline_code_of_a_file(self) -> None:
        """Code that is read from a file means that file."""
        code = "lambda.Code.fromInline(fs.readFileSync('src/app.py').toString())"
        found = function(FUNCTION.replace("lambda.Code.fromAsset('src')", code).replace("app.handler", "index.handler"))
        assert (found.handler, found.code) == ("app.handler", ("src",))

    @pytest.mark.parametrize(
        "making",
        [
            "const make = (id: string) => new lambda.Function(this, id, { handler: 'app.handler', code: lambda.Code.fromAsset('src') });\nmake('Worker');",
            "const make = (id: string) => {\n  const props = { handler: 'app.handler', code: lambda.Code.fromAsset('src') };\n  return new lambda.Function(this, id, props);\n};\nmake('Worker');",
            "const common = { code: lambda.Code.fromAsset('src') };\nnew lambda.Function(this, 'Worker', { ...common, handler: 'app.handler' });",
            "['Worker'].forEach((id) => { new lambda.Function(this, id, { handler: 'app.handler', code: lambda.Code.fromAsset('src') }); });",
            "for (const id of ['Worker']) { new lambda.Function(this, id, { handler: `app.${'handler'}`, code: lambda.Code.fromAsset('src') }); }",
            "const [id] = ['Worker'].map((one) => one);\nnew lambda.Function(this, id, { handler: 'app.handler', code: lambda.Code.fromAsset('src') });",
            "const { name } = { name: 'Worker' };\nnew lambda.Function(this, name, { handler: 'app.handler', code: lambda.Code.fromAsset('src') });",
        ],
    )
    def test_ways_of_making(self, making: str) -> None:
        """Helpers, closures, shared properties, loops and destructuring are followed."""
        found = function(making)
        assert (found.name, found.handler, found.code) == ("Worker", "app.handler", ("src",))

    def test_construct_of_ones_own(self) -> None:
        """Classes of the application are followed with their properties, defaults, fields and methods."""
        before = """
        interface WorkerProps { handler?: string; timeout?: Duration }
        class Worker extends Construct {
          public readonly fn: lambda.Function;
          private readonly folder = 'src';
          constructor(scope: Construct, id: string, private readonly props: WorkerProps) {
            super(scope, id);
            this.fn = this.makeFunction();
          }
          private makeFunction(): lambda.Function {
            return new lambda.Function(this, 'Inner', {
              handler: this.props.handler ?? 'app.handler',
              timeout: this.props.timeout || Duration.seconds(7),
              code: lambda.Code.fromAsset(this.folder),
            });
          }
        }
        """
        found = function(
            "const worker = new Worker(this, 'Own', { timeout: Duration.seconds(9) });\n"
            "worker.fn.addEventSource(new sources.SqsEventSource(new sqs.Queue(this, 'Queue')));",
            textwrap.dedent(before),
        )
        assert (found.handler, found.timeout, [one.source for one in found.events]) == ("app.handler", 9, [Source.SQS])

    def test_stack_in_another_file(self) -> None:
        """Resources that one stack gives to another, each in a file of its own with dots and dashes in its name."""
        data = "import { Stack } from 'aws-cdk-lib';\nimport * as sqs from 'aws-cdk-lib/aws-sqs';\n\nexport class Data extends Stack {\n  readonly jobs: sqs.Queue;\n  constructor(scope: any, id: string) {\n    super(scope, id);\n    this.jobs = new sqs.Queue(this, 'Jobs');\n  }\n}\n"
        work = IMPORTS + "export default class Work extends Stack {\n  constructor(scope: Construct, id: string, props: { jobs: sqs.Queue }) {\n    super(scope, id);\n" + FUNCTION + "    fn.addEventSource(new sources.SqsEventSource(props.jobs, { batchSize: 3 }));\n  }\n}\n"
        app = "import { App } from 'aws-cdk-lib';\nimport { Data } from '../lib/data.stack';\nimport Work from '../lib/work-stack';\nconst app = new App();\nconst data = new Data(app, 'data');\nnew Work(app, 'work', { jobs: data.jobs });\n"
        (found,) = of_files({"bin/app.ts": app, "lib/data.stack.ts": data, "lib/work-stack.ts": work})
        (one,) = found.functions[0].events
        assert (one.batch_size, one.target.text if one.target else "") == (3, "Jobs")

    def test_a_function_without_an_id_that_is_known(self) -> None:
        """It is called what it runs."""
        found = function("const name = lookUp();\nnew lambda.Function(this, name, { handler: 'app.handler', code: lambda.Code.fromAsset('src') });")
        assert found.name == "app.handler"


class TestEvents:
    """What calls it."""

    @pytest.mark.parametrize(
        ("written", "source"),
        [
            ("new sns.Topic(this, 'T').addSubscription(new subscriptions.LambdaSubscription(fn));", Source.SNS),
            ("new events.Rule(this, 'R', { schedule: events.Schedule.rate(Duration.days(1)), targets: [new targets.LambdaFunction(fn)] });", Source.SCHEDULE),
            ("const rule = new events.Rule(this, 'R', { eventPattern: { source: ['x'] } });\nrule.addTarget(new targets.LambdaFunction(fn));", Source.EVENTBRIDGE),
            ("new apigw.RestApi(this, 'A').root.addMethod('POST', new apigw.LambdaIntegration(fn));", Source.API),
            ("fn.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });", Source.FUNCTION_URL),
            ("const states = { Work: { Type: 'Task', Resource: fn.functionArn, End: true } };\nnew sfn.CfnStateMachine(this, 'M', { definitionString: JSON.stringify({ StartAt: 'Work', States: states }) });", Source.STEP_FUNCTIONS),
            ("if (props) { fn.addEventSource(new sources.KinesisEventSource(props.stream, {})); }", Source.KINESIS),
        ],
    )  # fmt: skip
    def test_sources(self, written: str, source: Source) -> None:
        """The usual ways of giving a function something that calls it."""
        assert event(written).source is source

    def test_settings_of_a_mapping(self) -> None:
        """Batch, window, answers about records and failures."""
        one = event(
            """
            const dead = new sqs.Queue(this, 'Dead');
            const stream = new dynamodb.Table(this, 'Orders', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING } });
            fn.addEventSource(new sources.DynamoEventSource(stream, {
              startingPosition: lambda.StartingPosition.LATEST, batchSize: 50, maxBatchingWindow: Duration.seconds(20),
              reportBatchItemFailures: true, bisectBatchOnError: true, retryAttempts: 4, onFailure: new sources.SqsDlq(dead),
            }));
            """
        )
        assert (one.source, one.batch_size, one.window, one.reports_failures) == (Source.DYNAMODB_STREAM, 50, 20, True)
        assert (one.bisects, one.max_retries, one.failures.text if one.failures else "") == (True, 4, "Dead")

    @pytest.mark.parametrize(
        "written",
        ["<sources.SqsEventSourceProps>{ batchSize: 3 }", "{ batchSize: 3 } as sources.SqsEventSourceProps", "({ batchSize: 3 })!"],
    )
    def test_type_of_properties(self, written: str) -> None:
        """Properties that are said to be of a type are read as they stand."""
        one = event(f"fn.addEventSource(new sources.SqsEventSource(new sqs.Queue(this, 'Jobs'), {written}));")
        assert (one.source, one.batch_size) == (Source.SQS, 3)

    def test_queue_with_its_dead_letters(self) -> None:
        """A queue's time-out and where its messages go, which stand in plain objects."""
        found = of_stack(
            FUNCTION
            + """
            const dead = new sqs.Queue(this, 'Dead', { retentionPeriod: Duration.days(14) });
            const jobs = new sqs.Queue(this, 'Jobs', {
              visibilityTimeout: Duration.seconds(90), deadLetterQueue: { queue: dead, maxReceiveCount: 3 },
            });
            fn.addEventSource(new sources.SqsEventSource(jobs, { batchSize: 1 }));
            """
        )
        jobs = next(queue for queue in found.queues if queue.name == "Jobs")
        assert (jobs.visibility, jobs.max_receives, jobs.redrive.text if jobs.redrive else "") == (90, 3, "Dead")

    def test_keys_of_a_table(self) -> None:
        """The attributes that name an item, and the one that ends it."""
        (table,) = of_stack(
            FUNCTION
            + """
            new dynamodb.Table(this, 'Orders', {
              tableName: 'orders', partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
              sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING }, timeToLiveAttribute: 'ttl',
            });
            """
        ).tables
        assert (table.table_name, table.keys, table.ttl) == ("orders", ("pk", "sk"), "ttl")


class TestFindings:
    """What a user sees."""

    FILES: ClassVar[dict[str, str]] = {
        "cdk.json": '{"app": "npx ts-node bin/app.ts"}',
        "src/app.py": WRITES,
        "lib/shop.ts": IMPORTS + "export class Shop extends Stack {\n  constructor(scope: Construct, id: string) {\n    super(scope, id);\n" + FUNCTION
        + "    const jobs = new sqs.Queue(this, 'Jobs');\n    fn.addEventSource(new sources.SqsEventSource(jobs, { batchSize: 10 }));\n  }\n}\n",
    }

    def test_trigger_is_named(self) -> None:
        """A finding names the line of the mapping, and what a template of that kind lacks is found in the application."""
        report = check_files(self.FILES)
        sent = next(one for one in report.findings if one.code == "LDM101")
        assert sent.trigger is not None and sent.trigger.evidence is not None
        assert (sent.trigger.source, sent.trigger.evidence.path) == ("sqs", "lib/shop.ts")
        assert ("LDM701", "lib/shop.ts") in {(one.code, one.path) for one in report.findings}

    @pytest.mark.parametrize(("retry", "level"), [('"Retry": [{"ErrorEquals": ["States.ALL"]}], ', "error"), ("", "warning")])
    @pytest.mark.parametrize("file", ["'machines/work.asl.json'", "'machines', 'work.asl.json'"])
    def test_definition_of_a_state_machine(self, retry: str, level: str, file: str) -> None:
        """A definition in a file has slots for functions; whether its task is retried grades what the function repeats."""
        machine = f"""
    new sfn.StateMachine(this, 'Machine', {{
      definitionBody: sfn.DefinitionBody.fromFile(path.join(__dirname, {file})),
      definitionSubstitutions: {{ __worker__: fn.currentVersion.functionArn }},
    }});
  }}
}}
"""
        start = self.FILES["lib/shop.ts"].partition("    const jobs")[0]
        definition = f'{{"StartAt": "Work", "States": {{"Work": {{"Type": "Task", {retry}"Resource": "${{__worker__}}", "End": true}}}}}}'
        report = check_files(
            {
                **self.FILES,
                "src/app.py": 'import boto3\n\ndef handler(event, context):\n    boto3.client("sns").publish(TopicArn="t", Message=event["id"])\n',
                "lib/shop.ts": start + machine,
                "lib/machines/work.asl.json": definition,
            }
        )
        sent = next(one for one in report.findings if one.code == "LDM101")
        assert (sent.trigger.source if sent.trigger else "", sent.level.name.lower()) == ("stepfunctions", level)

    def test_batch_of_one(self) -> None:
        """With batches of one record there is nothing before the record that fails."""
        files = {**self.FILES, "lib/shop.ts": self.FILES["lib/shop.ts"].replace("batchSize: 10", "batchSize: 1")}
        assert "LDM601" in {one.code for one in check_files(self.FILES).findings}
        assert "LDM601" not in {one.code for one in check_files(files).findings}

    def test_suppression(self) -> None:
        """A comment in TypeScript silences what stands on the next line, and needs a reason as everywhere."""
        lines = self.FILES["lib/shop.ts"].replace("    const jobs", "    // lintdem: ignore[LDM701] the queue is emptied by hand\n    const jobs")
        report = check_files({**self.FILES, "lib/shop.ts": lines})
        assert ("LDM701", "lib/shop.ts") not in {(one.code, one.path) for one in report.findings}

    @pytest.mark.parametrize("path", ["lib/shop.ts", "infra/lib/shop.ts"])
    def test_other_typescript(self, path: str) -> None:
        """Without `cdk.json` beside or above it, and in tests and declarations, nothing is an application."""
        source = self.FILES["lib/shop.ts"]
        for files in ({path: source, "web/cdk.json": "{}"}, {"cdk.json": "{}", path.replace(".ts", ".test.ts"): source, path.replace(".ts", ".d.ts"): source}):
            report = check_files({"src/app.py": WRITES, **files})
            assert {one.path for one in report.findings} == {"src/app.py"}

    def test_on_the_disk(self, tmp_path: Path) -> None:
        """Files that the application imports without naming the CDK themselves are read, and a change in one of them is seen."""
        files = {**self.FILES, "lib/size.ts": "export const SIZE = 10;\n"}
        files["lib/shop.ts"] = files["lib/shop.ts"].replace("batchSize: 10", "batchSize: SIZE").replace("import { Construct }", "import { SIZE } from './size';\nimport { Construct }")
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        request = CheckRequest(folder=tmp_path)
        assert "LDM601" in {one.code for one in Session(request).check().findings}
        (tmp_path / "lib/size.ts").write_text("export const SIZE = 1;\n")
        assert "LDM601" not in {one.code for one in Session(request).check().findings}


class TestHostile:
    """What is no sensible TypeScript costs its own stack, not the run."""

    @pytest.mark.parametrize(
        "text",
        [
            "import { Stack } from 'aws-cdk-lib';\nclass A extends Stack { constructor( {{{{",
            "import { Stack } from 'aws-cdk-lib';\nconst x = " + "(" * 5_000 + "1" + ")" * 5_000 + ";\n",
            "import { Stack } from 'aws-cdk-lib';\nconst x = " + "[" * 5_000,
            "import { Stack } from 'aws-cdk-lib';\n" + "const x = `${`${`" * 300,
            "import { Stack } from 'aws-cdk-lib';\nwhile (true) { new Stack(x => x(x), y); }\nfor (;;) {}\n",
            "import { Stack } from 'aws-cdk-lib';\nconst { a: { b: [c = 1, ...d] } = {}, ...e } = f?.g!.h as any;\nexport * from './x';\nexport default {};\n",
            "import { Stack } from 'aws-cdk-lib';\n\0\ufffe\u2028 const ä = 'ü\\u{110000}\\ud800';\n",
        ],
        ids=["unfinished", "deep", "open", "templates", "endless", "patterns", "characters"],
    )  # fmt: skip
    def test_other_findings_stay(self, text: str) -> None:
        """The handler beside it is checked as without it."""
        files = {"cdk.json": "{}", "src/app.py": WRITES}
        report = check_files({**files, "lib/odd.ts": text})
        assert {one.code for one in check_files(files).findings} <= {one.code for one in report.findings}

    def test_too_deep_is_said(self) -> None:
        """What could not be read is told, at its line."""
        text = "import { Stack } from 'aws-cdk-lib';\nconst x = " + "[" * 5_000 + "]" * 5_000 + ";\n"
        report = check_files({"cdk.json": "{}", "src/app.py": WRITES, "lib/odd.ts": text})
        assert [(one.code, one.place.path, one.place.span.line) for one in report.problems] == [("LDM901", "lib/odd.ts", 2)]
