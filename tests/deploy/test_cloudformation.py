"""What is read from CloudFormation and SAM templates, with the place of every fact."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lintdem.deploy import read_stacks
from lintdem.model.span import Span
from lintdem.model.stack import Event, Lambda, Source, Stack
from lintdem.program import link
from lintdem.syntax import lower_source


def stack(text: str, path: str = "template.yaml", **others: str) -> Stack:
    """The stack of one template; `others` are files beside it, dots written as double underscores."""
    files = {path: dedent(text)} | {name.replace("__", "."): dedent(body) for name, body in others.items()}
    (found,) = [item for item in read_stacks(files) if item.path == path]
    return found


def function(found: Stack, name: str = "Charge") -> Lambda:
    """The function of that name."""
    return next(item for item in found.functions if item.name == name)


def event(text: str, name: str = "Charge") -> Event:
    """The only event of the function in the template."""
    (found,) = function(stack(text), name).events
    return found


ORDERS = """\
    AWSTemplateFormatVersion: '2010-09-09'
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Handler: app.lambda_handler
        Runtime: python3.12
        Timeout: 20
        Environment:
          Variables:
            STAGE: prod
            LEVEL: INFO
    Parameters:
      Retries: {Type: Number, Default: 1}
    Resources:
      Charge:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/charge/
          Timeout: 30
          ReservedConcurrentExecutions: 5
          Environment:
            Variables:
              TABLE: !Ref Orders
              QUEUE_URL: !GetAtt Incoming.Arn
              LEVEL: DEBUG
          EventInvokeConfig:
            MaximumRetryAttempts: !Ref Retries
            MaximumEventAgeInSeconds: 600
            DestinationConfig:
              OnFailure: {Type: SQS, Destination: !GetAtt Dead.Arn}
          Events:
            Incoming:
              Type: SQS
              Properties:
                Queue: !GetAtt Incoming.Arn
                BatchSize: 10
                MaximumBatchingWindowInSeconds: 5
                FunctionResponseTypes: [ReportBatchItemFailures]
      Incoming:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: incoming.fifo
          FifoQueue: true
          ContentBasedDeduplication: true
          VisibilityTimeout: 180
          MessageRetentionPeriod: 345600
          RedrivePolicy:
            deadLetterTargetArn: !GetAtt Dead.Arn
            maxReceiveCount: 5
      Dead:
        Type: AWS::SQS::Queue
      Orders:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: !Sub "orders-${AWS::StackName}"
          KeySchema:
            - {AttributeName: placed, KeyType: RANGE}
            - {AttributeName: id, KeyType: HASH}
          TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
          StreamSpecification: {StreamViewType: NEW_IMAGE}
      Alarm:
        Type: AWS::CloudWatch::Alarm
    """


class TestFunctions:
    """A function with everything the template says about it."""

    def test_own_properties_stand_over_globals(self) -> None:
        """`Globals` fill what the function leaves out; maps are merged key by key."""
        charge = function(stack(ORDERS, "infra/template.yaml"))
        assert (charge.handler, charge.runtime, charge.timeout, charge.concurrency) == (
            "app.lambda_handler",
            "python3.12",
            30,
            5,
        )
        variables = {name: (value.kind, value.text) for name, value in charge.environment}
        assert variables == {
            "STAGE": ("text", "prod"),
            "LEVEL": ("text", "DEBUG"),
            "TABLE": ("ref", "Orders"),
            "QUEUE_URL": ("attribute", "Incoming"),
        }

    def test_places_point_into_the_template(self) -> None:
        """The function stands at its name, the handler where it is written, also in `Globals`."""
        charge = function(stack(ORDERS))
        assert charge.place.span == Span(15, 3, 15, 9)
        assert charge.handler_place is not None
        assert charge.handler_place.span == Span(5, 14, 5, 32)
        assert charge.events[0].place.span.line == 32

    def test_code_is_sought_beside_the_template_first(self) -> None:
        """`CodeUri` is relative to the template's folder, and to the root as a second guess."""
        assert function(stack(ORDERS, "infra/template.yaml")).code == ("infra/src/charge", "src/charge")

    def test_asynchronous_settings(self) -> None:
        """Retries, age and destination of asynchronous invocations are read through parameters."""
        charge = function(stack(ORDERS))
        assert (charge.async_retries, charge.async_max_age) == (1, 600)
        assert charge.on_failure is not None
        assert (charge.on_failure.kind, charge.on_failure.text, charge.on_failure.name) == ("attribute", "Dead", "Arn")

    def test_code_outside_the_root_is_never_named(self) -> None:
        """A path that leaves the workspace is dropped, a bucket names no folder."""
        found = stack(
            """\
            Resources:
              Charge:
                Type: AWS::Serverless::Function
                Properties: {CodeUri: ../../elsewhere, Handler: a.b}
              Refund:
                Type: AWS::Lambda::Function
                Properties: {Code: {S3Bucket: b, S3Key: k.zip}, Handler: a.b}
            """
        )
        assert function(found).code == ()
        assert function(found, "Refund").code == ()

    def test_inline_code_with_its_place(self) -> None:
        """Code in the template is kept with the place of its first line."""
        found = function(
            stack(
                """\
                Resources:
                  Charge:
                    Type: AWS::Lambda::Function
                    Properties:
                      Handler: index.handler
                      Code:
                        ZipFile: |
                          def handler(event, context):
                              return 1
                """
            )
        )
        assert found.inline == "def handler(event, context):\n    return 1\n"
        assert found.inline_place is not None
        assert (found.inline_place.span.line, found.inline_place.span.column) == (8, 11)

    def test_layers_of_the_same_template(self) -> None:
        """A layer is its content folder and the `python` folder inside."""
        found = function(
            stack(
                """\
                Resources:
                  Shared:
                    Type: AWS::Serverless::LayerVersion
                    Properties: {ContentUri: layers/shared}
                  Charge:
                    Type: AWS::Serverless::Function
                    Properties:
                      Handler: a.b
                      Layers: [!Ref Shared, "arn:aws:lambda:eu-west-1:1:layer:powertools:1"]
                """
            )
        )
        assert found.layers == ("layers/shared", "layers/shared/python")

    def test_image_handler_comes_from_the_dockerfile(self) -> None:
        """An image function has the handler of CMD, placed in the Dockerfile, and the copied folder."""
        files = {
            "svc/template.yaml": dedent(
                """\
                Resources:
                  Charge:
                    Type: AWS::Serverless::Function
                    Properties: {PackageType: Image}
                    Metadata: {DockerContext: ./charge, Dockerfile: Dockerfile}
                """
            ),
            "svc/charge/Dockerfile": "FROM public.ecr.aws/lambda/python:3.12\n"
            'COPY src/ ${LAMBDA_TASK_ROOT}\nCMD ["app.handler"]\n',
        }
        (found,) = read_stacks(files)
        charge = function(found)
        assert charge.handler == "app.handler"
        assert charge.code == ("svc/charge/src", "svc/charge")
        assert charge.handler_place is not None
        assert (charge.handler_place.path, charge.handler_place.span.line) == ("svc/charge/Dockerfile", 3)

    def test_condition_is_remembered(self) -> None:
        """A resource under a condition stays, marked as conditional."""
        found = stack(
            """\
            Resources:
              Charge:
                Type: AWS::Lambda::Function
                Condition: IsProd
                Properties: {Handler: a.b, Code: src}
            """
        )
        assert function(found).conditional


