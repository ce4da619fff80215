"""Infrastructure in TypeScript to the same model as Python: a CDK application is run abstractly in either language.

The parser is tree-sitter, which reads and never runs. Names are those of the CDK for Python: `addEventSource` is
`add_event_source`, `aws-cdk-lib/aws-sqs` is `aws_cdk.aws_sqs`, `this` is `self`, a constructor is `__init__`. Keys of objects
stay as they are written, because some are names of the environment. What has no counterpart is `Opaque`, as everywhere.

`packages`     what the packages of an import are in Python;
`expressions`, `patterns`, `definitions`, `statements`   the pass over the tree;
`lower`        text to `Module`.
"""

from __future__ import annotations

from lintdem.syntax.typescript.lower import lower_typescript

__all__ = ["lower_typescript"]
