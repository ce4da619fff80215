"""What is read from the Serverless Framework's `serverless.yml`."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lintdem.deploy import is_template, read_stacks
from lintdem.model.stack import Event, Lambda, Source, Stack

SERVICE = """\
    service: orders
    custom:
      stage: ${opt:stage, self:provider.stage}
      tables:
        dev: orders-dev
        prod: orders-prod
      events: ${file(config/events.yml):sources}
    provider:
      name: aws
      runtime: python3.11
      stage: dev
      timeout: 25
      environment:
        TABLE: ${self:custom.tables.${self:custom.stage}}
        SECRET: ${ssm:/orders/${self:custom.stage}/secret}
    functions:
      charge-card:
        handler: src/charge.handler
        timeout: 60
        maximumRetryAttempts: 1
        onError: !GetAtt Dead.Arn
        destinations: {onFailure: !GetAtt Dead.Arn}
        environment: {QUEUE: !Ref Incoming}
        events:
          - sqs:
              arn: !GetAtt Incoming.Arn
              batchSize: 10
              functionResponseType: ReportBatchItemFailures
          - http: POST orders
      report:
        handler: src/report.handler
        events: ${self:custom.events}
    resources:
      Resources:
        Incoming: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
        Dead: {Type: AWS::SQS::Queue}
        Nightly:
          Type: AWS::Events::Rule
          Properties:
            ScheduleExpression: rate(1 day)
            Targets: [{Arn: !GetAtt ChargeDashcardLambdaFunction.Arn}]
    """


def service(text: str = SERVICE, **files: str) -> Stack:
    """The stack of `api/serverless.yml`."""
    (found,) = read_stacks({"api/serverless.yml": dedent(text)} | files)
    return found


def function(found: Stack, name: str = "charge-card") -> Lambda:
    """The function of that name."""
    return next(item for item in found.functions if item.name == name)


def only_event(written: str) -> Event:
    """The event of a function in whose list of events stands only this, in line 6."""
    text = f"service: s\nprovider: {{name: aws}}\nfunctions:\n  f:\n    handler: a.b\n    events: [{written}]\n"
    (found,) = function(service(text), "f").events
    assert found.place.span.line == 6
    return found


def test_file_is_taken_for_a_template_by_its_name() -> None:
    """`serverless.yml` needs no AWS word in its head."""
    assert is_template("api/serverless.yml", b"service: orders\n")


def test_function_with_the_providers_defaults() -> None:
    """Handler, folder, runtime, timeouts and failure settings, with the place of the handler."""
    found = service()
    charge = function(found)
    assert (found.kind, charge.handler, charge.code) == ("serverless", "src/charge.handler", ("api",))
    assert (charge.runtime, charge.timeout, charge.async_retries) == ("python3.11", 60, 1)
    assert function(found, "report").timeout == 25
    assert charge.place.span.line == 17
    assert charge.handler_place is not None
    assert (charge.handler_place.span.line, charge.handler_place.span.column) == (18, 14)
    assert [value.text if value else None for value in (charge.dead_letter, charge.on_failure)] == ["Dead", "Dead"]


def test_variables_are_resolved() -> None:
    """Nested variables are followed; what only deployment knows stays visible as unknown."""
    variables = {name: (value.kind, value.text) for name, value in function(service()).environment}
    assert variables == {
        "TABLE": ("text", "orders-dev"),
        "SECRET": ("unknown", "${ssm:/orders/dev/secret}"),
        "QUEUE": ("ref", "Incoming"),
    }


def test_events_of_the_function_and_of_the_resources() -> None:
    """Own events and those that the resources section wires by the framework's logical id."""
    queue, http, nightly = function(service()).events
    assert (queue.source, queue.batch_size, queue.reports_failures) == (Source.SQS_FIFO, 10, True)
    assert (http.source, http.name) == (Source.API, "POST /orders")
    assert (nightly.source, nightly.name, nightly.place.span.line) == (Source.SCHEDULE, "Nightly", 37)