class TestStorage:
    """Queues and tables."""

    def test_queue_settings(self) -> None:
        """Times, FIFO settings and the dead-letter queue."""
        queue = stack(ORDERS).queues[0]
        assert (queue.name, queue.queue_name, queue.fifo, queue.content_dedup) == (
            "Incoming",
            "incoming.fifo",
            True,
            True,
        )
        assert (queue.visibility, queue.retention, queue.max_receives) == (180, 345600, 5)
        assert queue.redrive is not None
        assert (queue.redrive.text, queue.redrive.place.span.line) == ("Dead", 48)

    def test_table_keys_are_hash_then_range(self) -> None:
        """The partition key comes first, whatever the order in the template; an open name is no name."""
        (table,) = stack(ORDERS).tables
        assert (table.name, table.keys, table.ttl, table.streams) == ("Orders", ("id", "placed"), "expires", True)
        assert table.table_name is None

    def test_simple_table_has_sams_key(self) -> None:
        """SAM's simple table has the key `id` unless it says otherwise."""
        found = stack("Resources: {T: {Type: 'AWS::Serverless::SimpleTable'}}")
        assert found.tables[0].keys == ("id",)

    def test_disabled_expiry_is_no_expiry(self) -> None:
        """A TTL that is switched off is not reported as one."""
        found = stack(
            """\
            Resources:
              T:
                Type: AWS::DynamoDB::Table
                Properties:
                  KeySchema: [{AttributeName: id, KeyType: HASH}]
                  TimeToLiveSpecification: {AttributeName: ttl, Enabled: false}
            """
        )
        assert found.tables[0].ttl is None

    def test_everything_else_is_a_resource(self) -> None:
        """What is no function, queue or table can still be pointed to."""
        (alarm,) = stack(ORDERS).resources
        assert (alarm.name, alarm.type, alarm.place.span.line) == ("Alarm", "AWS::CloudWatch::Alarm", 61)


