"""`lintdem audit --scheduler`: a real Dask cluster of several processes on this machine, of which one is killed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import distributed
import pytest

from tests.cli.conftest import Ran
from tests.cli.test_audit import QUIET, SENDS, audited, repository

WORKERS = 3


class Cluster:
    """A scheduler and its workers, each a process."""

    def __init__(self, processes: ExitStack, folder: Path, workers: int = WORKERS) -> None:
        self.address = f"tcp://127.0.0.1:{_free_port()}"
        self._processes, self._folder = processes, folder
        port = self.address.rpartition(":")[2]
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-show")
        self.workers = {f"w{number}": self._worker(f"w{number}") for number in range(workers)}
        self.client = processes.enter_context(distributed.Client(self.address, timeout=60, set_as_default=False))
        if workers:
            self.client.wait_for_workers(workers, timeout=60)

    def busy(self) -> str:
        """The name of a worker that has a repository in hand, once there is one."""
        while True:
            busy = {address for address, keys in self.client.processing().items() if keys}
            known = self.client.scheduler_info(n_workers=-1)["workers"]  # one may be gone by now
            for address in busy & known.keys():
                return str(known[address]["name"])

    def _worker(self, name: str) -> subprocess.Popen[bytes]:
        return self._start(
            "dask_worker", self.address, "--name", name, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"
        )

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._processes.callback(process.wait)
        self._processes.callback(process.kill)
        return process


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster that is there, as in a company."""
    with ExitStack() as processes:
        yield Cluster(processes, tmp_path)


def audit(cluster: Cluster, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """An audit on the cluster, as a process of its own."""
    asked = ["audit", "org", "--scheduler", cluster.address, "--no-cache", "--format", "json", *arguments]
    command = [sys.executable, "-m", "lintdem", *asked]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.filterwarnings("default")  # those of Dask are its own
def test_a_worker_that_is_killed_costs_nothing(cluster: Cluster, project: Path, lintdem: Callable[..., Ran]) -> None:
    """What it had in hand is checked by another one: nothing is lost, nothing counted twice."""
    for number in range(9):
        repository(project / f"org/r{number}", SENDS if number % 2 else QUIET)
    here = lintdem("audit", "org", "--no-cache", "--jobs", "1", "--format", "json")
    process = audit(cluster, project, "--state", "state")
    cluster.workers[cluster.busy()].kill()
    out, err = process.communicate()
    assert (process.returncode, out) == (1, here.out), err
    kept = [json.loads(line)["key"] for line in (project / "state").read_text(encoding="utf-8").splitlines()[1:]]
    assert sorted(kept) == sorted(one["place"] for one in audited(here)["repositories"])


@pytest.mark.filterwarnings("default")
def test_a_cluster_that_is_lost_is_told_and_the_run_taken_up(cluster: Cluster, project: Path, lintdem: Callable[..., Ran]) -> None:
    """What was not done by then is failed, with exit code 2; the state says what was, and the rest is checked elsewhere."""
    for number in range(9):
        repository(project / f"org/r{number}")
    here = lintdem("audit", "org", "--no-cache", "--jobs", "1", "--format", "json")
    process = audit(cluster, project, "--state", "state")
    cluster.busy()
    for one in (cluster.scheduler, *cluster.workers.values()):
        one.kill()
    out, err = process.communicate()
    assert (process.returncode, "Traceback" in err) == (2, False), err
    assert len(json.loads(out)["repositories"]) == 9
    again = lintdem("audit", "org", "--no-cache", "--state", "state", "--resume", "--format", "json")
    assert (again.code, again.out) == (1, here.out)


def test_a_scheduler_that_is_not_there_is_told(project: Path, lintdem: Callable[..., Ran]) -> None:
    """Not a traceback."""
    repository(project / "org/shop")
    ran = lintdem("audit", "org", "--scheduler", f"tcp://127.0.0.1:{_free_port()}")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be reached" in ran.err


@pytest.mark.filterwarnings("default")
def test_a_cluster_without_workers_is_told(tmp_path: Path, project: Path, lintdem: Callable[..., Ran]) -> None:
    """The run would wait for ever."""
    repository(project / "org/shop")
    with ExitStack() as processes:
        empty = Cluster(processes, tmp_path, workers=0)
        ran = lintdem("audit", "org", "--scheduler", empty.address)
    assert (ran.code, ran.out) == (2, "")
    assert "there is no worker" in ran.err
