"""What a write to DynamoDB sets, asks and says of the item before it."""