class TestExpressions:
    """Intrinsic functions."""

    @pytest.mark.parametrize(
        ("written", "kind", "text"),
        [
            ("!Ref Name", "text", "orders"),
            ("!Ref Orders", "ref", "Orders"),
            ("!GetAtt Orders.StreamArn", "attribute", "Orders"),
            ("!GetAtt [Orders, StreamArn]", "attribute", "Orders"),
            ("!Sub '${Name}-events'", "text", "orders-events"),
            ("!Sub ['${N}-events', {N: !Ref Name}]", "text", "orders-events"),
            ("!Sub '${Orders.Arn}'", "attribute", "Orders"),
            ("!Join ['-', [!Ref Name, v1]]", "text", "orders-v1"),
            ("!FindInMap [Sizes, prod, table]", "text", "big"),
            ("!Select [1, [a, b]]", "text", "b"),
            ("!If [IsProd, same, same]", "text", "same"),
            ("!If [IsProd, one, two]", "unknown", "one"),
            ("!If [IsProd, !Ref 'AWS::NoValue', two]", "text", "two"),
            ("!ImportValue shared-table", "import", "shared-table"),
            ("!Ref Open", "unknown", "${Open}"),
            ("!Ref Looked", "unknown", "${Looked}"),
            ("'{{resolve:ssm:/x}}'", "unknown", "{{resolve:ssm:/x}}"),
            ("5", "text", "5"),
        ],
    )
    def test_environment_value(self, written: str, kind: str, text: str) -> None:
        """A variable's value is what deployment will make of it, or is said to be unknown."""
        found = stack(
            f"""\
            Parameters:
              Name: {{Type: String, Default: orders}}
              Open: {{Type: String}}
              Looked: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /path}}
            Mappings: {{Sizes: {{prod: {{table: big}}}}}}
            Resources:
              Orders: {{Type: AWS::DynamoDB::Table}}
              Charge:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: a.b
                  Environment:
                    Variables:
                      X: {written}
            """
        )
        ((name, value),) = function(found).environment
        assert (name, value.kind, value.text, value.place.span.line) == ("X", kind, text, 14)


