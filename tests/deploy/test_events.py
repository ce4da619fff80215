"""Which events reach a function, and with which settings."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from lintdem.deploy import read_stacks
from lintdem.model.stack import Event, Source, Stack


def stack(text: str) -> Stack:
    """The stack of one template."""
    (found,) = read_stacks({"template.yaml": dedent(text)})
    return found


def with_charge(resources: str) -> tuple[Event, ...]:
    """The events of the function `Charge` beside other resources; these start at line 7."""
    head = """\
        Resources:
          Charge:
            Type: AWS::Lambda::Function
            Properties:
              FunctionName: charge-card
              Handler: app.handler
        """
    found = stack(dedent(head) + indent(dedent(resources), "  "))
    return found.functions[0].events


def sam_event(written: str) -> Event:
    """The event of a SAM function with this event; its name stands in line 7."""
    head = """\
        Resources:
          Charge:
            Type: AWS::Serverless::Function
            Properties:
              Handler: app.handler
              Events:
                It:
        """
    (found,) = stack(dedent(head) + indent(dedent(written), " " * 10)).functions[0].events
    assert (found.name, found.place.span.line) == ("It", 7)
    return found


class TestServerlessApplicationModel:
    """Events written on a SAM function."""

    @pytest.mark.parametrize(
        ("kind", "source"),
        [
            ("SQS", Source.SQS),
            ("Kinesis", Source.KINESIS),
            ("DynamoDB", Source.DYNAMODB_STREAM),
            ("MSK", Source.KAFKA),
            ("SelfManagedKafka", Source.KAFKA),
            ("MQ", Source.MQ),
            ("S3", Source.S3),
            ("SNS", Source.SNS),
            ("Api", Source.API),
            ("HttpApi", Source.API),
            ("Schedule", Source.SCHEDULE),
            ("ScheduleV2", Source.SCHEDULE),
            ("EventBridgeRule", Source.EVENTBRIDGE),
            ("CloudWatchEvent", Source.EVENTBRIDGE),
            ("CloudWatchLogs", Source.LOGS),
            ("IoTRule", Source.IOT),
            ("AlexaSkill", Source.DIRECT),
            ("Cognito", Source.COGNITO),
            ("SomethingNew", Source.UNKNOWN),
        ],
    )
    def test_source_of_every_type(self, kind: str, source: Source) -> None:
        """Every type of event is a source; a type nobody knows yet is unknown, not lost."""
        assert sam_event(f"Type: {kind}").source is source

    def test_stream_settings(self) -> None:
        """The settings of a stream's mapping, with the failure destination."""
        found = sam_event(
            """\
            Type: Kinesis
            Properties:
              Stream: !Sub arn:aws:kinesis:eu-west-1:1:stream/clicks
              StartingPosition: LATEST
              BatchSize: 100
              BisectBatchOnFunctionError: true
              MaximumRetryAttempts: 3
              MaximumRecordAgeInSeconds: 3600
              ParallelizationFactor: 2
              DestinationConfig: {OnFailure: {Destination: "arn:aws:sqs:eu-west-1:1:dead"}}
            """
        )
        assert (found.batch_size, found.bisects, found.reports_failures) == (100, True, False)
        assert (found.max_retries, found.max_age, found.parallel) == (3, 3600, 2)
        assert found.failures is not None
        assert found.failures.text == "arn:aws:sqs:eu-west-1:1:dead"

    def test_rule_settings(self) -> None:
        """Detail types, retry policy and dead letters of an EventBridge rule."""
        found = sam_event(
            """\
            Type: EventBridgeRule
            Properties:
              Pattern: {detail-type: [Order Placed, Order Paid]}
              RetryPolicy: {MaximumRetryAttempts: 5, MaximumEventAgeInSeconds: 900}
              DeadLetterConfig: {Type: SQS, QueueLogicalId: Dead}
            """
        )
        assert found.detail_types == ("Order Placed", "Order Paid")
        assert (found.max_retries, found.max_age) == (5, 900)
        assert found.failures is not None
        assert (found.failures.kind, found.failures.text) == ("ref", "Dead")

    def test_topic_through_a_queue_is_a_queue(self) -> None:
        """With `SqsSubscription` the function polls a queue; the topic does not call it."""
        assert sam_event("{Type: SNS, Properties: {Topic: t, SqsSubscription: true}}").source is Source.SQS

    def test_queue_named_fifo(self) -> None:
        """A queue outside the template is FIFO by its name."""
        assert sam_event("{Type: SQS, Properties: {Queue: 'arn:aws:sqs:r:1:q.fifo'}}").source is Source.SQS_FIFO

    def test_function_url(self) -> None:
        """A URL is an event of its own, placed where it is configured."""
        found = stack(
            """\
            Resources:
              Charge:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: app.handler
                  FunctionUrlConfig: {AuthType: NONE}
            """
        )
        (event,) = found.functions[0].events
        assert (event.source, event.place.span.line) == (Source.FUNCTION_URL, 6)


