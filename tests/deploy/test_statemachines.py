"""Which states of a state machine call a function, and whether they try again."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lintdem.deploy import read_stacks, referred_files
from lintdem.model.stack import Event, Source, Stack

DEFINITION = """\
{
  "StartAt": "Pay",
  "States": {
    "Pay": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "${ChargeArn}", "Payload.$": "$"},
      "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}],
      "Next": "Wait"
    },
    "Wait": {"Type": "Wait", "Seconds": ${Delay}, "Next": "Again"},
    "Again": {"Type": "Task", "Resource": "${ChargeArn}", "End": true}
  }
}
"""

TEMPLATE = """\
    Resources:
      Charge: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler}}
      Flow:
        Type: AWS::Serverless::StateMachine
        Properties:
          DefinitionUri: flows/pay.asl.json
          DefinitionSubstitutions: {ChargeArn: !GetAtt Charge.Arn, Delay: 5}
    """


def stack(text: str, **files: str) -> Stack:
    """The stack of `svc/template.yaml`."""
    (found,) = read_stacks({"svc/template.yaml": dedent(text)} | files)
    return found


def events(found: Stack) -> dict[str, Event]:
    """The events of the only function, by state name."""
    return {event.name: event for event in found.functions[0].events}


def test_definition_in_a_file() -> None:
    """Tasks are found through the substitutions, each with its place in the definition file."""
    found = events(stack(TEMPLATE, **{"svc/flows/pay.asl.json": DEFINITION}))
    assert {name: event.retried for name, event in found.items()} == {"Pay": True, "Again": False}
    pay = found["Pay"]
    assert (pay.source, pay.place.path, pay.place.span.line) == (Source.STEP_FUNCTIONS, "svc/flows/pay.asl.json", 4)
    assert pay.target is not None
    assert pay.target.text == "Flow"


def test_the_template_says_which_file_it_needs() -> None:
    """`referred_files` names the definition, so that its text can be read and given."""
    assert "svc/flows/pay.asl.json" in referred_files("svc/template.yaml", dedent(TEMPLATE))


def test_unreadable_definition_is_a_problem() -> None:
    """A definition that cannot be read is reported in its own file."""
    found = stack(TEMPLATE, **{"svc/flows/pay.asl.json": '{"States": {\n  "Pay": oops oops'})
    (problem,) = found.problems
    assert (problem.code, problem.place.path, problem.place.span.line) == ("LDM901", "svc/flows/pay.asl.json", 2)


@pytest.mark.parametrize(
    "definition",
    [
        "Definition: {States: {Pay: {Type: Task, Resource: !GetAtt Charge.Arn, Retry: [{MaxAttempts: 2}]}}}",
        """DefinitionString: !Sub '{"States": {"Pay": {"Resource": "${Charge.Arn}", "Retry": [{"MaxAttempts": 2}]}}}'""",
        """DefinitionString: !Join ["", ['{"States": {"Pay": {"Resource": "', !GetAtt Charge.Arn, '", "Retry": [{}]}}}']]""",
        "Definition: {States: {All: {Type: Map, Retry: [{}], ItemProcessor: {States: {Pay: {Resource: !Ref Charge}}}}}}",
        "Definition: {States: {All: {Branches: [{States: {Pay: {Resource: !Ref Charge, Retry: [{}]}}}]}}}",
    ],
)
def test_definition_in_the_template(definition: str) -> None:
    """Records, strings and joined strings are read; a Retry around a state counts for it."""
    found = events(
        stack(
            f"""\
            Resources:
              Charge: {{Type: AWS::Lambda::Function, Properties: {{Handler: app.handler}}}}
              Flow:
                Type: AWS::StepFunctions::StateMachine
                Properties:
                  {definition}
            """
        )
    )
    assert found["Pay"].retried is True
    assert found["Pay"].place.span.line == 6


def test_place_inside_a_block_of_text() -> None:
    """A state in a literal block is placed on its own line of the template."""
    found = events(
        stack(
            """\
            Resources:
              Charge: {Type: AWS::Lambda::Function, Properties: {Handler: app.handler}}
              Flow:
                Type: AWS::StepFunctions::StateMachine
                Properties:
                  DefinitionString: !Sub |
                    {
                      "States": {
                        "Pay": {"Type": "Task", "Resource": "${Charge.Arn}"}
                      }
                    }
            """
        )
    )
    assert (found["Pay"].place.span.line, found["Pay"].place.span.column) == (9, 13)


def test_no_retry_and_express() -> None:
    """Zero attempts are no retry; an express workflow may run again as a whole, so it is unknown."""
    text = """\
        Resources:
          Charge: {{Type: AWS::Lambda::Function, Properties: {{Handler: app.handler}}}}
          Flow:
            Type: AWS::Serverless::StateMachine
            Properties:
              Type: {kind}
              Definition: {{States: {{Pay: {{Resource: !Ref Charge, Retry: [{{MaxAttempts: 0}}]}}}}}}
        """
    assert events(stack(text.format(kind="STANDARD")))["Pay"].retried is False
    assert events(stack(text.format(kind="EXPRESS")))["Pay"].retried is None


def test_definition_that_a_template_engine_makes() -> None:
    """The definition is named as it will be; loops and comments of Jinja, and a comma too many, are in nobody's way."""
    text = DEFINITION.replace('"Wait": {', '{# slow #}\n    {% for step in steps %}\n    "{{ step }}": {"Type": "Pass"},\n    {% endfor %}\n    "Wait": {')
    text = text.replace('"End": true}', '"End": true},')
    assert "svc/flows/pay.asl.json.j2" in referred_files("svc/template.yaml", TEMPLATE)
    found = events(stack(TEMPLATE, **{"svc/flows/pay.asl.json.j2": text}))
    assert {name: (event.retried, event.place.path, event.place.span.line) for name, event in found.items()} == {
        "Pay": (True, "svc/flows/pay.asl.json.j2", 4), "Again": (False, "svc/flows/pay.asl.json.j2", 16),
    }  # fmt: skip
