"""The whole of an audit: from what was named to the records of all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import msgspec

from lintdem.audit.checking import failed
from lintdem.audit.cloning import revision_of
from lintdem.audit.journal import Journal
from lintdem.audit.ranking import Audit
from lintdem.audit.records import Audited, Outcome, Task
from lintdem.audit.targets import targets, without_secret
from lintdem.audit.teams import Mapping, read_mapping, with_teams
from lintdem.errors import UsageError
from lintdem.observer import Observer
from lintdem.room import processors


@dataclass(frozen=True)
class AuditRequest:
    """What is asked of an audit: places and lists of them; `common` is how each repository is checked. `state` is a file that
    keeps what is done, `resume` whether one that is there is taken up; `scheduler` the address of a cluster."""

    places: tuple[str, ...]
    lists: tuple[str, ...]
    common: Task
    teams: str | None = None
    jobs: int | None = None
    scheduler: str | None = None
    state: str | None = None
    resume: bool = False


def audit(request: AuditRequest, observer: Observer) -> Audit:
    """Check every repository that was named, each once; one that nothing came of is in the result all the same."""
    mapping = read_mapping(Path(request.teams)) if request.teams is not None else Mapping()
    tasks = _tasks(request, observer)
    journal = Journal(Path(request.state), _options(request.common), resume=request.resume) if request.state else None
    try:
        records = _kept(tasks, journal)
        observer.stage("audit")
        for record in _checked([task for task in tasks if task.key not in records], request):
            if records.setdefault(record.key, record) is record and journal is not None:
                journal.keep(record)
            observer.progress(len(records), len(tasks))
            observer.detail(f"{record.name}: {record.outcome.value}, {len(record.findings)} findings")
    finally:
        if journal is not None:
            journal.close()
    missing = (failed(task, "nothing came of it") for task in tasks if task.key not in records)
    whole = {**records, **{record.key: record for record in missing}}
    return Audit(tuple(with_teams(whole[task.key], mapping) for task in tasks))


def _tasks(request: AuditRequest, observer: Observer) -> list[Task]:
    found, notes = targets(request.places, request.lists)
    for note in notes:
        observer.note(note)
    if not found:
        raise UsageError("no repository is named: give folders, lists of them or addresses")
    addresses = [without_secret(one.place) for one in found if one.is_address]
    if addresses and request.common.clones is None:
        more = f" and {len(addresses) - 1} more" if len(addresses) > 1 else ""
        raise UsageError(f"{addresses[0]}{more}: nothing is cloned without --clone")
    each = 1 if request.scheduler or len(found) > 1 else request.jobs or processors()
    return [
        msgspec.structs.replace(
            request.common, key=one.key, name=one.name, place=one.place, is_address=one.is_address, jobs=each
        )
        for one in found
    ]


def _checked(tasks: Sequence[Task], request: AuditRequest) -> Iterator[Audited]:
    # Loaded here, for each run needs one of them.
    if request.scheduler is not None:
        from lintdem.audit.cluster import checked_on_cluster  # noqa: PLC0415

        return checked_on_cluster(tasks, request.scheduler) if tasks else iter(())
    from lintdem.audit.local import checked_locally  # noqa: PLC0415

    return checked_locally(tasks, request.jobs or processors())


def _kept(tasks: Sequence[Task], journal: Journal | None) -> dict[str, Audited]:
    """What is done already. What could not be checked is tried again, and so is a checkout that is at another commit."""
    done = journal.done if journal is not None else {}
    records = {}
    for task in tasks:
        record = done.get(task.key)
        if record is None or record.outcome is Outcome.FAILED:
            continue
        if task.is_address or record.revision == revision_of(Path(task.place)):
            records[task.key] = msgspec.structs.replace(record, name=task.name)
    return records


def _options(common: Task) -> str:
    """A digest of how repositories are checked, as far as records depend on it."""
    same = msgspec.structs.replace(common, cache=True, cache_dir=None, clones=None, jobs=1)
    return blake2b(msgspec.msgpack.encode(same), digest_size=16).hexdigest()