class TestEventSourceMappings:
    """Mappings that stand apart from the function."""

    def test_mapping_of_a_queue(self) -> None:
        """The source is that of the resource the mapping points to."""
        (event,) = with_charge(
            """\
            Mapping:
              Type: AWS::Lambda::EventSourceMapping
              Properties:
                EventSourceArn: !GetAtt Incoming.Arn
                FunctionName: !Ref Charge
                BatchSize: 1
            Incoming: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
            """
        )
        assert (event.source, event.name, event.place.span.line) == (Source.SQS_FIFO, "Mapping", 7)
        assert (event.batch_size, event.reports_failures) == (1, False)
        assert event.target is not None
        assert (event.target.kind, event.target.text, event.target.name) == ("attribute", "Incoming", "Arn")

    @pytest.mark.parametrize(
        ("settings", "source"),
        [
            ("EventSourceArn: !GetAtt Orders.StreamArn, StartingPosition: LATEST", Source.DYNAMODB_STREAM),
            ("EventSourceArn: 'arn:aws:kafka:r:1:cluster/c', Topics: [t]", Source.KAFKA),
            ("SelfManagedEventSource: {Endpoints: {}}, Topics: [t]", Source.KAFKA),
            ("EventSourceArn: !Ref BrokerArn, Queues: [q]", Source.MQ),
            ("EventSourceArn: !Ref Open", Source.SQS),
            ("EventSourceArn: !ImportValue orders-table-stream, StartingPosition: LATEST", Source.DYNAMODB_STREAM),
            ("EventSourceArn: !ImportValue clicks, StartingPosition: LATEST", Source.KINESIS),
        ],
    )
    def test_source_of_the_mapping(self, settings: str, source: Source) -> None:
        """Without the resource, the ARN or the settings that only some sources have decide."""
        (event,) = with_charge(
            f"""\
            Mapping:
              Type: AWS::Lambda::EventSourceMapping
              Properties: {{FunctionName: !GetAtt Charge.Arn, {settings}}}
            Orders: {{Type: AWS::DynamoDB::Table}}
            """
        )
        assert event.source is source


