"""Resources that call functions: subscriptions, rules, permissions, APIs, triggers.

Every reader takes one resource and says which functions it calls with which event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lintdem.deploy.events import destination, detail_types, mapping_events, with_retries
from lintdem.deploy.nodes import Node, Record, records_with
from lintdem.deploy.principals import source_of
from lintdem.deploy.template import Declared, Link, Template
from lintdem.model.stack import Event, Source, Value


def links(template: Template) -> Iterator[Link]:
    """What every resource of the template says about the events of functions."""
    for resource in template.resources.values():
        reader = _READERS.get(resource.type)
        if reader is not None:
            yield from reader(template, resource)
        elif resource.type.startswith("Custom::"):
            yield from _custom(template, resource)


def permitted(template: Template) -> Iterator[Link]:
    """Who may invoke which function: evidence for functions nothing else names."""
    for resource in template.of_type("AWS::Lambda::Permission"):
        principal = template.scope.text(resource.properties.get("Principal")) or ""
        source = source_of(principal)
        if source is not None:
            arn = resource.properties.get("SourceArn")
            yield from _links(template, resource, source, resource.properties.get("FunctionName"), arn)


def _event(template: Template, resource: Declared, source: Source, target: Node | None = None) -> Event:
    picked = template.scope.pick(target)
    value = template.scope.value(picked) if picked is not None else None
    return Event(source=source, place=resource.place, name=resource.name, target=value)


def _links(
    template: Template, resource: Declared, source: Source, called: Node | None, target: Node | None = None
) -> Iterator[Link]:
    event = _event(template, resource, source, target)
    return ((name, event) for name in template.functions_in(called))


def _subscription(template: Template, resource: Declared) -> Iterator[Link]:
    properties = resource.properties
    if template.scope.text(properties.get("Protocol")) not in ("lambda", None):
        return
    for name in template.functions_in(properties.get("Endpoint")):
        topic = template.scope.pick(properties.get("TopicArn"))
        yield (
            name,
            Event(
                source=Source.SNS,
                place=resource.place,
                name=resource.name,
                target=template.scope.value(topic) if topic is not None else None,
                failures=destination(template, properties.get("RedrivePolicy")),
            ),
        )


def _topic(template: Template, resource: Declared) -> Iterator[Link]:
    """Subscriptions written on the topic itself."""
    for item in template.scope.items(resource.properties.get("Subscription")):
        for name in template.functions_in(template.scope.get(item, "Endpoint")):
            itself = Value("ref", resource.name, resource.place)
            yield name, Event(source=Source.SNS, place=item.place, name=resource.name, target=itself)


def _rule(template: Template, resource: Declared) -> Iterator[Link]:
    scope, properties = template.scope, resource.properties
    pattern = properties.get("EventPattern")
    source = Source.SCHEDULE if pattern is None and "ScheduleExpression" in properties.entries else Source.EVENTBRIDGE
    bus = scope.pick(properties.get("EventBusName"))
    event = Event(
        source=source,
        place=resource.place,
        name=resource.name,
        target=scope.value(bus) if bus is not None else None,
        detail_types=detail_types(template, pattern),
    )
    for item in scope.items(properties.get("Targets")):
        for name in template.functions_in(scope.get(item, "Arn")):
            yield name, with_retries(template, event, item)


def _schedule(template: Template, resource: Declared) -> Iterator[Link]:
    target = template.scope.pick(resource.properties.get("Target"))
    for name in template.functions_in(template.scope.get(target, "Arn")):
        yield name, with_retries(template, _event(template, resource, Source.SCHEDULE), target)


def _pipe(template: Template, resource: Declared) -> Iterator[Link]:
    properties = resource.properties
    source = template.scope.pick(properties.get("Source"))
    settings = template.scope.get(properties, "SourceParameters")
    sizes = [template.scope.number(value) for _, value in records_with(settings, "BatchSize")]
    letters = [destination(template, value) for _, value in records_with(settings, "DeadLetterConfig")]
    event = Event(
        source=Source.PIPES,
        place=resource.place,
        name=resource.name,
        target=template.scope.value(source) if source is not None else None,
        batch_size=sizes[0] if sizes else None,
        failures=letters[0] if letters else None,
    )
    for field in ("Enrichment", "Target"):
        for name in template.functions_in(properties.get(field)):
            yield name, event


def _bucket(template: Template, resource: Declared) -> Iterator[Link]:
    """Notifications on the bucket, or on a resource apart that names its bucket."""
    scope = template.scope
    bucket = scope.pick(resource.properties.get("Bucket"))
    owner = Value("ref", resource.name, resource.place) if bucket is None else scope.value(bucket)
    for item in scope.items(scope.get(resource.properties, "NotificationConfiguration", "LambdaConfigurations")):
        for name in template.functions_in(scope.get(item, "Function")):
            yield name, Event(source=Source.S3, place=item.place, name=resource.name, target=owner)


def _integration(template: Template, resource: Declared) -> Iterator[Link]:
    """An HTTP or WebSocket API's integration; the protocol stands on the API."""
    api = template.scope.references(resource.properties.get("ApiId"))
    protocol = template.resources[api[0]].properties.get("ProtocolType") if api else None
    source = Source.WEBSOCKET if template.scope.text(protocol) == "WEBSOCKET" else Source.API
    target = resource.properties.get("ApiId")
    yield from _links(template, resource, source, resource.properties.get("IntegrationUri"), target)


