"""CDK applications in Python: what their constructs say about functions, triggers and resources."""

from __future__ import annotations

import textwrap

import pytest

from lintdem.analyses.cdk.cdk import cdk_stacks
from lintdem.deploy import read_stacks
from lintdem.model.stack import Event, Lambda, Source, Stack
from lintdem.program import link
from lintdem.session import check_files
from lintdem.syntax import lower_source

IMPORTS = """
import os
from pathlib import Path

from aws_cdk import App, Duration, Stack
from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iot as iot
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk.aws_lambda_python_alpha import PythonFunction
"""
CODE = "def handler(event, context):\n    return event\n"
FUNCTION = 'fn = lambda_.Function(self, "Worker", handler="app.handler", code=lambda_.Code.from_asset("src"))\n'


def stacks(files: dict[str, str]) -> tuple[Stack, ...]:
    """The stacks of an application."""
    modules = [lower_source(path, source.encode()) for path, source in files.items()]
    return cdk_stacks(link(modules, ()))


def of_stack(body: str, **files: str) -> Stack:
    """The stack of an application whose stack's `__init__` has this body."""
    inside = textwrap.indent("super().__init__(scope, name)\n" + textwrap.dedent(body), "        ")
    app = f"{IMPORTS}\n\nclass Shop(Stack):\n    def __init__(self, scope, name):\n{inside}\n\nShop(App(), 'shop')\n"
    (found,) = stacks({"app.py": app, "src/app.py": CODE, **files})
    return found


def function(body: str, **files: str) -> Lambda:
    """The only function of that stack."""
    (found,) = of_stack(body, **files).functions
    return found


def event(body: str) -> Event:
    """The only event of the only function."""
    (found,) = function(FUNCTION + textwrap.dedent(body)).events
    return found


class TestFunctions:
    """Which code runs."""

    def test_handler_and_code(self) -> None:
        """The handler string, the folder that is there, and what else stands on the function."""
        found = function(
            """
            lambda_.Function(
                self, "Worker", runtime=lambda_.Runtime.PYTHON_3_12, handler="app.handler",
                code=lambda_.Code.from_asset("src"), timeout=Duration.minutes(2), retry_attempts=1,
                max_event_age=Duration.hours(1), environment={"MODE": "live"},
            )
            """
        )
        assert (found.name, found.handler, found.code, found.runtime) == ("Worker", "app.handler", ("src",), "python3.12")
        assert (found.timeout, found.async_retries, found.async_max_age) == (120, 1, 3600)
        assert [(name, value.text) for name, value in found.environment] == [("MODE", "live")]

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("dead_letter_queue=failed", ("ref", "Failed")),
            ("dead_letter_topic=alarms", ("ref", "Alarms")),
            ("dead_letter_queue_enabled=True", ("unknown", "")),
            ("retry_attempts=1", None),
        ],
    )
    def test_where_failures_go(self, given: str, expected: tuple[str, str] | None) -> None:
        """The queue or topic that takes what the function fails on; the CDK makes one that is only asked for."""
        made = 'failed = sqs.Queue(self, "Failed")\nalarms = sns.Topic(self, "Alarms")\n'
        found = function(made + FUNCTION.replace('"Worker"', f'"Worker", {given}'))
        letter = found.dead_letter
        assert (None if letter is None else (letter.kind, letter.text)) == expected

    @pytest.mark.parametrize(
        "code",
        ['os.path.join(os.path.dirname(__file__), "src")', 'str(Path(__file__).parent / "src")', 'f"./{folder}"'],
    )
    def test_code_by_a_computed_path(self, code: str) -> None:
        """Paths beside the stack's own file, put together in the usual ways."""
        body = f'folder = "src"\nlambda_.Function(self, "W", handler="app.handler", code=lambda_.Code.from_asset({code}))\n'
        assert function(body).code == ("src",)

    def test_python_function(self) -> None:
        """`PythonFunction` has an entry and an index file."""
        found = function('PythonFunction(self, "W", entry="src", index="app.py", handler="run", runtime=None)\n')
        assert (found.handler, found.code) == ("app.run", ("src",))
        assert function('PythonFunction(self, "W", entry="src")\n').handler == "index.handler"

    def test_functions_made_by_a_method_in_another_file(self) -> None:
        """A factory makes several functions; constants come from where they are kept."""
        shop = """
from infra import names
from infra.factory import make

class Shop(Stack):
    def __init__(self, scope, name):
        super().__init__(scope, name)
        make(self, names.ORDERS)
        make(self, "refunds")
"""
        factory = """
def make(scope, name):
    return lambda_.Function(scope, name, handler=f"{name}.handler", code=lambda_.Code.from_asset("src"))
"""
        (found,) = stacks(
            {
                "infra/shop.py": IMPORTS + shop,
                "infra/factory.py": IMPORTS + factory,
                "infra/names.py": 'ORDERS = "orders"\n',
                "src/orders.py": CODE,
                "src/refunds.py": CODE,
            }
        )
        assert [(one.name, one.handler) for one in found.functions] == [("orders", "orders.handler"), ("refunds", "refunds.handler")]

    def test_functions_of_a_loop_with_names_that_are_known_in_part(self) -> None:
        """What only the deployment tells, such as the stage in a name, stays unknown; the functions of the loop are read."""
        body = """
        for name in ("orders", "refunds"):
            lambda_.Function(
                self, name, handler=f"{name}.handler", code=lambda_.Code.from_asset("src"),
                function_name=f"{os.environ['STAGE']}-{name}", environment={"TABLE": f"{os.environ['STAGE']}-{name}"},
            )
"""
        shop = f"{IMPORTS}\n\nclass Shop(Stack):\n    def __init__(self, scope, name):\n{body}\n\nShop(App(), 'Shop')\n"
        (found,) = stacks({"shop.py": shop, "src/orders.py": CODE, "src/refunds.py": CODE})
        assert {one.handler for one in found.functions} == {"orders.handler", "refunds.handler"}

    def test_stack_that_no_application_makes(self) -> None:
        """A stack whose application stands elsewhere is read all the same."""
        shop = f"{IMPORTS}\n\nclass Shop(Stack):\n    def __init__(self, scope, name, **options):\n        {FUNCTION}"
        (found,) = stacks({"shop.py": shop, "src/app.py": CODE})
        assert [one.handler for one in found.functions] == ["app.handler"]

    def test_code_that_makes_no_stack_is_left_alone(self) -> None:
        """Without the CDK there is nothing to run."""
        assert stacks({"app.py": "import boto3\n", "src/app.py": CODE}) == ()


