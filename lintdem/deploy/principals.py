"""Services of AWS that invoke functions, by the principal that a permission names."""

from __future__ import annotations

from lintdem.model.stack import Source

_PRINCIPALS = {
    "s3": Source.S3,
    "sns": Source.SNS,
    "events": Source.EVENTBRIDGE,
    "scheduler": Source.SCHEDULE,
    "apigateway": Source.API,
    "cognito-idp": Source.COGNITO,
    "iot": Source.IOT,
    "logs": Source.LOGS,
    "secretsmanager": Source.SECRETS_ROTATION,
    "config": Source.CONFIG,
    "codepipeline": Source.CODEPIPELINE,
    "elasticloadbalancing": Source.ALB,
    "ses": Source.SES,
    "appsync": Source.APPSYNC,
    "cloudformation": Source.CUSTOM_RESOURCE,
    "states": Source.STEP_FUNCTIONS,
    "alexa-appkit": Source.DIRECT,
    "lexv2": Source.DIRECT,
    "bedrock": Source.DIRECT,
}


def source_of(principal: str) -> Source | None:
    """What a function that `iot.amazonaws.com` or another service may invoke is called by."""
    return _PRINCIPALS.get(principal.partition(".")[0]) if "." in principal else None
