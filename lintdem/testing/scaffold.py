"""A new rule: one module and one page, both to be filled in."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from lintdem import __version__
from lintdem.errors import UsageError
from lintdem.model.finding import Group
from lintdem.regexes import late
from lintdem.testing.topics import TOPICS

_NAME = late(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = late(r"[A-Z]{3,4}[1-9]\d\d")

_MODULE = '''\
"""{code}: what goes wrong, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Say which facts make the finding."""
    yield from ()


RULE = Rule("{code}", "{name}", Group.{group}, "{since}", "what the second delivery does", check)
'''

_PAGE = """\
# {name}

One sentence: what the code does, and what the second delivery then does.

## Why it matters

- 10:00:00, first delivery: what happens, and how the run ends.
- 10:01:00, second delivery: what happens again.

## Bad

### The plainest way to write it

```python
def handler(event, context):
    print(event)  # error
```

### Through a class in another file

```python
from service import Service


def handler(event, context):
    Service().run(event["detail"])
```

`service.py`:
```python
class Service:
    def run(self, detail):
        print(detail)  # error
```

## Good

### The plainest way to write it

```python
def handler(event, context):
    return event["detail"]
```

### Through a class in another file

```python
def handler(event, context):
    return event["detail"]
```

## The fix

### The plainest way to write it

```diff
--- a/handler.py
+++ b/handler.py
@@ -1,2 +1,2 @@
 def handler(event, context):
-    print(event)  # error
+    return event["detail"]
```

## When to ignore it
{promotion}
## References
"""


_PROMOTION = """
### What decides its promotion

The findings on real code, right and wrong, that were read.
"""
"""What the page of a rule in nursery holds besides."""


@dataclass(frozen=True)
class NewRule:
    """What is asked for. `code` None takes the next free one of the topic."""

    name: str
    group: Group
    topic: str = "effects"
    code: str | None = None


def write_rule(folder: Path, wanted: NewRule, taken: Collection[str], prefix: str = "LDM") -> tuple[Path, Path]:
    """Write module and page into the pack's folder; `taken` are the codes in use and the retired ones."""
    if not _NAME.fullmatch(wanted.name):
        raise UsageError(f"{wanted.name!r} is no name of a rule: lower case words with hyphens")
    code = wanted.code or next_code(wanted.topic, taken, prefix)
    if not _CODE.fullmatch(code):
        raise UsageError(f"{code!r} is no code: a prefix of capitals and three digits")
    if code in taken:
        raise UsageError(f"{code} is taken")
    stem = wanted.name.replace("-", "_")
    module, page = folder / f"{stem}.py", folder / f"{stem}.md"
    for path in (module, page):
        if path.exists():
            raise UsageError(f"{path} exists")
    since = ".".join(__version__.split(".")[:2])
    module.write_text(
        _MODULE.format(code=code, name=wanted.name, group=wanted.group.name, since=since), encoding="utf-8"
    )
    promotion = _PROMOTION if wanted.group is Group.NURSERY else ""
    page.write_text(_PAGE.format(name=wanted.name, promotion=promotion), encoding="utf-8")
    return module, page


def prefix_of(pack: str, taken: Collection[str]) -> str:
    """The capitals that the codes of a pack begin with: those in use, else the first three letters of its name."""
    used = sorted({code[:-3] for code in taken})
    letters = re.sub(r"[^A-Z]", "", pack.rpartition(".")[2].upper())
    return used[0] if used else letters[:3].ljust(3, "X")


def next_code(topic: str, taken: Collection[str], prefix: str = "LDM") -> str:
    """The first code after the last one in use in the topic's hundred."""
    hundred = TOPICS[topic][0] * 100
    used = [int(code[-3:]) for code in taken if code.startswith(prefix) and code[-3:].isdigit()]
    free = max((number for number in used if hundred <= number < hundred + 100), default=hundred) + 1
    if free >= hundred + 100:
        raise UsageError(f"the codes of the topic {topic} are used up")
    return f"{prefix}{free}"