class TestEvents:
    """What calls them."""

    def test_queue(self) -> None:
        """An SQS event source with its settings, the queue, and its dead-letter queue."""
        found = of_stack(
            """
            dead = sqs.Queue(self, "Dead")
            queue = sqs.Queue(
                self, "Orders", visibility_timeout=Duration.seconds(90),
                dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=4, queue=dead),
            )
            fn = lambda_.Function(self, "Worker", handler="app.handler", code=lambda_.Code.from_asset("src"))
            fn.add_event_source(sources.SqsEventSource(queue, batch_size=5, report_batch_item_failures=True))
            """
        )
        ((one,),) = (function.events for function in found.functions)
        assert (one.source, one.batch_size, one.reports_failures) == (Source.SQS, 5, True)
        assert one.target is not None
        assert (one.target.kind, one.target.text) == ("ref", "Orders")
        orders = next(queue for queue in found.queues if queue.name == "Orders")
        assert (orders.visibility, orders.max_receives) == (90, 4)
        assert orders.redrive is not None
        assert orders.redrive.text == "Dead"

    def test_fifo_queue(self) -> None:
        """A queue that is FIFO makes another source of it."""
        found = event('q = sqs.Queue(self, "Q", fifo=True)\nfn.add_event_source(sources.SqsEventSource(q))\n')
        assert found.source is Source.SQS_FIFO

    def test_events_given_with_the_function(self) -> None:
        """`events=[…]` is the same as adding them."""
        found = function(
            """
            table = dynamodb.Table(self, "T", partition_key=dynamodb.Attribute(name="id", type=None), stream=None)
            lambda_.Function(
                self, "W", handler="app.handler", code=lambda_.Code.from_asset("src"),
                events=[sources.DynamoEventSource(table, starting_position=None, retry_attempts=3, bisect_batch_on_error=True)],
            )
            """
        )
        assert [(one.source, one.max_retries, one.bisects) for one in found.events] == [(Source.DYNAMODB_STREAM, 3, True)]

    @pytest.mark.parametrize(
        ("body", "source"),
        [
            ('sns.Topic(self, "T").add_subscription(subscriptions.LambdaSubscription(fn))', Source.SNS),
            ('events.Rule(self, "R", event_pattern={}, targets=[targets.LambdaFunction(fn)])', Source.EVENTBRIDGE),
            ('events.Rule(self, "R", schedule=events.Schedule.rate(Duration.hours(1)), targets=[targets.LambdaFunction(fn)])',
             Source.SCHEDULE),
            ('rule = events.Rule(self, "R", schedule=events.Schedule.cron(hour="4"))\nrule.add_target(targets.LambdaFunction(fn))',
             Source.SCHEDULE),
            ('s3.Bucket(self, "B").add_event_notification(s3.EventType.OBJECT_CREATED, notifications.LambdaDestination(fn))', Source.S3),
            ('apigw.RestApi(self, "A").root.add_method("POST", apigw.LambdaIntegration(fn))', Source.API),
            ('apigw.LambdaRestApi(self, "A", handler=fn)', Source.API),
            ("iot.CfnProvisioningTemplate.ProvisioningHookProperty(target_arn=fn.function_arn)", Source.DIRECT),
            ("fn.add_function_url(auth_type=None)", Source.FUNCTION_URL),
        ],
    )  # fmt: skip
    def test_source(self, body: str, source: Source) -> None:
        """Each way to hang a function on a source."""
        assert event(body).source is source

    def test_alias_stands_for_its_function(self) -> None:
        """What calls an alias calls the function."""
        body = 'alias = lambda_.Alias(self, "Live", version=fn.current_version)\napigw.LambdaRestApi(self, "A", handler=alias)'
        found = function(FUNCTION + body)
        assert {one.source for one in found.events} <= {Source.API}

    def test_rule_target_with_its_retries(self) -> None:
        """Retries and age of a target, and where its failures go."""
        found = event(
            """
            dead = sqs.Queue(self, "Dead")
            target = targets.LambdaFunction(fn, retry_attempts=0, max_event_age=Duration.minutes(5), dead_letter_queue=dead)
            events.Rule(self, "R", event_pattern={}, targets=[target])
            """
        )
        assert (found.max_retries, found.max_age) == (0, 300)
        assert found.failures is not None
        assert found.failures.text == "Dead"

    def test_state_machine_task_retries_unless_told_not_to(self) -> None:
        """`LambdaInvoke` adds a Retry of its own."""
        assert event('tasks.LambdaInvoke(self, "T", lambda_function=fn)').retried is True
        plain = event('tasks.LambdaInvoke(self, "T", lambda_function=fn, retry_on_service_exceptions=False)')
        assert plain.retried is False
        again = 't = tasks.LambdaInvoke(self, "T", lambda_function=fn, retry_on_service_exceptions=False)\nt.add_retry(max_attempts=2)'
        assert event(again).retried is True


