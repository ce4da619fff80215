resource "aws_kinesis_stream" "readings" {
  name             = "readings"
  shard_count      = 2
  retention_period = 48
}

resource "aws_dynamodb_table" "devices" {
  name         = "devices"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "device_id"
  attribute {
    name = "device_id"
    type = "S"
  }
}

resource "aws_lambda_function" "ingest" {
  function_name = "ingest"
  runtime       = "python3.12"
  handler       = "ingest.handler"
  filename      = "build/ingest.zip"
  timeout       = 30
  environment {
    variables = {
      DEVICES = aws_dynamodb_table.devices.name
      RAW     = aws_s3_bucket.raw.bucket
    }
  }
}

resource "aws_lambda_event_source_mapping" "readings" {
  event_source_arn  = aws_kinesis_stream.readings.arn
  function_name     = aws_lambda_function.ingest.arn
  starting_position = "TRIM_HORIZON"
  batch_size        = 100
}

resource "aws_s3_bucket" "raw" {
  bucket = "raw-readings"
}

resource "aws_lambda_function" "alarm" {
  function_name = "alarm"
  runtime       = "python3.12"
  handler       = "alarm.handler"
  filename      = "build/alarm.zip"
}

resource "aws_lambda_function_event_invoke_config" "alarm" {
  function_name          = aws_lambda_function.alarm.function_name
  maximum_retry_attempts = 1
  destination_config {
    on_failure {
      destination = aws_sqs_queue.alarm_failed.arn
    }
  }
}

resource "aws_sqs_queue" "alarm_failed" {
  name                      = "alarm-failed"
  message_retention_seconds = 1209600
}

resource "aws_cloudwatch_event_rule" "hot" {
  name          = "hot"
  event_pattern = jsonencode({ source = ["telemetry"], "detail-type" = ["too-hot"] })
}

resource "aws_cloudwatch_event_target" "hot" {
  rule = aws_cloudwatch_event_rule.hot.name
  arn  = aws_lambda_function.alarm.arn
}
