"""A journey is booked in three steps, and taken back step by step when one fails."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks


class BookingStack(Stack):
    def __init__(self, scope, name, **kwargs):
        super().__init__(scope, name, **kwargs)
        self.seats = dynamodb.Table(
            self, "Seats", partition_key=dynamodb.Attribute(name="seat", type=dynamodb.AttributeType.STRING)
        )
        reserve = self.step("reserve")
        charge = self.step("charge")
        release = self.step("release")
        for function in (reserve, charge, release):
            self.seats.grant_read_write_data(function)
        released = tasks.LambdaInvoke(self, "Release", lambda_function=release)
        charged = tasks.LambdaInvoke(self, "Charge", lambda_function=charge)
        charged.add_retry(max_attempts=3)
        charged.add_catch(released, result_path="$.error")
        reserved = tasks.LambdaInvoke(self, "Reserve", lambda_function=reserve)
        chain = reserved.next(charged)
        sfn.StateMachine(self, "Booking", definition_body=sfn.DefinitionBody.from_chainable(chain))

    def step(self, name):
        return lambda_.Function(
            self,
            name.title(),
            runtime=lambda_.Runtime.PYTHON_3_12,
            code=lambda_.Code.from_asset(f"lambdas/{name}"),
            handler="index.handler",
            timeout=Duration.seconds(15),
            environment={"SEATS": self.seats.table_name},
        )