def test_environment_names_the_table() -> None:
    """`table.table_name` in the environment is the table."""
    found = of_stack(
        """
        table = dynamodb.Table(
            self, "Orders", partition_key=dynamodb.Attribute(name="id", type=None), time_to_live_attribute="expires"
        )
        lambda_.Function(
            self, "W", handler="app.handler", code=lambda_.Code.from_asset("src"), environment={"TABLE": table.table_name}
        )
        """
    )
    (one,) = found.functions
    assert [(name, value.kind, value.text) for name, value in one.environment] == [("TABLE", "ref", "Orders")]
    assert [(table.name, table.keys, table.ttl) for table in found.tables] == [("Orders", ("id",), "expires")]


class TestCode:
    """Where the code of a function is: written in place, read from a file, in an image."""

    def test_a_file_that_is_read_into_the_construct_is_the_code(self) -> None:
        found = function(
            """\
            with open("src/app.py", encoding="utf8") as file:
                code = file.read()
            lambda_.Function(self, "Worker", handler="index.handler", code=lambda_.InlineCode(code))
            """
        )
        assert (found.handler, found.code) == ("app.handler", ("src",))

    def test_text_written_in_place_keeps_its_lines(self) -> None:
        app = f'{IMPORTS}\nclass Shop(Stack):\n    def __init__(self, scope, name):\n        super().__init__(scope, name)\n        lambda_.Function(self, "Worker", handler="index.main", code=lambda_.InlineCode("""\ndef main(event, context):\n    pass\n"""))\n'
        ((found,),) = (one.functions for one in stacks({"app.py": app}))
        assert found.inline == "\ndef main(event, context):\n    pass\n"
        assert found.inline_place is not None
        assert app.splitlines()[found.inline_place.span.line] == "def main(event, context):"

    def test_findings_stand_in_the_application(self) -> None:
        app = f'{IMPORTS}\nclass Shop(Stack):\n    def __init__(self, scope, name):\n        super().__init__(scope, name)\n        queue = sqs.Queue(self, "Q")\n        fn = lambda_.Function(self, "Worker", handler="index.main", code=lambda_.InlineCode("""\nimport boto3\ndef main(event, context):\n    boto3.client("sns").publish(TopicArn="t", Message="m")\n"""))\n        fn.add_event_source(sources.SqsEventSource(queue))\n'
        (finding, *_) = [one for one in check_files({"app.py": app}).findings if one.code == "LDM101"]
        assert app.splitlines()[finding.span.line - 1].lstrip().startswith("boto3.client")

    def test_the_command_of_an_image(self) -> None:
        found = function(
            """\
            lambda_.DockerImageFunction(
                self, "Worker", code=lambda_.DockerImageCode.from_image_asset("src", cmd=["app.handler"])
            )
            """
        )
        assert (found.handler, found.code) == ("app.handler", ("src",))

    def test_the_command_of_the_dockerfile(self) -> None:
        app = f'{IMPORTS}\nclass Shop(Stack):\n    def __init__(self, scope, name):\n        super().__init__(scope, name)\n        lambda_.DockerImageFunction(self, "Worker", code=lambda_.DockerImageCode.from_image_asset("src"))\n'
        modules = [lower_source(path, source.encode()) for path, source in {"app.py": app, "src/app.py": CODE}.items()]
        images = read_stacks({"src/Dockerfile": 'FROM public.ecr.aws/lambda/python:3.12\nCOPY . .\nCMD ["app.handler"]\n'})
        ((found,),) = (one.functions for one in cdk_stacks(link(modules, images)))
        assert found.handler == "app.handler"


