"""Terraform's resource types and arguments under CloudFormation's names, so that one set of readers serves both."""

from __future__ import annotations

ATTACHMENT = "AWS::IAM::PolicyAttachment"
"""CloudFormation has none: there a role or a policy names the other."""

TYPES = {
    "aws_api_gateway_authorizer": "AWS::ApiGateway::Authorizer",
    "aws_api_gateway_integration": "AWS::ApiGateway::Method",
    "aws_api_gateway_rest_api": "AWS::ApiGateway::RestApi",
    "aws_apigatewayv2_api": "AWS::ApiGatewayV2::Api",
    "aws_apigatewayv2_authorizer": "AWS::ApiGatewayV2::Authorizer",
    "aws_apigatewayv2_integration": "AWS::ApiGatewayV2::Integration",
    "aws_appsync_datasource": "AWS::AppSync::DataSource",
    "aws_cloudwatch_event_rule": "AWS::Events::Rule",
    "aws_cloudwatch_event_target": "AWS::Events::Rule",
    "aws_cloudwatch_log_subscription_filter": "AWS::Logs::SubscriptionFilter",
    "aws_cloudwatch_metric_alarm": "AWS::CloudWatch::Alarm",
    "aws_cognito_user_pool": "AWS::Cognito::UserPool",
    "aws_config_config_rule": "AWS::Config::ConfigRule",
    "aws_dynamodb_table": "AWS::DynamoDB::Table",
    "aws_iam_policy": "AWS::IAM::ManagedPolicy",
    "aws_iam_policy_attachment": ATTACHMENT,
    "aws_iam_role": "AWS::IAM::Role",
    "aws_iam_role_policy": "AWS::IAM::RolePolicy",
    "aws_iam_role_policy_attachment": ATTACHMENT,
    "aws_iot_provisioning_template": "AWS::IoT::ProvisioningTemplate",
    "aws_iot_topic_rule": "AWS::IoT::TopicRule",
    "aws_kinesis_firehose_delivery_stream": "AWS::KinesisFirehose::DeliveryStream",
    "aws_kinesis_stream": "AWS::Kinesis::Stream",
    "aws_kinesis_stream_consumer": "AWS::Kinesis::StreamConsumer",
    "aws_lambda_alias": "AWS::Lambda::Alias",
    "aws_lambda_event_source_mapping": "AWS::Lambda::EventSourceMapping",
    "aws_lambda_function": "AWS::Lambda::Function",
    "aws_lambda_function_event_invoke_config": "AWS::Lambda::EventInvokeConfig",
    "aws_lambda_function_url": "AWS::Lambda::Url",
    "aws_lambda_layer_version": "AWS::Lambda::LayerVersion",
    "aws_lambda_permission": "AWS::Lambda::Permission",
    "aws_lb_target_group_attachment": "AWS::ElasticLoadBalancingV2::TargetGroup",
    "aws_mq_broker": "AWS::AmazonMQ::Broker",
    "aws_msk_cluster": "AWS::MSK::Cluster",
    "aws_pipes_pipe": "AWS::Pipes::Pipe",
    "aws_s3_bucket": "AWS::S3::Bucket",
    "aws_s3_bucket_notification": "AWS::S3::BucketNotification",
    "aws_scheduler_schedule": "AWS::Scheduler::Schedule",
    "aws_secretsmanager_secret_rotation": "AWS::SecretsManager::RotationSchedule",
    "aws_ses_receipt_rule": "AWS::SES::ReceiptRule",
    "aws_sfn_state_machine": "AWS::StepFunctions::StateMachine",
    "aws_sns_topic": "AWS::SNS::Topic",
    "aws_sns_topic_subscription": "AWS::SNS::Subscription",
    "aws_sqs_queue": "AWS::SQS::Queue",
}

_EVERYWHERE = {
    "destination_arn": "Destination",
    "appsync_function_arn": "LambdaFunctionArn",
    "rotation_lambda_arn": "RotationLambdaARN",
}

_OF_TYPE = {
    "aws_appsync_datasource": {"function_arn": "LambdaFunctionArn"},
    "aws_cloudwatch_log_subscription_filter": {"destination_arn": "DestinationArn"},
    "aws_dynamodb_table": {"name": "TableName", "ttl": "TimeToLiveSpecification"},
    "aws_iam_policy": {"policy": "PolicyDocument"},
    "aws_iam_role": {"name": "RoleName", "inline_policy": "Policies", "policy": "PolicyDocument"},
    "aws_iam_role_policy": {"role": "RoleName", "policy": "PolicyDocument"},
    "aws_iam_role_policy_attachment": {"role": "RoleName"},
    "aws_kinesis_stream": {"name": "StreamName"},
    "aws_lambda_function_url": {"function_name": "TargetFunctionArn"},
    "aws_s3_bucket": {"bucket": "BucketName"},
    "aws_s3_bucket_notification": {"lambda_function": "LambdaConfigurations", "lambda_function_arn": "Function"},
    "aws_sfn_state_machine": {"definition": "DefinitionString"},
    "aws_sns_topic": {"name": "TopicName"},
    "aws_sqs_queue": {
        "name": "QueueName",
        "visibility_timeout_seconds": "VisibilityTimeout",
        "message_retention_seconds": "MessageRetentionPeriod",
    },
}


def property_name(kind: str, argument: str) -> str:
    """CloudFormation's name of an argument of a resource type."""
    renamed = _OF_TYPE.get(kind, {}).get(argument) or _EVERYWHERE.get(argument)
    return renamed or "".join(part[:1].upper() + part[1:] for part in argument.split("_"))