class TestCallers:
    """Resources that call a function."""

    @pytest.mark.parametrize(
        ("resource", "source"),
        [
            ("{Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Charge}}", Source.FUNCTION_URL),
            (
                "{Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, Endpoint: !GetAtt Charge.Arn, TopicArn: t}}",
                Source.SNS,
            ),
            ("{Type: AWS::SNS::Topic, Properties: {Subscription: [{Endpoint: !GetAtt Charge.Arn}]}}", Source.SNS),
            (
                "{Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day), Targets: [{Arn: !GetAtt Charge.Arn}]}}",
                Source.SCHEDULE,
            ),
            (
                "{Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}, Targets: [{Arn: !GetAtt Charge.Arn}]}}",
                Source.EVENTBRIDGE,
            ),
            ("{Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !GetAtt Charge.Arn}}}", Source.SCHEDULE),
            ("{Type: AWS::Pipes::Pipe, Properties: {Source: !Ref Q, Target: !GetAtt Charge.Arn}}", Source.PIPES),
            (
                (
                    "{Type: AWS::S3::Bucket, Properties: {NotificationConfiguration:"
                    " {LambdaConfigurations: [{Event: s3:ObjectCreated:*, Function: !GetAtt Charge.Arn}]}}}"
                ),
                Source.S3,
            ),
            (
                (
                    "{Type: AWS::ApiGateway::Method, Properties: {Integration: {Uri: !Sub"
                    " 'arn:aws:apigateway:r:lambda:path/2015-03-31/functions/${Charge.Arn}/invocations'}}}"
                ),
                Source.API,
            ),
            ("{Type: AWS::ApiGatewayV2::Integration, Properties: {IntegrationUri: !GetAtt Charge.Arn}}", Source.API),
            (
                (
                    "{Type: AWS::Serverless::Api, Properties: {DefinitionBody: {paths: {/a: {post:"
                    " {x-amazon-apigateway-integration: {uri: !Sub '${Charge.Arn}/invocations'}}}}}}}"
                ),
                Source.API,
            ),
            (
                "{Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PostConfirmation: !GetAtt Charge.Arn}}}",
                Source.COGNITO,
            ),
            (
                "{Type: AWS::AppSync::DataSource, Properties: {LambdaConfig: {LambdaFunctionArn: !GetAtt Charge.Arn}}}",
                Source.APPSYNC,
            ),
            ("{Type: Custom::Seed, Properties: {ServiceToken: !GetAtt Charge.Arn}}", Source.CUSTOM_RESOURCE),
            ("{Type: AWS::Logs::SubscriptionFilter, Properties: {DestinationArn: !GetAtt Charge.Arn}}", Source.LOGS),
            (
                "{Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {Actions: [{Lambda: {FunctionArn: !GetAtt Charge.Arn}}]}}}",
                Source.IOT,
            ),
            (
                "{Type: AWS::IoT::ProvisioningTemplate, Properties: {PreProvisioningHook: {TargetArn: !GetAtt Charge.Arn}}}",
                Source.DIRECT,
            ),
            (
                "{Type: AWS::SES::ReceiptRule, Properties: {Rule: {Actions: [{LambdaAction: {FunctionArn: !GetAtt Charge.Arn}}]}}}",
                Source.SES,
            ),
            (
                "{Type: AWS::Config::ConfigRule, Properties: {Source: {SourceIdentifier: !GetAtt Charge.Arn}}}",
                Source.CONFIG,
            ),
            (
                "{Type: AWS::SecretsManager::RotationSchedule, Properties: {RotationLambdaARN: !GetAtt Charge.Arn}}",
                Source.SECRETS_ROTATION,
            ),
            (
                "{Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Targets: [{Id: !GetAtt Charge.Arn}]}}",
                Source.ALB,
            ),
            (
                (
                    "{Type: AWS::CodePipeline::Pipeline, Properties: {Stages: [{Actions: [{ActionTypeId: {Provider: Lambda},"
                    " Configuration: {FunctionName: !Ref Charge}}]}]}}"
                ),
                Source.CODEPIPELINE,
            ),
            (
                (
                    "{Type: AWS::KinesisFirehose::DeliveryStream, Properties: {X: {Processors: [{Parameters:"
                    " [{ParameterName: LambdaArn, ParameterValue: !GetAtt Charge.Arn}]}]}}}"
                ),
                Source.FIREHOSE,
            ),
            ("{Type: AWS::Events::Rule, Properties: {Targets: [{Arn: !Ref Live}]}}", Source.EVENTBRIDGE),
            (
                "{Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: 'arn:aws:lambda:r:1:function:charge-card'}}",
                Source.FUNCTION_URL,
            ),
        ],
    )
    def test_resource_that_names_the_function(self, resource: str, source: Source) -> None:
        """By reference, inside an ARN, through an alias or by the function's own name."""
        (event,) = with_charge(
            f"It: {resource}\nLive: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref Charge}}}}\n"
        )
        assert (event.source, event.place.path) == (source, "template.yaml")
        assert event.place.span.line == 7

    def test_web_socket_api(self) -> None:
        """The protocol of the API tells a WebSocket from HTTP."""
        (event,) = with_charge(
            """\
            Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET}}
            It:
              Type: AWS::ApiGatewayV2::Integration
              Properties: {ApiId: !Ref Api, IntegrationUri: !GetAtt Charge.Arn}
            """
        )
        assert event.source is Source.WEBSOCKET

    def test_other_protocols_do_not_call(self) -> None:
        """A subscription of a queue is no event of a function."""
        assert (
            with_charge(
                "It: {Type: AWS::SNS::Subscription, Properties: {Protocol: sqs, Endpoint: !GetAtt Q.Arn}}\n"
                "Q: {Type: AWS::SQS::Queue}\n"
            )
            == ()
        )

    def test_permission_counts_when_nothing_else_does(self) -> None:
        """A permission says who may call; it is the event of a function that has no other."""
        permission = """\
            Allowed:
              Type: AWS::Lambda::Permission
              Properties: {FunctionName: !Ref Charge, Principal: s3.amazonaws.com, SourceArn: !GetAtt Files.Arn}
            Files: {Type: AWS::S3::Bucket}
            """
        (event,) = with_charge(permission)
        assert (event.source, event.target.text if event.target else None) == (Source.S3, "Files")
        rule = "It: {Type: AWS::Events::Rule, Properties: {EventPattern: {}, Targets: [{Arn: !GetAtt Charge.Arn}]}}\n"
        assert [found.source for found in with_charge(dedent(permission) + rule)] == [Source.EVENTBRIDGE]

    def test_invoke_config_that_stands_apart(self) -> None:
        """An `EventInvokeConfig` resource gives its function the asynchronous settings."""
        found = stack(
            """\
            Resources:
              Charge: {Type: AWS::Lambda::Function, Properties: {Handler: app.handler}}
              Config:
                Type: AWS::Lambda::EventInvokeConfig
                Properties: {FunctionName: !Ref Charge, Qualifier: $LATEST, MaximumRetryAttempts: 0}
            """
        )
        assert found.functions[0].async_retries == 0