def _definition(template: Template, resource: Declared) -> Iterator[Link]:
    """An API whose OpenAPI body names functions in its integrations."""
    itself = Value("ref", resource.name, resource.place)
    for field in ("Body", "DefinitionBody"):
        found = records_with(resource.properties.get(field), "x-amazon-apigateway-integration")
        for _, integration in found:
            uri = template.scope.get(integration, "uri")
            for name in template.functions_in(uri):
                yield name, Event(source=Source.API, place=integration.place, name=resource.name, target=itself)


def _each(template: Template, resource: Declared, source: Source, field: str) -> Iterator[Link]:
    """Every function under a key with this name, anywhere in the resource."""
    for _, value in records_with(resource.properties, field):
        yield from _links(template, resource, source, value)


def _pool(template: Template, resource: Declared) -> Iterator[Link]:
    triggers = template.scope.get(resource.properties, "LambdaConfig")
    for trigger, key, value in triggers.values() if isinstance(triggers, Record) else ():
        for name in template.functions_in(value):
            itself = Value("ref", resource.name, resource.place)
            yield name, Event(source=Source.COGNITO, place=key.place, name=trigger, target=itself)


def _stage_actions(template: Template, resource: Declared) -> Iterator[Link]:
    for action, kind in records_with(resource.properties, "ActionTypeId"):
        if template.scope.text(template.scope.get(kind, "Provider")) == "Lambda":
            called = template.scope.get(action, "Configuration", "FunctionName")
            yield from _links(template, resource, Source.CODEPIPELINE, called)


def _delivery(template: Template, resource: Declared) -> Iterator[Link]:
    for processor, name in records_with(resource.properties, "ParameterName"):
        if template.scope.text(name) == "LambdaArn":
            yield from _links(template, resource, Source.FIREHOSE, processor.get("ParameterValue"))


def _config_rule(template: Template, resource: Declared) -> Iterator[Link]:
    called = template.scope.get(resource.properties, "Source", "SourceIdentifier")
    yield from _links(template, resource, Source.CONFIG, called)


def _custom(template: Template, resource: Declared) -> Iterator[Link]:
    yield from _links(template, resource, Source.CUSTOM_RESOURCE, resource.properties.get("ServiceToken"))


def _balanced(template: Template, resource: Declared) -> Iterator[Link]:
    for item in template.scope.items(resource.properties.get("Targets")):
        yield from _links(template, resource, Source.ALB, template.scope.get(item, "Id"))


def _field(source: Source, name: str, target: str = "") -> Callable[[Template, Declared], Iterator[Link]]:
    """A reader of resources that name the function in one property."""

    def read(template: Template, resource: Declared) -> Iterator[Link]:
        owner = resource.properties.get(target) if target else None
        return _links(template, resource, source, resource.properties.get(name), owner)

    return read


def _anywhere(source: Source, field: str) -> Callable[[Template, Declared], Iterator[Link]]:
    """A reader of resources that name the function somewhere deep."""
    return lambda template, resource: _each(template, resource, source, field)


_READERS: dict[str, Callable[[Template, Declared], Iterator[Link]]] = {
    "AWS::Lambda::EventSourceMapping": lambda template, resource: iter(mapping_events(template, resource)),
    "AWS::Lambda::Url": _field(Source.FUNCTION_URL, "TargetFunctionArn"),
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::Events::Rule": _rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Pipes::Pipe": _pipe,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketNotification": _bucket,
    "AWS::ApiGateway::Method": _anywhere(Source.API, "Uri"),
    "AWS::ApiGateway::Authorizer": _field(Source.API, "AuthorizerUri", "RestApiId"),
    "AWS::ApiGatewayV2::Integration": _integration,
    "AWS::ApiGatewayV2::Authorizer": _field(Source.API, "AuthorizerUri", "ApiId"),
    "AWS::ApiGateway::RestApi": _definition,
    "AWS::ApiGatewayV2::Api": _definition,
    "AWS::Serverless::Api": _definition,
    "AWS::Serverless::HttpApi": _definition,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _balanced,
    "AWS::Cognito::UserPool": _pool,
    "AWS::AppSync::DataSource": _anywhere(Source.APPSYNC, "LambdaFunctionArn"),
    "AWS::AppSync::GraphQLApi": _anywhere(Source.APPSYNC, "AuthorizerUri"),
    "AWS::Serverless::GraphQLApi": _anywhere(Source.APPSYNC, "FunctionArn"),
    "AWS::Logs::SubscriptionFilter": _field(Source.LOGS, "DestinationArn", "LogGroupName"),
    "AWS::IoT::TopicRule": _anywhere(Source.IOT, "FunctionArn"),
    # AWS IoT waits for the answer: https://docs.aws.amazon.com/iot/latest/developerguide/pre-provisioning-hook.html
    "AWS::IoT::ProvisioningTemplate": _anywhere(Source.DIRECT, "TargetArn"),
    "AWS::SES::ReceiptRule": _anywhere(Source.SES, "FunctionArn"),
    "AWS::Config::ConfigRule": _config_rule,
    "AWS::SecretsManager::RotationSchedule": _field(Source.SECRETS_ROTATION, "RotationLambdaARN", "SecretId"),
    "AWS::CodePipeline::Pipeline": _stage_actions,
    "AWS::KinesisFirehose::DeliveryStream": _delivery,
    "AWS::CloudFormation::CustomResource": _custom,
}
