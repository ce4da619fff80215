"""Which functions are handlers, and who calls them."""

from __future__ import annotations

import textwrap

from lintdem.deploy import read_stacks
from lintdem.model.stack import Source
from lintdem.program import HandlerSetting, LinkSettings, Program, link
from lintdem.syntax import lower_source


def program(files: dict[str, str], settings: LinkSettings | None = None) -> Program:
    """A program of these files; those that are not Python are templates."""
    modules = [lower_source(p, textwrap.dedent(t).encode()) for p, t in files.items() if p.endswith(".py")]
    templates = {p: textwrap.dedent(t) for p, t in files.items() if not p.endswith(".py")}
    return link(modules, read_stacks(templates), settings)


def names(files: dict[str, str], settings: LinkSettings | None = None) -> list[str]:
    """The handlers of a program as "path:function"."""
    return [handler.name for handler in program(files, settings).handlers]


class TestByCode:
    """Names and signatures decide where no template does."""

    def test_the_usual_names(self) -> None:
        """`lambda_handler` and `handler` with an event and a context, whatever these are called."""
        assert names({"a.py": "def lambda_handler(event, _): ...", "b.py": "def handler(evt, ctx=None): ..."}) == [
            "a.py:lambda_handler", "b.py:handler",
        ]  # fmt: skip

    def test_any_name_with_event_and_context(self) -> None:
        """The parameters' names tell."""
        assert names({"a.py": "def on_order(event, context): ..."}) == ["a.py:on_order"]

    def test_a_context_type_tells_as_well(self) -> None:
        """An annotation with Powertools' LambdaContext."""
        code = "def archive_handler(message: dict, ctx: LambdaContext): ..."
        assert names({"a.py": code}) == ["a.py:archive_handler"]

    def test_look_alikes_are_none(self) -> None:
        """Methods, nested functions, helpers with further parameters, functions of tests."""
        code = """
            class Runner:
                def run(self, event, lambda_context): ...

            def decorator(function):
                def wrapper(event, context):
                    return function(event, context)
                return wrapper

            def parse(event, context, schema): ...
            def main(argv, stdout): ...
        """
        assert names({"a.py": code, "tests/test_a.py": "def handler(event, context): ..."}) == []


class TestByTemplate:
    """Templates name handlers and their triggers."""

    TEMPLATE = """
        AWSTemplateFormatVersion: "2010-09-09"
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::SQS::Queue
          Worker:
            Type: AWS::Serverless::Function
            Properties:
              Handler: worker.consume
              CodeUri: functions/worker/
              Runtime: python3.12
              Events:
                Queue:
                  Type: SQS
                  Properties:
                    Queue: !GetAtt Orders.Arn
                    BatchSize: 5
                    FunctionResponseTypes: [ReportBatchItemFailures]
    """

    def test_a_name_that_no_convention_has(self) -> None:
        """The handler string leads to the file below CodeUri, with all that the event source says."""
        found = program({"template.yaml": self.TEMPLATE, "functions/worker/worker.py": "def consume(batch, ctx): ..."})
        (handler,) = found.handlers
        assert (handler.name, handler.named) == ("functions/worker/worker.py:consume", "template")
        (trigger,) = handler.triggers
        assert (trigger.source, trigger.batch_size, trigger.reports_failures) == (Source.SQS, 5, True)
        assert trigger.evidence is not None
        assert trigger.evidence.path == "template.yaml"

    def test_two_functions_on_one_handler_add_their_triggers(self) -> None:
        """The same code deployed twice hears both sources."""
        template = textwrap.dedent(self.TEMPLATE) + textwrap.indent(
            textwrap.dedent("""
            Api:
              Type: AWS::Serverless::Function
              Properties:
                Handler: worker.consume
                CodeUri: functions/worker/
                Runtime: python3.12
                Events:
                  Post:
                    Type: HttpApi
        """), "  ")  # fmt: skip
        found = program({"template.yaml": template, "functions/worker/worker.py": "def consume(batch, ctx): ..."})
        (handler,) = found.handlers
        assert {trigger.source for trigger in handler.triggers} == {Source.SQS, Source.API}


class TestBySetting:
    """Configuration and directives, for infrastructure in another repository."""

    def test_a_pattern_names_handlers(self) -> None:
        """Wildcards over path:function."""
        settings = LinkSettings(handlers=(HandlerSetting("jobs/*:run", Source.SCHEDULE),))
        found = program({"jobs/nightly.py": "def run(payload): ..."}, settings)
        assert [(h.name, h.triggers[0].source) for h in found.handlers] == [("jobs/nightly.py:run", Source.SCHEDULE)]

    def test_a_directive_above_the_function(self) -> None:
        """`# lintdem: source[sqs]` makes any function a handler of that source."""
        found = program({"a.py": "# lintdem: source[sqs]\ndef consume(batch):\n    pass\n"})
        assert [(h.name, h.triggers[0].source) for h in found.handlers] == [("a.py:consume", Source.SQS)]