class TestLoops:
    """A construct in a loop stands for one function each time."""

    @pytest.mark.parametrize("names", ['["orders", "refunds"]', '{"orders": 1, "refunds": 2}', '("orders", "refunds")'])
    def test_every_name_makes_a_function(self, names: str) -> None:
        found = of_stack(
            f"""\
            queue = sqs.Queue(self, "Jobs")
            for name in {names}:
                fn = lambda_.Function(
                    self, name, handler=f"{{name}}.handler", code=lambda_.Code.from_asset("src"), environment={{"KIND": name}}
                )
                fn.add_event_source(sources.SqsEventSource(queue))
            """,
            **{"src/orders.py": CODE, "src/refunds.py": CODE},
        )
        assert [(one.name, one.handler, one.environment[0][1].text) for one in found.functions] == [
            ("orders", "orders.handler", "orders"),
            ("refunds", "refunds.handler", "refunds"),
        ]
        assert [len(one.events) for one in found.functions] == [1, 1]

    def test_what_changes_together_stays_together(self) -> None:
        found = of_stack(
            """\
            for name, folder in (("first", "src"), ("second", "lib")):
                lambda_.Function(self, name, handler="app.handler", code=lambda_.Code.from_asset(folder))
            """,
            **{"lib/app.py": CODE},
        )
        assert [(one.name, one.code) for one in found.functions] == [("first", ("src",)), ("second", ("lib",))]

    def test_what_is_known_in_part_stays_so(self) -> None:
        """An address with a part that nobody knows, made of the name that the loop chooses."""
        found = of_stack(
            """\
            for name in ("orders", "refunds"):
                lambda_.Function(
                    self, name, handler=f"{name}.handler", code=lambda_.Code.from_asset("src"),
                    environment={"URL": f"https://{self.node.try_get_context('host')}/{name}"},
                )
            """,
            **{"src/orders.py": CODE, "src/refunds.py": CODE},
        )
        assert [one.handler for one in found.functions] == ["orders.handler", "refunds.handler"]

    def test_a_name_that_is_used_again_gets_a_number(self) -> None:
        found = of_stack(
            """\
            for number in (1, 2):
                first = lambda_.Function(self, "Job", handler="app.handler", code=lambda_.Code.from_asset("src"))
            second = lambda_.Function(self, "Job", handler="app.handler", code=lambda_.Code.from_asset("src"))
            third = lambda_.Function(self, "Job", handler="app.handler", code=lambda_.Code.from_asset("src"))
            """
        )
        assert [one.name for one in found.functions] == ["Job", "Job2", "Job3"]