class TestFiles:
    """What is read and what is refused."""

    def test_json_with_tabs(self) -> None:
        """A JSON template may be indented with tabs; places count them as one column."""
        text = '{\n\t"Resources": {\n\t\t"Q": {"Type": "AWS::SQS::Queue"}\n\t}\n}'
        (found,) = read_stacks({"template.json": text})
        assert found.queues[0].place.span == Span(3, 3, 3, 6)

    def test_aliases_merge_keys_and_repeated_keys(self) -> None:
        """Anchors are followed, own keys stand over merged ones, of repeated keys the last one stands."""
        found = stack(
            """\
            Shared: &shared {Handler: app.one, Runtime: python3.12}
            Resources:
              Charge:
                Type: AWS::Serverless::Function
                Properties:
                  <<: *shared
                  Handler: app.two
                  Timeout: 3
                  Timeout: 9
            """
        )
        charge = function(found)
        assert (charge.handler, charge.runtime, charge.timeout) == ("app.two", "python3.12", 9)

    def test_alias_bomb_is_a_problem(self) -> None:
        """Aliases that multiply without end are refused with a message, not expanded."""
        lines = ["AWSTemplateFormatVersion: '2010-09-09'", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
        (found,) = read_stacks({"template.yaml": "\n".join(lines)})
        assert [problem.code for problem in found.problems] == ["LDM901"]
        assert "aliases" in found.problems[0].message

    @pytest.mark.parametrize("path", ["template.yaml", "template.json"])
    def test_deep_nesting_is_a_problem(self, path: str) -> None:
        """Input that nests without end is refused with a message."""
        text = '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": ' + "[" * 5000 + "]" * 5000 + "}"
        (found,) = read_stacks({path: text})
        assert "too deeply" in found.problems[0].message

    def test_broken_template_is_a_problem_with_its_line(self) -> None:
        """A file that is clearly a template and cannot be read is reported where it breaks."""
        found = stack("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Q: [\n")
        (problem,) = found.problems
        assert (problem.code, problem.place.path, problem.place.span.line) == ("LDM901", "template.yaml", 4)

    @pytest.mark.parametrize(
        "text", ["", "a: [", "Resources: 5", "kind: Deployment\nspec: {type: 'AWS::Fake'}", "- AWS::SQS::Queue", "{"]
    )
    def test_other_files_are_ignored(self, text: str) -> None:
        """A file that is no template gives no stack and no problem."""
        assert read_stacks({"k8s/template.yaml": text}) == ()

    def test_jinja_template_is_read_around_the_engine(self) -> None:
        """A template that Jinja renders is read with its constructs blanked, places unchanged."""
        found = stack(
            """\
            AWSTemplateFormatVersion: 2010-09-09
            Resources:
            {% if prod %}
              Extra: {Type: AWS::SQS::Queue}
            {% endif %}
              Charge:
                Type: AWS::Lambda::Function
                Properties:
                  Code: src/
                  Handler: app.handler
                  Environment:
                    Variables:
                      HOST: {{ host }}-{{ 'a' if b else '${c}' }}
            """,
            "apps/charge.yml.j2",
        )
        charge = function(found)
        assert (charge.place.span.line, charge.handler, charge.code) == (6, "app.handler", ("apps/src", "src"))
        assert charge.environment[0][1].kind == "unknown"

    def test_order_does_not_depend_on_the_input(self) -> None:
        """Stacks come in the order of their paths."""
        text = "Resources: {Q: {Type: 'AWS::SQS::Queue'}}"
        forwards = read_stacks({"a.yaml": text, "b/c.yaml": text, "b.yaml": text})
        backwards = read_stacks({"b.yaml": text, "b/c.yaml": text, "a.yaml": text})
        assert forwards == backwards
        assert [found.path for found in forwards] == ["a.yaml", "b.yaml", "b/c.yaml"]


class TestKinds:
    """The tool a template is for."""

    @pytest.mark.parametrize(
        ("path", "text", "kind"),
        [
            ("t.yaml", "Resources: {Q: {Type: 'AWS::SQS::Queue'}}", "cloudformation"),
            ("t.yaml", "Resources: {Q: {Type: 'AWS::Serverless::SimpleTable'}}", "sam"),
            ("cdk.out/App.template.json", '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}', "cdk"),
        ],
    )
    def test_kind(self, path: str, text: str, kind: str) -> None:
        """SAM by its transform or types, CDK by the folder it synthesises into."""
        (found,) = read_stacks({path: text})
        assert found.kind == kind

    def test_cdk_asset_is_the_code_folder(self) -> None:
        """A synthesised function's code is the asset beside the template."""
        text = """{"Resources": {"Charge": {"Type": "AWS::Lambda::Function",
            "Properties": {"Handler": "app.handler", "Code": {"S3Bucket": "b", "S3Key": "abc.zip"}},
            "Metadata": {"aws:asset:path": "asset.abc"}}}}"""
        (found,) = read_stacks({"cdk.out/App.template.json": text})
        assert function(found).code[0] == "cdk.out/asset.abc"


def test_policies_of_a_synthesised_template() -> None:
    """What `grant_…` of any CDK became is read from `cdk.out`: the role, its managed policy, and the policy that names it."""
    text = """
    Resources:
      Role:
        Type: AWS::IAM::Role
        Properties:
          ManagedPolicyArns:
            - Fn::Join: ["", ["arn:", {Ref: "AWS::Partition"}, ":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]]
      Default:
        Type: AWS::IAM::Policy
        Properties:
          PolicyDocument:
            Statement:
              - {Action: ["dynamodb:PutItem", "dynamodb:GetItem"], Effect: Allow, Resource: [{"Fn::GetAtt": [Orders, Arn]}, {Ref: "AWS::NoValue"}]}
          Roles: [{Ref: Role}]
      Orders: {Type: AWS::DynamoDB::Table}
      Charge:
        Type: AWS::Lambda::Function
        Properties: {Handler: app.handler, Runtime: python3.12, Role: {"Fn::GetAtt": [Role, Arn]}, Code: {S3Bucket: b, S3Key: 0a1b.zip}}
        Metadata: {"aws:asset:path": ../src}
    """
    (grant,) = function(stack(text, "cdk.out/App.template.yaml")).grants or ()
    assert grant.actions == ("dynamodb:PutItem", "dynamodb:GetItem")
    assert [value.text for value in grant.resources] == ["Orders"]


def test_source_of_the_events_in_the_example() -> None:
    """The queue's own FIFO setting decides the source of the event that polls it."""
    (found,) = function(stack(ORDERS)).events
    assert (found.source, found.name, found.batch_size, found.window, found.reports_failures) == (
        Source.SQS_FIFO,
        "Incoming",
        10,
        5,
        True,
    )


class TestLoops:
    """`Fn::ForEach` makes one resource of each value, with the value wherever its variable stands."""

    LOOP = """
        Transform: AWS::LanguageExtensions
        Parameters:
          Names: {Type: CommaDelimitedList, Default: "orders, refunds"}
        Resources:
          Fn::ForEach::Workers:
            - Name
            - NAMES
            - "Work${Name}":
                Type: AWS::Lambda::Function
                Properties:
                  Handler: !Sub "${Name}.handler"
                  Environment: {Variables: {KIND: !Ref Name, OTHER: !Sub "${Name}-${AWS::Region}"}}
        """

    @pytest.mark.parametrize("values", ["[orders, refunds]", "!Ref Names", "[!Sub orders, refunds]"])
    def test_every_value_makes_a_function_of_its_own(self, values: str) -> None:
        (found,) = read_stacks({"template.yaml": dedent(self.LOOP).replace("NAMES", values)})
        assert [(one.name, one.handler) for one in found.functions] == [
            ("Workorders", "orders.handler"),
            ("Workrefunds", "refunds.handler"),
        ]
        assert [value.text for _, value in found.functions[0].environment] == ["orders", "orders-${AWS::Region}"]

    def test_values_that_only_deployment_knows_are_said(self) -> None:
        (found,) = read_stacks({"template.yaml": dedent(self.LOOP).replace("NAMES", "!Ref Given") + "  T: {Type: AWS::SNS::Topic}\n"})
        assert [(problem.code, problem.place.span.line) for problem in found.problems] == [("LDM902", 6)]


class TestIncluded:
    """Parts that `AWS::Include` brings in are read where they stand."""

    MAIN = """
        Resources:
          Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts.yaml}}
          Incoming: {Type: AWS::SQS::Queue}
    """
    PARTS = """
        Charge:
          Type: AWS::Serverless::Function
          Properties:
            Handler: app.handler
            Events: {Work: {Type: SQS, Properties: {Queue: !GetAtt Incoming.Arn}}}
    """

    def test_a_function_in_a_file_of_its_own(self) -> None:
        charge = function(stack(self.MAIN, parts__yaml=self.PARTS))
        assert (charge.place.path, charge.place.span.line, charge.handler) == ("parts.yaml", 2, "app.handler")
        assert [(event.source, event.target and event.target.text) for event in charge.events] == [(Source.SQS, "Incoming")]

    def test_properties_of_a_function(self) -> None:
        main = """
            Resources:
              Charge:
                Type: AWS::Serverless::Function
                Properties:
                  Timeout: 9
                  Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./shared.json}}
        """
        charge = function(stack(main, shared__json='{"Handler": "app.handler", "Timeout": 3}'))
        assert (charge.handler, charge.timeout) == ("app.handler", 9)

    def test_a_part_in_a_bucket_is_left_out(self) -> None:
        found = stack(self.MAIN.replace("parts.yaml", "s3://shared/parts.yaml"), parts__yaml=self.PARTS)
        assert (found.functions, [queue.name for queue in found.queues]) == ((), ["Incoming"])

    def test_a_part_that_includes_itself_ends(self) -> None:
        loop = "Charge: {Type: 'AWS::SQS::Queue'}\nFn::Transform: {Name: AWS::Include, Parameters: {Location: parts.yaml}}\n"
        assert [queue.name for queue in stack(self.MAIN, parts__yaml=loop).queues] == ["Charge", "Incoming"]

    def test_a_part_that_cannot_be_read_is_said(self) -> None:
        (problem,) = stack(self.MAIN, parts__yaml="Charge: [\n").problems
        assert (problem.code, problem.place.path, problem.place.span.line) == ("LDM901", "parts.yaml", 2)


class TestPlaceholder:
    """Code in the template that cannot be what the handler names is replaced by a pipeline."""

    TEXT = """
        Resources:
          Scan:
            Type: AWS::Lambda::Function
            Properties:
              Handler: {handler}
              Code: {{ZipFile: "def handler(event, context): pass"}}
    """

    @pytest.mark.parametrize(("handler", "is_inline"), [("index.handler", True), ("scan.handler", False)])
    def test_only_a_module_called_index_is_written_in_place(self, handler: str, is_inline: bool) -> None:
        scan = function(stack(self.TEXT.format(handler=handler)), "Scan")
        assert (scan.inline is not None) == is_inline


class TestArchives:
    """Code that is deployed as an archive whose making is not seen."""

    CODE = "def handler(event, context):\n    pass\n"

    def located(self, code: str, *paths: str) -> str | None:
        """The file that the function's handler `app.handler` is taken for."""
        sam = "S3Key" not in code
        kind, field = ("AWS::Serverless::Function", "CodeUri") if sam else ("AWS::Lambda::Function", "Code")
        text = f"Resources:\n  F: {{Type: {kind}, Properties: {{Handler: app.handler, Runtime: python3.12, {field}: {code}}}}}\n"
        modules = [lower_source(path, self.CODE.encode()) for path in paths]
        found = link(modules, read_stacks({"infra/template.yaml": text})).handlers
        return next((handler.path for handler in found if handler.resource), None)

    @pytest.mark.parametrize(
        "code",
        [
            "{S3Bucket: b, S3Key: orders.zip}",
            "{S3Bucket: b, S3Key: !Sub 'lambdas/${Version}/order_s-1.4.zip'}",
            "{S3Bucket: b, S3Key: !Join ['', [!Ref Prefix, Orders.zip]]}",
            "s3://bucket/lambdas/orders.zip",
            "{Bucket: b, Key: orders-v2.zip}",
            "../build/orders.zip",
        ],
    )
    def test_the_folder_that_has_the_name_of_the_archive(self, code: str) -> None:
        """The key in the bucket, without version and unknown parts, names what was packed."""
        assert self.located(code, "src/orders/app.py", "src/refunds/app.py") == "src/orders/app.py"

    @pytest.mark.parametrize("code", ["{S3Bucket: b, S3Key: all.zip}", "{S3Bucket: b, S3Key: !Ref Key}", "s3://bucket/all.zip"])
    def test_a_name_that_is_no_folder_says_nothing(self, code: str) -> None:
        assert self.located(code, "src/orders/app.py", "src/refunds/app.py") is None
        assert self.located(code, "src/orders/app.py") == "src/orders/app.py"

    @pytest.mark.parametrize("code", ["{S3Bucket: b, S3Key: orders_pay.zip}", "../deploy/orders-pay.zip"])
    def test_folders_one_after_another_have_the_name(self, code: str) -> None:
        """`orders_pay.zip` is made of `orders/pay`."""
        assert self.located(code, "src/orders/pay/app.py", "src/refunds/pay/app.py", "src/orders/app.py") == "src/orders/pay/app.py"

    def test_a_build_folder_that_is_not_there(self) -> None:
        """A file with a name of its own is the one that is copied there; `app.py` may be anyone's."""
        text = "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {Handler: %s.handler, CodeUri: dist/}}\n"
        for name, resource in (("charge_orders", "F"), ("app", "")):
            module = lower_source(f"src/{name}.py", self.CODE.encode())
            (handler,) = link([module], read_stacks({"infra/template.yaml": text % name})).handlers
            assert handler.resource == resource

    def test_two_folders_of_the_name_say_nothing(self) -> None:
        assert self.located("{S3Bucket: b, S3Key: orders.zip}", "a/orders/app.py", "b/orders/app.py") is None

    def test_the_nearest_of_several_counts(self) -> None:
        """A template and its code stand in one part of a collection."""
        assert self.located("{S3Bucket: b, S3Key: orders.zip}", "infra/orders/app.py", "b/orders/app.py") == "infra/orders/app.py"
