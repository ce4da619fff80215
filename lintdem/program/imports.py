"""Which file of the program an import means.

Python resolves imports against `sys.path`, which differs from function to function. Here the same
name is looked up where that function would find it: beside the importing file, in the folders above
it, in the code and layer folders that templates name, then anywhere in the program, nearest first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from lintdem.model.spelling import TYPESCRIPT
from lintdem.program.paths import ancestors, folder, join, shared

THIRD_PARTY = frozenset(
    """
        aiohttp aioboto3 aiobotocore arrow asyncpg attr attrs aws_cdk aws_durable_execution_sdk_python
        aws_lambda_powertools aws_xray_sdk backoff boto boto3 botocore braintree bs4 celery cfnresponse
        chalice click confluent_kafka crhelper cryptography dateutil django fastapi flask google gspread httpx
        jinja2 jmespath jose jwt kafka lxml mangum moto motor mypy_boto3 mysql numpy opensearchpy
        elasticsearch pandas paramiko pendulum pika psycopg psycopg2 pydantic pymongo pymysql pynamodb pytest
        pytz redis requests sendgrid sentry_sdk simplejson six slack_sdk sqlalchemy starlette stripe structlog
        tenacity troposphere twilio ujson urllib3 valkey werkzeug yaml zeep zappa
    """.split()
)

VENDORED = frozenset({"site-packages", "dist-packages", "vendor", "vendored", "_vendor", "third_party", "node_modules"})


def is_vendored(path: str) -> bool:
    """Whether a file belongs to a package that was copied in rather than to the project."""
    parts = path.split("/")
    return any(part in VENDORED or part.endswith((".dist-info", ".egg-info")) for part in parts[:-1])


def is_test(path: str) -> bool:
    """Whether a file holds tests."""
    parts = path.split("/")
    return any(p in ("tests", "test", "testing") for p in parts[:-1]) or parts[-1].startswith(("test_", "conftest"))


_LAST = 4
_last: dict[tuple[frozenset[str], tuple[str, ...]], Imports] = {}


def imports_of(paths: Iterable[str], roots: Iterable[str]) -> Imports:
    """What imports mean among these files. It depends on nothing else, so one that was asked before is asked again."""
    key = frozenset(paths), tuple(dict.fromkeys(roots))
    found = _last.pop(key, None) or Imports(*key)
    _last[key] = found
    while len(_last) > _LAST:
        _last.pop(next(iter(_last)), None)
    return found


class Imports:
    """Resolves dotted names to files. `paths` are all files; `roots` extra search folders in order. `leads` is for what is
    worked out of a file with their help: its bytes, and the files that it leads to."""

    def __init__(self, paths: Iterable[str], roots: Iterable[str]) -> None:
        self.paths = frozenset(paths)
        self.roots = tuple(dict.fromkeys(roots))
        self.folders = frozenset(a for path in self.paths for a in ancestors(path))
        self._by_tail: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            self._by_tail.setdefault(_tail(path), []).append(path)
        self._found: dict[tuple[str, str], str | None] = {}
        self._guessed: set[tuple[str, str]] = set()
        self.leads: dict[str, tuple[bytes, frozenset[str]]] = {}

    def relative(self, importer: str, module: str | None, level: int) -> str | None:
        """The file of `from ..module import` in `importer`, or the folder with a trailing slash for a
        package without `__init__`, or None."""
        base = folder(importer)
        for _ in range(level - 1):
            base = folder(base)
        if importer.endswith(TYPESCRIPT):  # what it imports stands under a path, not a dotted name
            path = join(base, module or "")
            return next((one for one in (f"{path}{TYPESCRIPT}", join(path, f"index{TYPESCRIPT}")) if one in self.paths), None)
        return self._at(base, module or "")

    def absolute(self, importer: str, module: str) -> str | None:
        """The file `import module` means in `importer`, a folder with a trailing slash, or None."""
        key = (_place(importer, module), module)
        if key not in self._found:
            self._found[key] = self._absolute(importer, module)
        return self._found[key]

    def _absolute(self, importer: str, module: str) -> str | None:
        top = module.partition(".")[0]
        if top in THIRD_PARTY or top.startswith(("mypy_boto3", "types_boto3")):
            return None
        if top in sys.stdlib_module_names:
            # A file of that name beside the importing one comes before the standard library, one elsewhere does not. Inside of a
            # package nothing is looked up beside it, unless the package is what is deployed.
            here = folder(importer)
            packaged = join(here, "__init__.py") in self.paths and here not in self.roots
            found = None if packaged else self._at(here, module)
            return found if found is not None and found != importer and not found.endswith("/") else None
        package: str | None = None
        for root in (*ancestors(importer), *self.roots):
            found = self._at(root, module)
            # A module named like the library it imports means the library; a package may import itself.
            if found is not None and (found != importer or found.endswith("/__init__.py")):
                if not found.endswith("/"):
                    return found
                package = package or found
        elsewhere = self._anywhere(importer, module)
        if elsewhere is not None:
            self._guessed.add((_place(importer, module), module))
        return elsewhere or package

    def is_guess(self, importer: str, module: str) -> bool:
        """Whether a module was not found where the importing file would look for it, only somewhere else."""
        return (_place(importer, module), module) in self._guessed

    def _at(self, root: str, module: str) -> str | None:
        path = join(root, module.replace(".", "/"))
        for candidate in (f"{path}.py", join(path, "__init__.py")):
            if candidate in self.paths:
                return candidate
        return f"{path}/" if path in self.folders and path else None

    def _anywhere(self, importer: str, module: str) -> str | None:
        tail = module.replace(".", "/")
        found = [
            path
            for path in self._by_tail.get(module.rpartition(".")[2], [])
            if path.endswith((f"/{tail}.py", f"/{tail}/__init__.py")) and path != importer
            and not is_vendored(path)
        ]
        found = [path for path in found if not _looks_like_test(path)] or found
        if not found:
            return None
        nearest = max(shared(path, importer) for path in found)
        close = [path for path in found if shared(path, importer) == nearest]
        return min(close, key=lambda path: (path.count("/"), path))


def _place(importer: str, module: str) -> str:
    """What an answer depends on: the folder of the importing file, and the file itself where it has the name of the module."""
    return importer if _tail(importer) == module.rpartition(".")[2] else folder(importer)


def _tail(path: str) -> str:
    stem = path.rpartition("/")[2].removesuffix(".py")
    return folder(path).rpartition("/")[2] if stem == "__init__" else stem


def _looks_like_test(path: str) -> bool:
    return any(part in ("tests", "test") for part in path.split("/")[:-1])