class TestOwnKinds:
    """A class of the application that is a function itself."""

    KIND = """
class Worker(lambda_.Function):
    def __init__(self, scope, name, *, module):
        super().__init__(scope, name, handler=f"{module}.handler", code=lambda_.Code.from_asset("src"))
        self.add_function_url()

class Shop(Stack):
    def __init__(self, scope, name):
        super().__init__(scope, name)
        first, second = Worker(self, "First", module="orders"), Worker(self, "Second", module="refunds")
        first.add_event_source(sources.SqsEventSource(sqs.Queue(self, "Jobs")))
        sns.Topic(self, "T").add_subscription(subscriptions.LambdaSubscription(second))

Shop(App(), "shop")
"""

    def test_its_objects_are_functions_with_their_events(self) -> None:
        (found,) = stacks({"app.py": IMPORTS + self.KIND, "src/orders.py": CODE, "src/refunds.py": CODE})
        assert [(one.handler, sorted(event.source.value for event in one.events)) for one in found.functions] == [
            ("orders.handler", ["function-url", "sqs"]),
            ("refunds.handler", ["function-url", "sns"]),
        ]

    OTHERS = """
class Step(tasks.LambdaInvoke):
    def __init__(self, scope, name, *, module):
        self.worker = lambda_.Function(scope, name + "Function", handler=f"{module}.handler", code=lambda_.Code.from_asset("src"))
        super().__init__(scope, name, lambda_function=self.worker, retry_on_service_exceptions=False)

class Jobs(sqs.Queue):
    def __init__(self, scope, name):
        super().__init__(scope, name, visibility_timeout=Duration.seconds(90), fifo=True)

class Shop(Stack):
    def __init__(self, scope, name):
        super().__init__(scope, name)
        plain, again = Step(self, "Plain", module="orders"), Step(self, "Again", module="refunds")
        again.add_retry(max_attempts=2)
        again.worker.add_event_source(sources.SqsEventSource(Jobs(self, "Jobs")))

Shop(App(), "shop")
"""

    def test_own_kinds_of_tasks_and_queues_are_what_they_are_made_of(self) -> None:
        """A step calls the function it makes, a queue has the settings its class gives it."""
        (found,) = stacks({"app.py": IMPORTS + self.OTHERS, "src/orders.py": CODE, "src/refunds.py": CODE})
        assert [(one.handler, [(event.source, event.retried) for event in one.events]) for one in found.functions] == [
            ("orders.handler", [(Source.STEP_FUNCTIONS, False)]),
            ("refunds.handler", [(Source.STEP_FUNCTIONS, True), (Source.SQS_FIFO, None)]),
        ]
        (queue,) = found.queues
        assert (queue.fifo, queue.visibility) == (True, 90)


def test_an_archive_in_a_bucket_is_known_by_its_key() -> None:
    """What it was made of is not written here, its name is."""
    made = FUNCTION.replace('lambda_.Code.from_asset("src")', 'lambda_.Code.from_bucket(s3.Bucket(self, "B"), "lambdas/orders.zip")')
    found = function(made)
    assert (found.code, found.archive) == ((), "lambdas/orders.zip")


def test_an_archive_that_is_built_first_stands_for_its_folder() -> None:
    """`from_asset("src/code.zip")` is found in `src`, which the archive is made from."""
    found = function('lambda_.Function(self, "W", handler="app.handler", code=lambda_.Code.from_asset("src/code.zip"))')
    assert found.code == ("src",)


