"""lintdem: a linter for what happens when AWS Lambda delivers the same event again."""

__version__ = "0.1.0"
