"""Templates that are broken, or made to be expensive: a clear problem or a right answer, in bounded time."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Mapping

import pytest

from lintdem.deploy import read_stacks
from lintdem.model.stack import Lambda
from lintdem.session import check_files

_FUNCTION = "  F: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}\n"
_HEAD = 'AWSTemplateFormatVersion: "2010-09-09"\n'
_TERRAFORM = 'resource "aws_lambda_function" "f" {\n  handler = "a.b"\n}\n'
_SECONDS = 10
"""Far more than any of these takes; without its bound each would take minutes or all memory."""


def _problems(files: Mapping[str, str | bytes]) -> list[tuple[str, str, int]]:
    start = time.perf_counter()
    report = check_files({"good/app.py": "def handler(event, context):\n    pass\n", **files})
    assert time.perf_counter() - start < _SECONDS
    assert not [problem for problem in report.problems if problem.code == "LDM905"]
    return [(problem.code, problem.place.path, problem.place.span.line) for problem in report.problems]


def _template(body: str, path: str = "template.yaml") -> dict[str, str | bytes]:
    return {path: _HEAD + body}


def _functions(files: Mapping[str, str | bytes]) -> list[Lambda]:
    start = time.perf_counter()
    stacks = read_stacks({path: text if isinstance(text, str) else text.decode() for path, text in files.items()})
    assert time.perf_counter() - start < _SECONDS
    return [function for stack in stacks for function in stack.functions]


class TestRefused:
    """What cannot be read is one problem with its line, and the rest of the run goes on."""

    @pytest.mark.parametrize(
        ("files", "line"),
        [
            pytest.param(
                _template(
                    "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
                    + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
                    + "Resources:\n"
                    + _FUNCTION
                ),
                7,
                id="alias bomb",
            ),
            pytest.param(_template("a: &a\n  <<: *a\nResources:\n" + _FUNCTION), 3, id="merge cycle"),
            pytest.param(_template("Resources: " + "[" * 10_000 + "]" * 10_000), 2, id="deep YAML"),
            pytest.param(_template("Resources:\n  ? [a, b]\n  : x\n" + _FUNCTION), 3, id="key that is a list"),
            pytest.param(
                {"template.json": '{"AWSTemplateFormatVersion": "1", "Resources": ' + "[" * 10_000 + "]" * 10_000 + "}"},
                1,
                id="deep JSON",
            ),
            pytest.param({"template.yaml": b"AWSTemplateFormatVersion\x00\xff\xfe AWS::Lambda::Function"}, 1, id="binary"),
            pytest.param(_template('Resources:\n  F: {Type: "AWS::Lambda::Function\0"}\n'), 3, id="NUL in YAML"),
            pytest.param({"main.tf": 'resource "a" "b" {\0}\n'}, 1, id="NUL in HCL"),
            pytest.param({"main.tf": "locals {\n  x = " + "[" * 10_000 + "\n}\n"}, 2, id="deep HCL"),
            pytest.param({"main.tf": "a {\n" * 10_000}, 101, id="deep blocks"),
            pytest.param({"main.tf": "locals {\n  x = " + "-" * 10_000 + "1\n}\n"}, 2, id="signs"),
            pytest.param({"main.tf": "locals {\n  x = <<EOF\nfoo\n}\n"}, 2, id="heredoc without end"),
            pytest.param({"main.tf": 'locals {\n  x = "foo\n}\n'}, 2, id="string without end"),
            pytest.param({"main.tf": "\n" + "/* " * 50_000}, 2, id="comment without end"),
            pytest.param({"main.tf.json": '{"resource": {"aws_sqs_queue": {\n' + ",\n".join(f'"q{n}": {{}}' for n in range(40_000)) + "}}}"}, 20002, id="many blocks"),
            pytest.param({"main.tf": "locals {\n  x = [" + "a," * 120_000 + "]\n}\n"}, 2, id="huge list"),
        ],
    )
    def test_is_a_problem_with_its_line(self, files: dict[str, str | bytes], line: int) -> None:
        (path,) = files
        other: dict[str, str | bytes] = {"other/template.yaml": _HEAD + "Resources:\n" + _FUNCTION.replace("a.b", "gone.b")}
        assert _problems(files | other) == [("LDM901", path, line)]

    def test_a_state_machine_nested_too_deeply_is_said(self) -> None:
        text = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: '"
        assert _problems(_template(text + '{"a":' * 10_000 + "'\n")) == [("LDM902", "template.yaml", 6)]

    def test_an_included_file_that_cannot_be_read_is_said(self) -> None:
        service = "service: x\nprovider: {name: aws}\nfunctions: ${file(parts.yml)}\nresources: {Resources: {Q: {Type: AWS::SQS::Queue}}}\n"
        assert _problems({"serverless.yml": service, "parts.yml": "a:\n - b: [\n"}) == [("LDM901", "parts.yml", 3)]


class TestExpensive:
    """What multiplies is cut short where nothing is gained by going on."""

    def test_loops_in_loops_are_said(self) -> None:
        body = "Resources:\n"
        for level in range(4):
            pad = "  " * (2 * level + 1)
            body += f"{pad}'Fn::ForEach::L{level}':\n{pad}  - V{level}\n{pad}  - [{','.join(map(str, range(100)))}]\n{pad}  -\n"
        body += "  " * 9 + '"F${V0}${V1}${V2}${V3}": {Type: AWS::SNS::Topic}\n'
        found = _problems(_template(body))
        assert [(code, path) for code, path, _ in found] == [("LDM901", "template.yaml")]

    def test_substitutions_in_substitutions(self) -> None:
        inner = '"${A}"'
        for _ in range(30):
            inner = '{"Fn::Sub": ["${a}${a}${a}${a}${a}${a}", {"a": ' + inner + "}]}"
        text = '{"Parameters": {"A": {"Default": "xxxxxxxxxx"}}, "Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": '
        (function,) = _functions({"template.json": text + inner + "}}}}"})
        assert function.handler is None

    def test_one_long_value_used_often(self) -> None:
        long, many = "x" * 100_000, "${A}" * 1_000
        body = f'Parameters:\n  A: {{Default: "{long}"}}\nResources:\n  F: {{Type: AWS::Lambda::Function, Properties: {{Handler: !Sub "{many}"}}}}\n'
        (function,) = _functions(_template(body))
        assert function.handler is None

    def test_long_words_without_an_end(self) -> None:
        assert _problems(_template("Description: " + "a/" * 100_000 + "\nResources:\n" + _FUNCTION)) == []

    @pytest.mark.parametrize(
        "local",
        [
            '"a0"\n' + "".join(f"  a{n} = [{', '.join([f'local.a{n - 1}'] * 10)}]\n" for n in range(1, 20)),
            '"a0"\n' + "".join(f'  a{n} = "{f"${{local.a{n - 1}}}" * 10}"\n' for n in range(1, 20)),
            "local.a1\n  a1 = local.a0\n  a19 = [local.a19, local.a19]\n",
        ],
        ids=["lists", "strings", "cycle"],
    )
    def test_locals_of_locals(self, local: str) -> None:
        text = f'locals {{\n  a0 = {local}}}\nresource "aws_lambda_function" "f" {{\n  handler = "a.b"\n  role = local.a19\n}}\n'
        (function,) = _functions({"main.tf": text})
        assert function.handler == "a.b"

    def test_a_template_that_reads_itself(self) -> None:
        text = 'data "template_file" "t" {\n  template = file("x.json")\n  vars = { x = data.template_file.t.rendered }\n}\n'
        (function,) = _functions({"main.tf": text + _TERRAFORM.replace('"a.b"', "data.template_file.t.rendered")})
        assert function.handler is None

    def test_variables_that_double(self) -> None:
        customs = "".join(f"  a{n}: {{x: '${{self:custom.a{n - 1}}}', y: '${{self:custom.a{n - 1}}}'}}\n" for n in range(1, 40))
        text = f"service: x\nprovider: {{name: aws}}\ncustom:\n  a0: {{k: v}}\n{customs}functions:\n  f: {{handler: a.b, tags: '${{self:custom.a39}}'}}\n"
        assert [code for code, _, _ in _problems({"serverless.yml": text})] == ["LDM901"]

    def test_modules_that_multiply(self) -> None:
        call = "".join(f'module "m{n}" {{\n  source = "{{}}"\n  count  = 200\n}}\n' for n in range(20))
        files: dict[str, str | bytes] = {
            "main.tf": call.replace("{}", "./a"),
            "a/main.tf": call.replace("{}", "../b"),
            "b/main.tf": _TERRAFORM.replace("{", "{\n  count = 200", 1),
        }
        assert [code for code, _, _ in _problems(files)] == ["LDM901"]

    @pytest.mark.parametrize("count", ["99999999999999999999", "length(aws_lambda_function.f)", "aws_lambda_function.f.count"])
    def test_counts_without_an_end(self, count: str) -> None:
        (function,) = _functions({"main.tf": _TERRAFORM.replace("{", f"{{\n  count = {count}", 1)})
        assert function.handler == "a.b"

    def test_parts_that_include_each_other(self) -> None:
        service = "service: x\nprovider: {name: aws}\ncustom: ${file(a.yml)}\nfunctions: ${file(a.yml):functions}\nresources: {Resources: {Q: {Type: AWS::SQS::Queue}}}\n"
        files: dict[str, str | bytes] = {
            "serverless.yml": service,
            "a.yml": "functions: ${file(b.yml):functions}\nx: ${file(b.yml)}\ny: ${file(serverless.yml)}\n",
            "b.yml": "functions: ${file(a.yml):functions}\nz: ${file(a.yml)}\n",
        }
        assert _functions(files) == []

    def test_many_functions_with_settings_apart(self) -> None:
        body = "Resources:\n" + "".join(
            f"  F{n}: {{Type: AWS::Lambda::Function}}\n"
            f"  C{n}: {{Type: AWS::Lambda::EventInvokeConfig, Properties: {{FunctionName: !Ref F{n}, MaximumRetryAttempts: 1}}}}\n"
            for n in range(1_000)
        )
        assert {function.async_retries for function in _functions(_template(body))} == {1}


class TestCycles:
    """What leads back to itself comes to an end."""

    def test_stacks_that_nest_each_other(self) -> None:
        text = "Resources:\n  S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: ../{}/template.yaml, Parameters: {{P: !GetAtt S.Outputs.O}}}}}}\nOutputs: {{O: {{Value: !GetAtt S.Outputs.O}}}}\n"
        files = _template(text.format("b"), "a/template.yaml") | _template(text.format("a"), "b/template.yaml")
        assert _functions(files) == []

    def test_references_in_a_circle(self) -> None:
        body = """
        Resources:
          A: {Type: "AWS::Lambda::Alias", Properties: {FunctionName: !Ref B}}
          B: {Type: "AWS::Lambda::Alias", Properties: {FunctionName: !Ref A}}
          M: {Type: "AWS::Lambda::EventSourceMapping", Properties: {FunctionName: !Ref A, EventSourceArn: !GetAtt M.Arn}}
        """
        assert _functions(_template(textwrap.dedent(body) + _FUNCTION))[0].events == ()

    def test_modules_that_call_each_other(self) -> None:
        call = 'module "m" {{\n  source = "../{}"\n}}\nmodule "n" {{\n  source = "../{}"\n}}\n'
        files = {"a/main.tf": call.format("b", "b") + _TERRAFORM, "b/main.tf": call.format("a", "a")}
        assert _functions(files)

    def test_variables_in_a_circle(self) -> None:
        text = "service: x\nprovider: {name: aws}\ncustom: {a: '${self:custom.b}', b: '${self:custom.a}', c: {d: '${self:custom.c}', e: '${self:custom.c}'}}\nfunctions:\n  f: {handler: 'a.b', tags: '${self:custom.c}', timeout: '${self:custom.a}'}\n"
        (function,) = _functions({"serverless.yml": text})
        assert (function.handler, function.timeout) == ("a.b", None)


class TestOddShapes:
    """A template may hold anything anywhere."""

    def test_every_property_of_the_wrong_kind(self) -> None:
        body = """
        Parameters: [1]
        Mappings: x
        Globals: [3]
        Transform: {a: b}
        Resources:
          F: {Type: AWS::Serverless::Function, Properties: {Handler: [a], Events: [1], Environment: x, CodeUri: [1], Layers: {a: b}}}
          G: {Type: AWS::Serverless::Function, Properties: [1]}
          H: 4
          I: {Type: [x]}
          K: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: [1], QueueName: {Ref: []}}}
          L: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: x}}
          N: {Type: AWS::Events::Rule, Properties: {Targets: x, EventPattern: 3}}
          O: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: x, DefinitionString: [3]}}
          P: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: {Fn::Sub: []}}}
          Q: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref F, IntegrationUri: !Select [99999999999, x]}}
        """
        assert [function.name for function in _functions(_template(textwrap.dedent(body)))] == ["F", "G"]

    def test_unknown_tags_are_let_through(self) -> None:
        body = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {Handler: !!python/name:os.system a.b, Role: !Odd x}\n"
        assert _functions(_template(body))[0].handler == "a.b"

    def test_paths_out_of_the_workspace_are_not_followed(self) -> None:
        service = "service: x\nprovider: {name: aws}\nfunctions:\n  - ${file(../../../etc/passwd)}\n  - f: {handler: ../../../x.y, module: ../../..}\n"
        (function,) = _functions({"serverless.yml": service})
        assert function.code == ("",)
        assert _problems({"serverless.yml": service}) == []