class TestAsCloudFormationHasThem:
    """The constructs that CloudFormation's resources have in the CDK, alone or beside its own."""

    def test_a_function_with_its_code_in_place(self) -> None:
        found = function("""
            lambda_.CfnFunction(
                self, "Worker", handler="index.handler", timeout=30, role="arn",
                code=lambda_.CfnFunction.CodeProperty(zip_file="def handler(event, context): pass"),
                environment=lambda_.CfnFunction.EnvironmentProperty(variables={"STAGE": "prod"}),
            )
        """)
        assert (found.name, found.handler, found.inline, found.timeout) == (
            "Worker", "index.handler", "def handler(event, context): pass", 30,
        )  # fmt: skip
        assert [(name, value.text) for name, value in found.environment] == [("STAGE", "prod")]

    def test_a_mapping_between_a_queue_and_a_function(self) -> None:
        found = of_stack(
            FUNCTION
            + textwrap.dedent("""
            dead = sqs.CfnQueue(self, "Dead")
            queue = sqs.CfnQueue(
                self, "Orders", visibility_timeout=90, fifo_queue=True,
                redrive_policy={"deadLetterTargetArn": dead.attr_arn, "maxReceiveCount": 4},
            )
            lambda_.CfnEventSourceMapping(
                self, "Map", function_name=fn.function_name, event_source_arn=queue.attr_arn, batch_size=7,
                maximum_batching_window_in_seconds=20, function_response_types=["ReportBatchItemFailures"],
            )
        """)
        )
        (event,) = found.functions[0].events
        assert (event.target and event.target.text, event.batch_size, event.window, event.reports_failures) == ("Orders", 7, 20, True)
        (orders,) = [queue for queue in found.queues if queue.name == "Orders"]
        assert (orders.visibility, orders.fifo, orders.redrive and orders.redrive.text, orders.max_receives) == (90, True, "Dead", 4)


class TestSolutionsConstructs:
    """Constructs that make a function together with what calls it."""

    IMPORT = "from aws_solutions_constructs.aws_sqs_lambda import SqsToLambda\n"

    def test_the_function_of_such_a_construct(self) -> None:
        found = function(
            self.IMPORT
            + textwrap.dedent("""
            queue = sqs.Queue(self, "Orders")
            SqsToLambda(
                self, "Work", existing_queue_obj=queue,
                lambda_function_props=lambda_.FunctionProps(
                    handler="app.handler", code=lambda_.Code.from_asset("src"), timeout=Duration.seconds(9),
                ),
                sqs_event_source_props=sources.SqsEventSourceProps(batch_size=1),
            )
        """)
        )
        (event,) = found.events
        assert (found.handler, found.code, found.timeout) == ("app.handler", ("src",), 9)
        assert (event.source, event.target and event.target.text, event.batch_size) == (Source.SQS, "Orders", 1)

    def test_properties_in_a_dict(self) -> None:
        found = function(
            self.IMPORT + 'SqsToLambda(self, "Work", lambda_function_props={"handler": "app.handler", "code": lambda_.Code.from_asset("src")})'
        )
        assert (found.handler, [event.source for event in found.events]) == ("app.handler", [Source.SQS])

    def test_a_function_that_is_given_to_it(self) -> None:
        found = function(self.IMPORT + FUNCTION + 'SqsToLambda(self, "Work", existing_lambda_obj=fn)')
        assert [event.source for event in found.events] == [Source.SQS]


def test_topics_and_archives() -> None:
    """What deduplicates messages, and what may send events again under other ids."""
    body = """
        sns.Topic(self, "Plain")
        sns.Topic(self, "Ordered", topic_name="orders.fifo", fifo=True, content_based_deduplication=True)
        events.EventBus(self, "Bus").archive("Kept", event_pattern={})
        events.Archive(self, "Old", source_event_bus=bus)
    """
    found = of_stack(FUNCTION + textwrap.dedent(body))
    assert [(topic.name, topic.topic_name, topic.fifo, topic.content_dedup) for topic in found.topics] == [
        ("Plain", None, False, False), ("Ordered", "orders.fifo", True, True),
    ]  # fmt: skip
    assert [resource.type for resource in found.resources] == ["AWS::Events::Archive"] * 2


