"""What templates say about the functions of other templates, and resources made in loops."""

from __future__ import annotations

from textwrap import dedent

from lintdem.deploy import read_stacks
from lintdem.model.stack import Event, Source


def events(name: str, **files: str) -> list[tuple[str, Event]]:
    """The events of every function called `name`, with the path of its template."""
    texts = {f"{path}.yaml": dedent(text) for path, text in files.items()}
    return [
        (stack.path, event)
        for stack in read_stacks(texts)
        for function in stack.functions
        if function.name == name
        for event in function.events
    ]


CHARGE = """\
    Resources:
      Charge: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler}}
    Outputs:
      Arn: {Value: !GetAtt Charge.Arn}
    """

NIGHTLY = """\
    Parameters:
      Called: {Type: String, Default: nobody}
    Resources:
      Nightly:
        Type: AWS::Events::Rule
        Properties: {ScheduleExpression: rate(1 day), Targets: [{Arn: !Ref Called}]}
    """


def test_function_given_to_a_nested_stack() -> None:
    """A rule in the nested stack calls the function of its parent."""
    parent = """\
        Resources:
          Charge: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler}}
          Rules:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: ./nightly.yaml, Parameters: {Called: !GetAtt Charge.Arn}}
        """
    ((path, event),) = events("Charge", main=parent, nightly=NIGHTLY)
    assert (path, event.source, event.name) == ("main.yaml", Source.SCHEDULE, "Nightly")
    assert (event.place.path, event.place.span.line) == ("nightly.yaml", 4)


def test_function_given_back_by_a_nested_stack() -> None:
    """A subscription in the parent calls the function whose ARN is an output of the nested stack."""
    parent = """\
        Resources:
          Orders: {Type: AWS::Serverless::Application, Properties: {Location: charge.yaml}}
          Listen:
            Type: AWS::SNS::Subscription
            Properties: {Protocol: lambda, Endpoint: !GetAtt Orders.Outputs.Arn, TopicArn: t}
        """
    ((path, event),) = events("Charge", main=parent, charge=CHARGE)
    assert (path, event.source, event.place.path) == ("charge.yaml", Source.SNS, "main.yaml")


def test_function_passed_from_one_nested_stack_to_another() -> None:
    """An output of one nested stack that is a parameter of the next is followed."""
    parent = """\
        Resources:
          Orders: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: charge.yaml}}
          Rules:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: nightly.yaml, Parameters: {Called: !GetAtt Orders.Outputs.Arn}}
        """
    ((path, event),) = events("Charge", main=parent, charge=CHARGE, nightly=NIGHTLY)
    assert (path, event.source, event.place.path) == ("charge.yaml", Source.SCHEDULE, "nightly.yaml")


def test_templates_that_nest_each_other_end() -> None:
    """A circle of nested stacks is followed a bounded number of times."""
    text = """\
        Resources:
          Charge: {{Type: AWS::Serverless::Function, Properties: {{Handler: app.handler}}}}
          Other: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {other}.yaml}}}}
        """
    assert events("Charge", one=text.format(other="two"), two=text.format(other="one")) == []


def test_resources_of_a_loop() -> None:
    """`Fn::ForEach` makes a resource for every value that stands in the template."""
    text = """\
        Resources:
          Fn::ForEach::Queues:
            - Name
            - [Orders, Refunds]
            - "${Name}Queue": {Type: AWS::SQS::Queue}
        """
    (stack,) = read_stacks({"t.yaml": dedent(text)})
    assert [(queue.name, queue.place.span.line) for queue in stack.queues] == [("OrdersQueue", 5), ("RefundsQueue", 5)]
