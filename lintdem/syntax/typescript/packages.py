"""What the packages that a file of TypeScript imports are called in Python."""

from __future__ import annotations

from lintdem.regexes import late

_MODULES = {"path": "os.path", "node:path": "os.path", "fs": "fs", "node:fs": "fs"}
_PARTS = late(r"(\.{1,2}/)+")
CORE = "aws_cdk"


def module_of(written: str) -> tuple[str, int]:
    """The module that a package or a path means, and how many levels up it is looked for, 0 for a package. A path stays one: its
    files may have dots in their names.
    Source: https://docs.aws.amazon.com/cdk/v2/guide/work-with-cdk-python.html"""
    if written in (".", ".."):
        return "", len(written)
    relative = _PARTS.match(written)
    if relative is not None:
        return written[relative.end() :].removesuffix(".js"), 1 + relative.group().count("../")
    if written in _MODULES:
        return _MODULES[written], 0
    name = written.removeprefix("@aws-solutions-constructs/")
    if name != written:
        return f"aws_solutions_constructs.{_dotted(name)}", 0
    for package in ("aws-cdk-lib", "@aws-cdk"):
        if written == package or written.startswith(f"{package}/"):
            rest = written[len(package) + 1 :]
            return f"{CORE}.{_dotted(rest)}" if rest and rest != "core" else CORE, 0
    return _dotted(written.lstrip("@")), 0


def _dotted(written: str) -> str:
    return written.replace("/", ".").replace("-", "_")
