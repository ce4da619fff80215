"""The application of the CDK."""

import aws_cdk as cdk

from stacks.booking import BookingStack

app = cdk.App()
BookingStack(app, "booking")
app.synth()