def test_included_file() -> None:
    """A part from another file is read when its text is given, with places in that file; else it is unknown."""
    found = service(**{"api/config/events.yml": "sources:\n  - schedule: rate(1 hour)\n"})
    (event,) = function(found, "report").events
    assert (event.source, event.place.path, event.place.span.line) == (Source.SCHEDULE, "api/config/events.yml", 2)
    assert [event.source for event in function(service(), "report").events] == [Source.UNKNOWN]


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("httpApi: 'GET /a'", Source.API),
        ("websocket: $connect", Source.WEBSOCKET),
        ("alb: {listenerArn: x}", Source.ALB),
        ("sqs: 'arn:aws:sqs:r:1:q'", Source.SQS),
        ("stream: {type: kinesis, arn: x}", Source.KINESIS),
        ("stream: 'arn:aws:dynamodb:r:1:table/t/stream/1'", Source.DYNAMODB_STREAM),
        ("msk: {arn: x, topic: t}", Source.KAFKA),
        ("kafka: {topic: t}", Source.KAFKA),
        ("rabbitmq: {arn: x, queue: q}", Source.MQ),
        ("s3: photos", Source.S3),
        ("sns: orders", Source.SNS),
        ("schedule: rate(1 day)", Source.SCHEDULE),
        ("eventBridge: {pattern: {source: [a]}}", Source.EVENTBRIDGE),
        ("eventBridge: {schedule: rate(1 day)}", Source.SCHEDULE),
        ("cloudwatchEvent: {event: {source: [a]}}", Source.EVENTBRIDGE),
        ("cloudwatchLog: /aws/x", Source.LOGS),
        ("iot: {sql: SELECT 1}", Source.IOT),
        ("cognitoUserPool: {pool: p, trigger: PreSignUp}", Source.COGNITO),
        ("alexaSkill", Source.DIRECT),
        ("somethingNew: 1", Source.UNKNOWN),
    ],
)
def test_source_of_every_event(written: str, source: Source) -> None:
    """Every event is a source, in its long and its short form."""
    assert only_event(written).source is source


def test_stream_and_rule_settings() -> None:
    """Retries, ages and failure targets under the framework's own names."""
    stream = only_event(
        "stream: {arn: 'arn:aws:kinesis:r:1:stream/s', bisectBatchOnFunctionError: true, batchWindow: 7,"
        " maximumRetryAttempts: 2, destinations: {onFailure: {arn: 'arn:dead', type: sqs}}}"
    )
    assert (stream.bisects, stream.window, stream.max_retries) == (True, 7, 2)
    assert stream.failures is not None
    assert stream.failures.text == "arn:dead"
    rule = only_event(
        "eventBridge: {pattern: {detail-type: [Paid]}, retryPolicy: {maximumEventAge: 60, maximumRetryAttempts: 0}}"
    )
    assert (rule.detail_types, rule.max_age, rule.max_retries) == (("Paid",), 60, 0)


def test_state_machines_of_the_plugin() -> None:
    """Tasks name functions by their key in the service."""
    found = service(
        """\
        service: s
        provider: {name: aws}
        functions: {pay: {handler: a.b}}
        stepFunctions:
          stateMachines:
            flow:
              definition:
                States:
                  Pay: {Type: Task, Resource: {Fn::GetAtt: [pay, Arn]}, Retry: [{ErrorEquals: [X]}]}
        """
    )
    (event,) = function(found, "pay").events
    assert (event.source, event.name, event.retried, event.place.span.line) == (Source.STEP_FUNCTIONS, "Pay", True, 9)


