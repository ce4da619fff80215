"""Web applications that Lambda serves without a function that takes an event: the plugin for WSGI, Zappa, the web adapter."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lintdem.session import check_files

FLASK = """\
import uuid

import boto3
from flask import Flask, request

app = Flask(__name__)
orders = boto3.resource("dynamodb").Table("orders")


@app.route("/orders", methods=["POST"])
def order():
    orders.put_item(Item={"id": str(uuid.uuid4()), "sku": request.get_json()["sku"]})
    return {}, 201
"""
FASTAPI = """\
import uuid

import boto3
from fastapi import FastAPI

app = FastAPI()
orders = boto3.resource("dynamodb").Table("orders")


@app.post("/orders")
def order(sku: str):
    orders.put_item(Item={"id": str(uuid.uuid4()), "sku": sku})
    return {}
"""
WSGI = """\
service: shop
provider: {name: aws, runtime: python3.12}
plugins: [serverless-wsgi]
custom: {wsgi: {app: shop/web.app}}
functions:
  api:
    handler: wsgi_handler.handler
    events: [{http: ANY /}]
"""
SCRIPT = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: shop/
      Handler: run.sh
      Runtime: python3.12
      Environment: {Variables: {AWS_LAMBDA_EXEC_WRAPPER: /opt/bootstrap}}
      Layers: [!Sub "arn:aws:lambda:${AWS::Region}:753240598075:layer:LambdaAdapterLayerX86:25"]
      Events: {All: {Type: HttpApi}}
"""
ADAPTED = """\
FROM public.ecr.aws/docker/library/python:3.12-slim
COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter
COPY . .
"""

ORDERS = """\
import uuid

import boto3

orders = boto3.resource("dynamodb").Table("orders")


def create(body):
    orders.put_item(Item={"id": str(uuid.uuid4()), "sku": body["sku"]})
    return {}, 201


def show(number):
    return orders.get_item(Key={"id": number})["Item"]


def move(number, body):
    orders.put_item(Item={"id": number, "sku": body["sku"]})
"""
CONNEXION = """\
import connexion
from serverless_wsgi import handle_request

app = connexion.FlaskApp(__name__)
app.add_api("openapi.yaml")


def handler(event, context):
    return handle_request(app.app, event, context)
"""
OPENAPI = """\
openapi: 3.0.0
info: {title: shop, version: "1"}
paths:
  /orders:
    post: {operationId: shop.orders.create, responses: {"201": {description: made}}}
  /orders/{number}:
    get: {operationId: shop.orders.show, responses: {"200": {description: one}}}
    put: {operationId: move, x-openapi-router-controller: shop.orders, responses: {"200": {description: moved}}}
"""


def faults(files: dict[str, str]) -> list[tuple[str, str, str]]:
    """Code, place and source of the handler of every error and warning."""
    report = check_files({path: dedent(text) for path, text in files.items()})
    return [
        (one.code, f"{one.path}:{one.span.line}", one.trigger.source if one.trigger else "")
        for one in report.findings
        if one.level != "note"
    ]


class TestServed:
    """What a request does there is checked as the work of a handler that an API calls."""

    def test_by_the_plugin_of_the_serverless_framework(self) -> None:
        assert faults({"serverless.yml": WSGI, "shop/web.py": FLASK}) == [("LDM102", "shop/web.py:12", "api")]

    def test_by_zappa(self) -> None:
        settings = '{"dev": {"app_function": "shop.web.app"}}'
        assert faults({"zappa_settings.json": settings, "shop/web.py": FLASK}) == [("LDM102", "shop/web.py:12", "api")]

    @pytest.mark.parametrize("code", [FLASK, FASTAPI])
    def test_by_a_script_of_the_web_adapter(self, code: str) -> None:
        assert [one[:2] for one in faults({"template.yaml": SCRIPT, "shop/web.py": code})] == [("LDM102", "shop/web.py:12")]

    @pytest.mark.parametrize(
        "command",
        [
            'CMD ["uvicorn", "web:app", "--port", "8080"]',
            "CMD exec gunicorn -b=:$PORT -w=1 web:app",
            "CMD python web.py",
        ],
    )
    def test_by_an_image_with_the_web_adapter(self, command: str) -> None:
        found = faults({"shop/Dockerfile": f"{ADAPTED}{command}\n", "shop/web.py": FASTAPI})
        assert [one[:2] for one in found] == [("LDM102", "shop/web.py:12")]

    @pytest.mark.parametrize("where", ["openapi.yaml", "shop/openapi.yaml", "config/openapi.yaml"])
    def test_by_connexion(self, where: str) -> None:
        found = faults({where: OPENAPI, "shop/app.py": CONNEXION, "shop/orders.py": ORDERS})
        assert found == [("LDM102", "shop/orders.py:9", "api")]

    def test_by_connexion_with_a_description_in_json(self) -> None:
        text = '{"swagger": "2.0", "paths": {"/orders": {"post": {"operationId": "shop.orders.create"}}}}'
        found = faults({"swagger.json": text, "shop/app.py": CONNEXION, "shop/orders.py": ORDERS})
        assert found == [("LDM102", "shop/orders.py:9", "api")]


class TestNotServed:
    """Where nothing says that Lambda serves an application, or which one, nothing is said of it."""

    def test_by_an_image_without_the_web_adapter(self) -> None:
        image = "FROM python:3.12\nCOPY . .\nCMD uvicorn web:app\n"
        assert faults({"shop/Dockerfile": image, "shop/web.py": FASTAPI}) == []

    def test_one_of_two(self) -> None:
        assert faults({"template.yaml": SCRIPT, "shop/web.py": FASTAPI, "shop/admin.py": FLASK}) == []

    def test_one_beside_the_code_of_the_function(self) -> None:
        assert faults({"template.yaml": SCRIPT, "shop/__init__.py": "", "elsewhere/web.py": FASTAPI}) == []

    def test_one_of_a_plugin_that_is_not_used(self) -> None:
        unused = WSGI.replace("wsgi_handler.handler", "shop.jobs.nightly")
        jobs = "def nightly(event, context):\n    return None\n"
        assert faults({"serverless.yml": unused, "shop/jobs.py": jobs, "shop/web.py": FLASK}) == []

    def test_a_description_that_nothing_calls_functions_from(self) -> None:
        assert faults({"openapi.yaml": OPENAPI, "shop/orders.py": ORDERS}) == []

    def test_a_description_of_what_only_has_the_name_of_a_function(self) -> None:
        other = OPENAPI.replace("shop.orders.create", "create")
        assert faults({"openapi.yaml": other, "shop/app.py": CONNEXION, "shop/orders.py": ORDERS}) == []

    def test_a_description_inside_of_a_template_leaves_the_template_one(self) -> None:
        template = SCRIPT + "  Web:\n    Type: AWS::Serverless::Api\n    Properties: {DefinitionBody: {\n      openapi: 3.0.1}}\n"
        assert [one[:2] for one in faults({"template.yaml": template, "shop/web.py": FLASK})] == [("LDM102", "shop/web.py:12")]