class TestAlarms:
    """What alarms watch."""

    @pytest.mark.parametrize(
        ("written", "namespace", "metric", "dimensions"),
        [
            (
                'cw.Alarm(self, "A", metric=queue.metric_approximate_number_of_messages_visible(), threshold=1, evaluation_periods=1)',
                "AWS/SQS", "ApproximateNumberOfMessagesVisible", [("QueueName", "Dead")],
            ),
            ('queue.metric_number_of_messages_sent().create_alarm(self, "A", threshold=1)', "AWS/SQS", "NumberOfMessagesSent", [("QueueName", "Dead")]),
            ('cw.Alarm(self, "A", metric=fn.metric_errors(), threshold=1)', "AWS/Lambda", "Errors", [("FunctionName", "Worker")]),
            (
                'cw.Alarm(self, "A", metric=cw.Metric(namespace="AWS/SQS", metric_name="X", dimensions_map={"QueueName": queue.queue_name}))',
                "AWS/SQS", "X", [("QueueName", "Dead")],
            ),
            ('cw.CfnAlarm(self, "A", namespace="AWS/SQS", metric_name="X")', "AWS/SQS", "X", []),
            ('cw.Alarm(self, "A", metric=somewhere.metric())', None, None, []),
        ],
    )  # fmt: skip
    def test_the_metric_and_what_it_is_about(
        self, written: str, namespace: str | None, metric: str | None, dimensions: list[tuple[str, str]]
    ) -> None:
        start = 'from aws_cdk import aws_cloudwatch as cw\nqueue = sqs.Queue(self, "Dead")\n'
        (alarm,) = of_stack(start + FUNCTION + written).alarms
        assert (alarm.name, alarm.namespace, alarm.metric) == ("A", namespace, metric)
        assert [(name, value.text) for name, value in alarm.dimensions] == dimensions


class TestMachines:
    """State machines whose definition the application writes itself."""

    @pytest.mark.parametrize(
        ("retry", "retried"),
        [("", False), ('"Retry": [{"ErrorEquals": ["States.ALL"]}]', True), ('"Retry": [{"ErrorEquals": ["X"], "MaxAttempts": 0}]', False)],
    )
    @pytest.mark.parametrize("called", ['"Resource": fn.function_arn', '"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": fn.function_name}'])
    def test_tasks(self, called: str, retry: str, retried: bool) -> None:
        """A task that calls the function, and whether it tries again."""
        found = event(
            f"""
            import json
            from aws_cdk import aws_stepfunctions as sfn
            work = {{"Type": "Task", {called}, "End": True, {retry}}}
            definition = {{"StartAt": "Work", "States": {{"Work": work, "Other": {{"Type": "Pass"}}}}}}
            sfn.CfnStateMachine(self, "Machine", definition_string=json.dumps(definition), role_arn="r")
            """
        )
        assert (found.source, found.retried) == (Source.STEP_FUNCTIONS, retried)

    def test_tasks_inside_of_a_map(self) -> None:
        """What is retried around a task runs the task again."""
        found = event(
            """
            import json
            from aws_cdk import aws_stepfunctions as sfn
            inner = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": fn.function_arn, "End": True}}}
            each = {"Type": "Map", "ItemProcessor": inner, "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": True}
            sfn.CfnStateMachine(self, "Machine", definition_string=json.dumps({"StartAt": "Each", "States": {"Each": each}}), role_arn="r")
            """
        )
        assert (found.source, found.retried) == (Source.STEP_FUNCTIONS, True)

    def test_other_machines(self) -> None:
        """A machine that does not call the function does not start it."""
        found = function(
            FUNCTION
            + """
import json
from aws_cdk import aws_stepfunctions as sfn
states = {"Wait": {"Type": "Wait", "Seconds": 3, "End": True}}
sfn.CfnStateMachine(self, "Machine", definition_string=json.dumps({"StartAt": "Wait", "States": states}), role_arn="r")
"""
        )
        assert not found.events


