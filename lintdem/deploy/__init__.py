"""Deployment templates to `Stack`: what runs which code, what calls it, and what happens when it fails.

SAM, CloudFormation (also synthesised by CDK), the Serverless Framework, Terraform, Chalice, Zappa, python-lambda and Lambda
Dockerfiles.
Everything works on texts that were read elsewhere; nothing here opens a file.
"""

from __future__ import annotations

from lintdem.deploy.comments import comment_mark, same_contents, template_directives
from lintdem.deploy.properties import propertied
from lintdem.deploy.stacks import included_files, is_template, read_stacks, referred_files
from lintdem.deploy.statemachine import steps_in

__all__ = [
    "comment_mark", "included_files", "is_template", "propertied", "read_stacks", "referred_files",
    "same_contents", "steps_in", "template_directives",
]  # fmt: skip
