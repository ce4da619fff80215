"""Which rules are on, and how loud their findings are.

A rule carries its group; the group says whether it is on. What the user names decides by how exactly it names:
a code or name goes before a prefix, a prefix before a group, a group before `ALL`. Named equally well, the command
line goes before the file, and leaving out goes before taking in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec

from lintdem.config import Config, Origin, nearest
from lintdem.errors import UsageError
from lintdem.model.finding import Group, Level
from lintdem.triage.run import FATAL

_OFF = frozenset({Group.PEDANTIC, Group.NURSERY})
_PREFIX_LENGTHS = range(4, 6)
_EXACT = 9
_ALWAYS_KNOWN = frozenset({"ALL", *(group.value for group in Group)})


class Named(Protocol):
    """What is needed of a rule here: a rule of a pack, or a code of the run."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def group(self) -> Group: ...


class _Wish(NamedTuple):
    """One selector the user wrote. Sorts by who is obeyed: exactness, then the command line, then leaving out."""

    exactness: int
    on_command_line: bool
    leaves_out: bool


def is_on_by_default(group: Group) -> bool:
    """Whether the rules of a group report without being selected."""
    return group not in _OFF


def exactness(selector: str, rule: Named) -> int:
    """How exactly a selector names a rule; 0 when it does not name it."""
    if selector in (rule.code, rule.name):
        return _EXACT
    if selector == "ALL":
        return 1
    if selector == rule.group.value:
        return 2
    is_prefix = selector.isupper() and rule.code.startswith(selector)
    return min(len(selector), 8) if is_prefix else 0


class Selection(msgspec.Struct, frozen=True):
    """Which of the known rules are on for a configuration, and the levels it wants."""

    known: tuple[Named, ...]
    config: Config

    def is_on(self, rule: Named) -> bool:
        """Whether the rule's findings are reported."""
        wishes = list(self._wishes(rule))
        return not max(wishes).leaves_out if wishes else False

    def codes(self) -> frozenset[str]:
        """The codes that are on."""
        return frozenset(rule.code for rule in self.known if self.is_on(rule))

    def codes_named(self, selectors: Iterable[str]) -> frozenset[str]:
        """The codes that any of the selectors names."""
        wanted = tuple(selectors)
        named = (rule.code for rule in self.known if any(exactness(text, rule) for text in wanted))
        return frozenset(named if wanted else ())

    def level(self, code: str, level: Level) -> Level:
        """The level to report: the one the user set for this code or name, else the given one."""
        rule = next((rule for rule in self.known if rule.code == code), None)
        best = 0
        for selector, wanted in self.config.levels:
            fits = exactness(selector, rule) if rule else 0
            if fits > best:
                best, level = fits, wanted
        return level

    def _wishes(self, rule: Named) -> Iterator[_Wish]:
        line = self.config.command_line
        chosen = line.select if line.select is not None else self.config.select
        if chosen is None and is_on_by_default(rule.group):
            yield _Wish(0, False, False)
        for selectors, on_command_line, leaves_out in (
            (chosen or (), line.select is not None, False),
            (self.config.extend_select, False, False),
            (line.extend_select, True, False),
            (self.config.ignore, False, True),
            (line.ignore, True, True),
        ):
            for selector in selectors:
                fits = exactness(selector, rule)
                if fits:
                    yield _Wish(fits, on_command_line, leaves_out)


def validate(config: Config, known: Sequence[Named]) -> None:
    """Raise a `UsageError` for a selector that names no known rule, wherever it was written."""
    line = config.command_line
    fatal = {name for rule in known if rule.code in FATAL for name in (rule.code, rule.name)}
    for key, selectors in (
        ("--select", line.select or ()),
        ("--extend-select", line.extend_select),
        ("--ignore", line.ignore),
        ("select", config.select or ()),
        ("extend-select", config.extend_select),
        ("ignore", config.ignore),
        ("per-file-ignores", tuple(name for _, names in config.per_file_ignores for name in names)),
        ("levels", tuple(name for name, _ in config.levels)),
    ):
        for selector in selectors:
            if selector not in _ALWAYS_KNOWN and not any(exactness(selector, rule) for rule in known):
                raise UsageError(_unknown(key, selector, config.origin(key, selector), known))
            if key.endswith("ignore") and selector in fatal:
                where = _place(key, config.origin(key, selector))
                raise UsageError(f"{where}{selector} cannot be ignored; leave the file out with exclude")


def _place(key: str, origin: Origin) -> str:
    return f"{key}: " if key.startswith("--") else f"{origin}: {key}: "


def _unknown(key: str, selector: str, origin: Origin, known: Sequence[Named]) -> str:
    words = {word for rule in known for word in (rule.code, rule.name)} | _ALWAYS_KNOWN
    prefixes = {rule.code[:length] for rule in known for length in _PREFIX_LENGTHS}
    shorter = len(selector) < len(known[0].code)
    near = nearest(selector, sorted(words | prefixes if shorter else words))
    return f'{_place(key, origin)}unknown rule "{selector}"{near}'
