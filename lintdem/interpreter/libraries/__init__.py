"""What calls of single libraries do and answer: AWS's SDK, mappers, document stores, caches, files, frameworks."""