@pytest.mark.parametrize(("stage", "named"), [("", "dev"), ("  stage: ${opt:stage, 'qa'}\n", "qa")])
def test_functions_are_called_by_service_stage_and_key(stage: str, named: str) -> None:
    """A state machine of the resources names a function as the framework calls it."""
    text = (
        f"service: shop\nprovider:\n  name: aws\n{stage}functions:\n  pay:\n    handler: app.pay\n  own:\n    handler: app.own\n    name: my-own\n"
        "resources:\n  Resources:\n    Flow:\n      Type: AWS::StepFunctions::StateMachine\n      Properties:\n        DefinitionString: |\n"
        '          {"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,\n'
        f'            "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:shop-{named}-pay"}}}}}}\n'
    )
    found = service(text)
    assert [event.source for event in function(found, "pay").events] == [Source.STEP_FUNCTIONS]
    assert function(found, "own").events == ()


LIFT = """\
    service: shop
    provider: {name: aws}
    functions:
      mail: {handler: app.mail, timeout: 20}
    constructs:
      orders:
        type: queue
        alarm: me@example.com
        batchSize: 10
        worker: {handler: app.orders, timeout: 10}
      letters:
        type: queue
        fifo: true
        maxRetries: 5
        maxBatchingWindow: 3
        worker: mail
      files: {type: storage}
    """


class TestLift:
    """A queue of serverless-lift is a queue with a worker, a dead-letter queue and an alarm where one is wanted."""

    def test_workers_are_called_by_their_queues(self) -> None:
        found = service(LIFT)
        (order,), (letter,) = function(found, "ordersWorker").events, function(found, "mail").events
        assert (order.source, order.batch_size, order.reports_failures) == (Source.SQS, 10, True)
        assert (letter.source, letter.batch_size, letter.reports_failures) == (Source.SQS_FIFO, 1, True)
        assert function(found, "ordersWorker").handler == "app.orders"

    def test_queues_as_the_plugin_makes_them(self) -> None:
        found = {queue.name: queue for queue in service(LIFT).queues}
        assert {name: (queue.visibility, queue.retention, queue.fifo) for name, queue in found.items()} == {
            "ordersQueue": (60, None, False), "ordersDlq": (None, 1_209_600, False),
            "lettersQueue": (123, None, True), "lettersDlq": (None, 1_209_600, True),
        }  # fmt: skip
        assert {name: (queue.max_receives, queue.redrive.text) for name, queue in found.items() if queue.redrive} == {
            "ordersQueue": (3, "ordersDlq"), "lettersQueue": (5, "lettersDlq"),
        }  # fmt: skip
        assert len({queue.place for queue in found.values()}) == 4
        (alarm,) = service(LIFT).alarms
        assert [value.text for _, value in alarm.dimensions] == ["ordersDlq"]


LIFTED = """\
    service: shop
    provider: {name: aws}
    lift: {automaticPermissions: %s}
    functions:
      pay:
        handler: app.pay
        environment: {TABLE: "${construct:ledger.tableName}", QUEUE: "${construct:jobs.queueUrl}"}
        events:
          - eventBridge: {eventBus: "${construct:stripe.busName}", pattern: {source: [stripe]}}
          - stream: {type: dynamodb, arn: "${construct:ledger.tableStreamArn}"}
          - s3: {bucket: "${construct:files.bucketName}"}
    constructs:
      stripe: {type: webhook, path: /stripe, method: POST, authorizer: {handler: auth.check}}
      open: {type: webhook, path: /open, method: POST, insecure: true}
      files: {type: storage}
      jobs: {type: queue, worker: {handler: app.work}}
      ledger: {type: database/dynamodb-single-table}
    """


