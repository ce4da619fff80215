"""What templates say about the functions of other templates, and resources made in loops."""

from __future__ import annotations

from textwrap import dedent

import pytest

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


class TestExchanged:
    """Values that stacks side by side hand to each other by name."""

    OWNER = """\
        Parameters: {Stage: {Type: String}}
        Resources:
          Charge: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler}}
          Told:
            Type: AWS::SSM::Parameter
            Properties: {Name: !Sub "/${Stage}/payment/charge", Value: !Sub "${Charge.Arn}", Type: String}
        Outputs:
          ChargeFunction: {Value: !GetAtt Charge.Arn, Export: {Name: !Sub "${AWS::StackName}-charge"}}
        """
    USER = """\
        Parameters:
          {parameter}
        Resources:
          Nightly:
            Type: AWS::Scheduler::Schedule
            Properties: {{ScheduleExpression: rate(1 day), Target: {{Arn: {arn}}}}}
        """
    OTHER = '{{Type: "AWS::SSM::Parameter::Value<String>", Default: {default}}}'

    @pytest.mark.parametrize(
        ("parameter", "arn"),
        [
            ("Pay: " + OTHER.format(default="/dev/payment/charge"), "!Ref Pay"),
            ('ChargeFunction: {Type: "AWS::SSM::Parameter::Value<String>"}', "!Ref ChargeFunction"),
            ("ChargeFunction: {Type: String}", '!Sub "${ChargeFunction}"'),
            ("Stack: {Type: String}", '!ImportValue {"Fn::Sub": "${Stack}-charge"}'),
            ("Stage: {Type: String}", '"{{resolve:ssm:/dev/payment/charge:3}}"'),
        ],
        ids=["store", "store by the output's name", "output", "export", "resolved"],
    )
    def test_a_function_of_another_stack_is_called(self, parameter: str, arn: str) -> None:
        user = self.USER.format(parameter=parameter, arn=arn)
        found = events("Charge", **{"app/owner": self.OWNER, "app/user": user})
        assert [(path, event.source, event.place.path) for path, event in found] == [
            ("app/owner.yaml", Source.SCHEDULE, "app/user.yaml")
        ]

    def test_a_name_that_two_stacks_offer_joins_nothing(self) -> None:
        user = self.USER.format(parameter="ChargeFunction: {Type: String}", arn="!Ref ChargeFunction")
        files = {"app/one": self.OWNER, "app/two": self.OWNER, "app/user": user}
        assert events("Charge", **files) == []

    def test_outputs_of_another_project_are_not_meant(self) -> None:
        user = self.USER.format(parameter="ChargeFunction: {Type: String}", arn="!Ref ChargeFunction")
        assert events("Charge", **{"one/owner": self.OWNER, "two/user": user}) == []

    def test_another_path_of_the_store_is_not_meant(self) -> None:
        default = self.OTHER.format(default="/dev/payment/refund")
        user = self.USER.format(parameter=f"Pay: {default}", arn="!Ref Pay")
        assert events("Charge", **{"app/owner": self.OWNER, "app/user": user}) == []