class TestPolicies:
    """What the function is allowed, where every policy of it can be read."""

    TABLE = 'table = dynamodb.Table(self, "Orders", partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING))\n'
    IAM = "from aws_cdk import aws_iam as iam\n"
    STATEMENT = 'iam.PolicyStatement(actions=["dynamodb:PutItem"], resources=[table.table_arn])'

    def grants(self, body: str) -> list[tuple[str, list[str]]] | None:
        """The actions that concern writing, and on what."""
        found = function(self.IAM + self.TABLE + FUNCTION + body).grants
        if found is None:
            return None
        return [(action, [on.text for on in grant.resources]) for grant in found for action in grant.actions if action.endswith(("PutItem", "*", "SendMessage"))]

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("table.grant_read_write_data(fn)", [("dynamodb:PutItem", ["Orders"])]),
            ("table.grant_write_data(grantee=fn)", [("dynamodb:PutItem", ["Orders"])]),
            ("table.grant_read_data(fn)", []),
            ("table.grant_full_access(fn.role)", [("dynamodb:*", ["Orders"])]),
            ('table.grant(fn, "dynamodb:GetItem", "dynamodb:PutItem")', [("dynamodb:PutItem", ["Orders"])]),
            ('queue = sqs.Queue(self, "Out")\nqueue.grant_send_messages(fn)', [("sqs:SendMessage", ["Out"])]),
            ('s3.Bucket(self, "B").grant_put(fn)', [("s3:*", ["B"])]),
            (f"fn.add_to_role_policy({STATEMENT})", [("dynamodb:PutItem", ["Orders"])]),
            (f"fn.role.add_to_principal_policy({STATEMENT})", [("dynamodb:PutItem", ["Orders"])]),
            (f'fn.role.attach_inline_policy(iam.Policy(self, "P", statements=[{STATEMENT}]))', [("dynamodb:PutItem", ["Orders"])]),
            (f'iam.Policy(self, "P", statements=[{STATEMENT}], roles=[fn.role])', [("dynamodb:PutItem", ["Orders"])]),
            ('for one in [fn]:\n    table.grant_write_data(one)', [("dynamodb:PutItem", ["Orders"])]),
            ("", []),
        ],
    )  # fmt: skip
    def test_what_is_granted(self, body: str, expected: list[tuple[str, list[str]]]) -> None:
        """By the methods of the resource, by statements, by policies."""
        assert self.grants(body) == expected

    @pytest.mark.parametrize(
        "body",
        [
            "somewhere.table.grant_write_data(fn)",
            "def later(self):\n    table.grant_write_data(self.fn)",
            "table.grant_write_data(somewhere.fn)",
            'fn.role.add_managed_policy(iam.ManagedPolicy.from_aws_managed_policy_name("PowerUserAccess"))',
            "fn.add_to_role_policy(somewhere.statement())",
            "one = iam.PolicyStatement()\none.add_actions('dynamodb:PutItem')\nfn.add_to_role_policy(one)",
            "fn.add_to_role_policy(iam.PolicyStatement(effect=iam.Effect.DENY, actions=['dynamodb:PutItem']))",
            "iam.Grant.add_to_principal(grantee=fn, actions=['dynamodb:PutItem'], resource_arns=[table.table_arn])",
        ],
    )
    def test_what_cannot_be_read_may_be_anything(self, body: str) -> None:
        """A permission that is not understood, or that the run did not come by, may be the one that counts."""
        assert self.grants(body) is None

    @pytest.mark.parametrize(
        ("policies", "expected"),
        [
            ('iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWSLambdaBasicExecutionRole")', []),
            ('iam.ManagedPolicy.from_aws_managed_policy_name("AmazonDynamoDBFullAccess")', [("dynamodb:*", [])]),
            ('iam.ManagedPolicy.from_managed_policy_arn(self, "M", arn)', None),
        ],
    )
    def test_a_role_of_its_own(self, policies: str, expected: list[tuple[str, list[str]]] | None) -> None:
        """The policies of the role that the function is given."""
        role = f'role = iam.Role(self, "Role", managed_policies=[{policies}], inline_policies={{}})\n'
        made = FUNCTION.replace('"Worker"', '"Worker", role=role')
        found = function(self.IAM + role + made).grants
        assert (found if found is None else [(a, [r.text for r in g.resources]) for g in found for a in g.actions]) == expected

    @pytest.mark.parametrize(("granted", "codes"), [("grant_read_data", ["LDM711"]), ("grant_read_write_data", [])])
    def test_a_guard_that_may_not_write_is_found(self, granted: str, codes: list[str]) -> None:
        """The rule on a guard's permissions knows what an application in Python grants."""
        guarded = """
            import boto3, os

            table = boto3.resource("dynamodb").Table(os.environ["ORDERS"])


            def handler(event, context):
                try:
                    table.put_item(Item={"id": event["detail"]["id"]}, ConditionExpression="attribute_not_exists(id)")
                except table.meta.client.exceptions.ConditionalCheckFailedException:
                    print("again")
        """
        made = FUNCTION.replace('"Worker"', '"Worker", environment={"ORDERS": table.table_name}')
        inside = textwrap.indent(f"super().__init__(scope, name)\n{self.TABLE}{made}table.{granted}(fn)\n", "        ")
        app = f"{IMPORTS}\n\nclass Shop(Stack):\n    def __init__(self, scope, name):\n{inside}\n\nShop(App(), 'shop')\n"
        report = check_files({"app.py": app, "src/app.py": textwrap.dedent(guarded)})
        assert [finding.code for finding in report.findings if finding.code == "LDM711"] == codes