class TestLiftedResources:
    """Webhooks, buckets and tables of serverless-lift, and what refers to them."""

    def test_a_webhook_asks_its_authorizer(self) -> None:
        found = service(LIFTED % "true")
        assert [item.name for item in found.functions] == ["pay", "jobsWorker", "stripeAuthorizer"]
        check = function(found, "stripeAuthorizer")
        assert (check.handler, [event.source for event in check.events]) == ("auth.check", [Source.API])

    def test_the_table_has_keys_a_stream_and_an_end(self) -> None:
        (table,) = service(LIFTED % "true").tables
        assert (table.name, table.keys, table.ttl, table.streams) == ("ledgerTable", ("PK", "SK"), "TimeToLive", True)

    def test_variables_refer_to_what_the_constructs_make(self) -> None:
        pay = function(service(LIFTED % "true"), "pay")
        assert {name: (value.kind, value.text) for name, value in pay.environment} == {
            "TABLE": ("ref", "ledgerTable"), "QUEUE": ("ref", "jobsQueue"),
        }  # fmt: skip
        assert {(event.source, event.target.text) for event in pay.events if event.target} == {
            (Source.EVENTBRIDGE, "stripeBus"), (Source.DYNAMODB_STREAM, "ledgerTable"), (Source.S3, "filesBucket"),
        }  # fmt: skip

    @pytest.mark.parametrize(("automatic", "on"), [("true", ["jobsQueue", "filesBucket", "ledgerTable"]), ("false", [])])
    def test_what_functions_may_do_by_themselves(self, automatic: str, on: list[str]) -> None:
        grants = function(service(LIFTED % automatic), "pay").grants
        assert [value.text for grant in grants or () for value in grant.resources] == on


def test_endless_variables_end() -> None:
    """A variable that refers to itself is unknown, not endless."""
    found = service(
        """\
        service: s
        custom: {a: "${self:custom.b}", b: "${self:custom.a}", c: "${self:}"}
        provider: {name: aws}
        functions: {pay: {handler: "a.${self:custom.a}"}}
        """
    )
    assert function(found, "pay").handler is None


def test_other_clouds_are_ignored() -> None:
    """A service for another provider is no stack."""
    text = "service: s\nprovider: {name: google}\nfunctions: {pay: {handler: a.b}}\n"
    assert read_stacks({"serverless.yml": text}) == ()


class TestPolicies:
    """What functions may do is what the service's role says, where all of it can be read."""

    TEXT = """
        service: shop
        provider:
          name: aws
          {provider}
        functions:
          charge:
            handler: app.handler
            {function}
        resources:
          Resources:
            Claims: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: claims}}}}
    """
    STATEMENT = "[{Effect: Allow, Action: [dynamodb:PutItem], Resource: !GetAtt Claims.Arn}]"

    def grants(self, provider: str, function: str = "timeout: 3") -> list[tuple[tuple[str, ...], list[str]]] | None:
        """The actions and resources of each grant."""
        (stack,) = read_stacks({"serverless.yml": dedent(self.TEXT).format(provider=provider, function=function)})
        found = stack.functions[0].grants
        return None if found is None else [(grant.actions, [value.text for value in grant.resources]) for grant in found]

    @pytest.mark.parametrize("provider", ["iam: {{role: {{statements: {0}}}}}", "iamRoleStatements: {0}"])
    def test_statements_of_the_provider(self, provider: str) -> None:
        assert self.grants(provider.format(self.STATEMENT)) == [(("dynamodb:PutItem",), ["Claims"])]

    def test_without_statements_nothing_is_allowed_on_tables(self) -> None:
        assert self.grants("runtime: python3.12") == []

    @pytest.mark.parametrize(
        ("provider", "function"),
        [
            ("role: arn:aws:iam::1:role/x", "timeout: 3"),
            ("iam: {role: arn:aws:iam::1:role/x}", "timeout: 3"),
            ("iam: {role: {statements: '${file(elsewhere.yml)}'}}", "timeout: 3"),
            ("iam: {role: {managedPolicies: [arn:aws:iam::1:policy/own]}}", "timeout: 3"),
            ("runtime: python3.12", "role: arn:aws:iam::1:role/x"),
            ("runtime: python3.12", "iamRoleStatements: [{Effect: Allow, Action: '*', Resource: '*'}]"),
        ],
    )
    def test_what_cannot_be_read_may_be_anything(self, provider: str, function: str) -> None:
        assert self.grants(provider, function) is None
