"""Names as another language writes them."""

from __future__ import annotations

from lintdem.regexes import late

TYPESCRIPT = ".ts"
"""How files of TypeScript end."""
_CAPITAL = late(r"(?<=[a-z0-9])([A-Z]+)(?=[A-Z][a-z]|\b|_|[0-9])|(?<=[a-z0-9])([A-Z])")


def snake(name: str) -> str:
    """`batchSize` as `batch_size`, as the CDK for Python names what it has in common with the one for TypeScript. A name that
    begins with a capital, such as a class or a variable of the environment, stays as it is."""
    if not name[:1].islower() or "_" in name or name.islower():
        return name
    return _CAPITAL.sub(lambda found: f"_{found.group().lower()}", name)
