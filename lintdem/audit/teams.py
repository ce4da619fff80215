"""Who owns a file: the CODEOWNERS of its repository, or a mapping of one's own that goes before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from pathspec import GitIgnoreSpec

from lintdem.audit.records import Audited
from lintdem.errors import UsageError
from lintdem.files import read_regular
from lintdem.globs import spec_of
from lintdem.regexes import late

_PLACES = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_MOST_BYTES = 3_000_000
"""What GitHub reads."""
_SECTION = late(r"\^?\[[^\]]+\](?:\[\d+\])?(?P<owners>.*)")


@dataclass(frozen=True)
class Owners:
    """The lines of a CODEOWNERS file: what each matches, and whom it names."""

    lines: tuple[tuple[GitIgnoreSpec, str | None], ...] = ()

    def of(self, path: str) -> str | None:
        """The owner of a path from the root. The last line that matches decides, also when it names nobody."""
        return next((owner for spec, owner in reversed(self.lines) if spec.match_file(path)), None)


def owners_in(root: Path) -> Owners:
    """The owners that a repository names, by the first of the places in which GitHub and GitLab look."""
    for place in _PLACES:
        try:
            file = (root / place).resolve()
            if file.is_relative_to(root.resolve()):
                return Owners(tuple(_lines(read_regular(file, _MOST_BYTES).decode("utf-8", "replace"))))
        except OSError:
            continue
    return Owners()


def _lines(text: str) -> Iterator[tuple[GitIgnoreSpec, str | None]]:
    default: str | None = None
    for line in text.splitlines():
        bare = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        section = _SECTION.fullmatch(bare)
        if section is not None:
            default = _first(section["owners"].split())
            continue
        pattern, *named = re.split(r"(?<!\\)\s+", bare)
        if pattern and not pattern.startswith("!"):
            try:
                yield spec_of([pattern]), _first(named) or default
            except ValueError:
                continue  # as GitHub does with a line it cannot read


def _first(owners: Iterable[str]) -> str | None:
    """One owner, so that nothing counts twice: the first team, else the first person."""
    named = [owner for owner in owners if "@" in owner]
    return next((owner for owner in named if "/" in owner), named[0] if named else None)


@dataclass(frozen=True)
class Mapping:
    """Teams and what is theirs: patterns of repositories, or `repository:path`; the first that matches decides."""

    lines: tuple[tuple[str, GitIgnoreSpec | None, str], ...] = ()

    def of(self, repository: str, path: str) -> str | None:
        """The team of a file."""
        for pattern, paths, team in self.lines:
            if fnmatchcase(repository, pattern) and (paths is None or paths.match_file(path)):
                return team
        return None


def read_mapping(file: Path) -> Mapping:
    """A file with a table `[teams]`: a team, and the list of its patterns."""
    try:
        tables = msgspec.toml.decode(file.read_bytes(), type=dict[str, dict[str, list[str]]])
        return Mapping(tuple(_line(team, pattern) for team, patterns in tables["teams"].items() for pattern in patterns))
    except OSError as error:
        raise UsageError(f"--teams: {file}: {error.strerror or error}") from error
    except KeyError:
        raise UsageError(f"--teams: {file}: there is no table [teams]") from None
    except ValueError as error:  # of TOML, of msgspec, of a pattern
        raise UsageError(f"--teams: {file}: {error}") from error


def _line(team: str, pattern: str) -> tuple[str, GitIgnoreSpec | None, str]:
    repository, colon, path = pattern.partition(":")
    return repository, spec_of([path]) if colon else None, team


def with_teams(record: Audited, mapping: Mapping) -> Audited:
    """The record with the teams of the mapping; where it says nothing, the owners of the repository stay."""
    rows = (msgspec.structs.replace(row, team=mapping.of(record.name, row.path) or row.team) for row in record.findings)
    return msgspec.structs.replace(record, findings=tuple(rows))
