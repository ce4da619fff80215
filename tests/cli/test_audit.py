"""`lintdem audit`: many repositories in one report, each once, whatever happens to it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet
import pytest

from tests.cli.conftest import Ran

SENDS = """\
import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn="arn", Message=event["detail"]["id"])
"""
QUIET = "def handler(event, context):\n    return len(event['detail'])\n"


def repository(folder: Path, code: str = SENDS, file: str = "app.py") -> Path:
    """A checkout with one file."""
    (folder / ".git").mkdir(parents=True)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(code, encoding="utf-8")
    return folder


def names(document: dict[str, Any]) -> list[str]:
    """The repositories of a report."""
    return [one["name"] for one in document["repositories"]]


def audited(ran: Ran) -> dict[str, Any]:
    """The report of a run with `--format json`."""
    document: dict[str, Any] = json.loads(ran.out)
    return document


def test_every_repository_is_in_the_report_once(project: Path, lintdem: Callable[..., Ran]) -> None:
    """However often and however it is named: as a folder, in a list, as one of the checkouts of a folder."""
    repository(project / "org/a/shop")
    repository(project / "org/b/shop", QUIET)
    repository(project / "org/mail")
    (project / "list.txt").write_text("# ours\norg/mail  # again\norg/a/shop\n\n", encoding="utf-8")
    ran = lintdem("audit", "org", "org/mail", "list.txt", "--from", "list.txt", "--format", "json")
    document = audited(ran)
    assert names(document) == ["a/shop", "b/shop", "mail"]
    assert [(one["repository"], one["path"], one["code"]) for one in document["findings"]] == [
        ("a/shop", "app.py", "LDM101"),
        ("mail", "app.py", "LDM101"),
    ]
    assert document["rankings"]["rules"][0]["repositories"] == 2


def test_a_part_of_a_repository_is_not_counted_beside_it(project: Path, lintdem: Callable[..., Ran]) -> None:
    """A folder that is named beside the repository it is in would give its findings twice."""
    repository(project / "shop", file="mail/app.py")
    ran = lintdem("audit", "shop/mail", "shop", "--format", "json")
    assert [one["path"] for one in audited(ran)["findings"]] == ["mail/app.py"]
    assert "is part of" in ran.err


def test_a_folder_beside_checkouts_that_is_none_is_told(project: Path, lintdem: Callable[..., Ran]) -> None:
    """Nothing is left out silently."""
    repository(project / "org/shop", QUIET)
    (project / "org/notes").mkdir()
    ran = lintdem("audit", "org", "--format", "json")
    assert (ran.code, names(audited(ran))) == (0, ["shop"])
    assert "org/notes is no checkout" in ran.err


def test_what_cannot_be_read_is_told_and_the_rest_is_checked(project: Path, lintdem: Callable[..., Ran]) -> None:
    """A repository that is not there, one with settings that are wrong, and one with a file that does not parse."""
    repository(project / "good")
    repository(project / "half")
    (project / "half/broken.py").write_text("def (:\n", encoding="utf-8")
    repository(project / "wrong")
    (project / "wrong/lintdem.toml").write_text("no-such-key = 1\n", encoding="utf-8")
    ran = lintdem("audit", "good", "half", "wrong", "missing", "--format", "json")
    document = audited(ran)
    outcomes = {one["name"]: one["outcome"] for one in document["repositories"]}
    assert outcomes == {"good": "checked", "half": "incomplete", "missing": "failed", "wrong": "failed"}
    told = {one["name"]: one["problems"][0] for one in document["repositories"] if one["problems"]}
    assert told["missing"]["message"] == "no such folder"
    assert "no-such-key" in told["wrong"]["message"]
    assert (told["half"]["path"], told["half"]["line"]) == ("broken.py", 1)
    assert {one["repository"] for one in document["findings"]} == {"good", "half"}
    assert ran.code == 2


@pytest.mark.parametrize(
    ("arguments", "code"), [((), 1), (("--exit-zero",), 0), (("--ignore", "LDM1"), 0), (("--select", "LDM7"), 0)]
)
def test_exit_codes_are_those_of_check(project: Path, lintdem: Callable[..., Ran], arguments: tuple[str, ...], code: int) -> None:
    """1 for findings that reach the level, 0 for none."""
    repository(project / "shop")
    assert lintdem("audit", "shop", *arguments).code == code


def test_the_level_that_fails_is_the_repositories_own(project: Path, lintdem: Callable[..., Ran]) -> None:
    """Unless the run asks for one."""
    repository(project / "shop")
    (project / "shop/lintdem.toml").write_text('fail-on = "error"\nlevels = {LDM101 = "warning"}\n', encoding="utf-8")
    assert lintdem("audit", "shop").code == 0
    assert lintdem("audit", "shop", "--fail-on", "warning").code == 1


def test_findings_belong_to_the_owners_of_their_files(project: Path, lintdem: Callable[..., Ran]) -> None:
    """The last line of CODEOWNERS that matches decides; of several owners the first team counts."""
    repository(project / "shop", file="mail/app.py")
    repository(project / "shop2", file="pay/app.py")
    for name in ("shop", "shop2"):
        (project / name / "CODEOWNERS").write_text("* @acme/all\n/mail/ @ann @acme/mail  # both\n/pay/\n", encoding="utf-8")
    document = audited(lintdem("audit", "shop", "shop2", "--format", "json"))
    assert [(one["repository"], one["team"]) for one in document["findings"]] == [("shop", "@acme/mail"), ("shop2", None)]
    assert [one["name"] for one in document["rankings"]["teams"]] == ["(no team)", "@acme/mail"]


def test_a_mapping_of_teams_goes_first(project: Path, lintdem: Callable[..., Ran]) -> None:
    """By repository or by path; where it says nothing, CODEOWNERS does."""
    repository(project / "shop", file="mail/app.py")
    repository(project / "bill")
    repository(project / "site")
    (project / "site/CODEOWNERS").write_text("* @acme/web\n", encoding="utf-8")
    (project / "teams.toml").write_text('[teams]\nPost = ["sh*:mail/"]\nMoney = ["bill"]\n', encoding="utf-8")
    document = audited(lintdem("audit", "shop", "bill", "site", "--teams", "teams.toml", "--format", "json"))
    assert {one["repository"]: one["team"] for one in document["findings"]} == {
        "bill": "Money",
        "shop": "Post",
        "site": "@acme/web",
    }


def test_a_mapping_that_is_wrong_is_told(project: Path, lintdem: Callable[..., Ran]) -> None:
    """Before anything is checked."""
    repository(project / "shop")
    (project / "teams.toml").write_text('[team]\nPost = ["shop"]\n', encoding="utf-8")
    ran = lintdem("audit", "shop", "--teams", "teams.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "teams.toml: there is no table [teams]" in ran.err


def test_the_report_is_the_same_for_any_number_of_workers(project: Path, lintdem: Callable[..., Ran]) -> None:
    """And for any order in which repositories are named."""
    for name in "abcd":
        repository(project / name)
    one = lintdem("audit", "a", "b", "c", "d", "--jobs", "1", "--no-cache", "--format", "json")
    many = lintdem("audit", "d", "b", "a", "c", "--jobs", "3", "--no-cache", "--format", "json")
    assert one.out == many.out


def test_a_run_is_taken_up_where_it_ended(project: Path, lintdem: Callable[..., Ran]) -> None:
    """What is done is not done again, what could not be checked is tried again, and a record cut off by a crash is none."""
    repository(project / "a")
    repository(project / "b")
    asked = ("audit", "a", "b", "late", "--state", "state", "--format", "json")
    assert lintdem(*asked, "--jobs", "1").code == 2
    state = project / "state"
    lines = state.read_bytes().splitlines(keepends=True)
    state.write_bytes(b"".join(line for line in lines if b'"name":"b"' not in line) + b'{"key":"')
    (project / "a/app.py").write_text(QUIET, encoding="utf-8")  # is not looked at again
    repository(project / "late")
    ran = lintdem(*asked, "--resume")
    assert [one["repository"] for one in audited(ran)["findings"]] == ["a", "b", "late"]
    assert ran.code == 1
    again = lintdem(*asked, "--resume")
    assert again.out == ran.out


def test_a_checkout_that_has_moved_on_is_checked_again(project: Path, lintdem: Callable[..., Ran]) -> None:
    """A state speaks of the commit that was checked."""
    shop = project / "shop"
    shop.mkdir()
    git(shop, "init", "--quiet")
    commit(shop, SENDS)
    asked = ("audit", "shop", "--state", "state", "--format", "json")
    assert lintdem(*asked).code == 1
    commit(shop, QUIET)
    ran = lintdem(*asked, "--resume")
    assert (ran.code, audited(ran)["findings"]) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "said"), [((), "--resume takes it up"), (("--resume", "--ignore", "LDM1"), "with other options")]
)
def test_a_state_is_never_mixed_with_another_run(
    project: Path, lintdem: Callable[..., Ran], arguments: tuple[str, ...], said: str
) -> None:
    """It is left as it is, and the run does not begin."""
    repository(project / "shop")
    lintdem("audit", "shop", "--state", "state")
    before = (project / "state").read_bytes()
    ran = lintdem("audit", "shop", "--state", "state", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert (project / "state").read_bytes() == before


def start(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    """An audit in a process of its own."""
    command = [sys.executable, "-m", "lintdem", "audit", *arguments, "--format", "json"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def workers(process: subprocess.Popen[str]) -> Iterator[psutil.Process]:
    """The workers of an audit that runs."""
    while process.poll() is None:
        for child in psutil.Process(process.pid).children():
            try:
                if any("spawn_main" in word for word in child.cmdline()):
                    yield child
            except psutil.Error:
                continue


def test_a_worker_that_is_killed_costs_nothing(project: Path, lintdem: Callable[..., Ran]) -> None:
    """Each has a repository in hand from its start. The report is that of a run in which nothing happened."""
    for name in "abcd":
        repository(project / name)
    undisturbed = lintdem("audit", *"abcd", "--no-cache", "--jobs", "1", "--format", "json")
    process = start(*"abcd", "--no-cache", "--jobs", "2", folder=project)
    next(workers(process)).kill()
    out, _ = process.communicate()
    assert (process.returncode, out) == (undisturbed.code, undisturbed.out)


def test_a_repository_that_costs_every_worker_is_told(project: Path) -> None:
    """It is tried twice; the run goes on, and its exit code says that not everything was checked."""
    repository(project / "a")
    repository(project / "b")
    process = start("a", "b", "--jobs", "2", folder=project)
    for worker in workers(process):
        worker.kill()
    document = json.loads(process.communicate()[0])
    assert [(one["name"], one["outcome"]) for one in document["repositories"]] == [("a", "failed"), ("b", "failed")]
    assert "lost 2 times (signal 9)" in document["repositories"][0]["problems"][0]["message"]
    assert process.returncode == 2


def test_ctrl_c_ends_the_workers_and_keeps_what_is_done(project: Path) -> None:
    """One line, exit code 130, no process left, and a state that can be taken up."""
    for name in "abcd":
        repository(project / name)
    process = start(*"abcd", "--jobs", "2", "--state", "state", folder=project)
    worker = next(workers(process))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "interrupted\n")
    assert not worker.is_running()
    again = start(*"abcd", "--state", "state", "--resume", folder=project)
    assert len(json.loads(again.communicate()[0])["findings"]) == 4


def git(folder: Path, *arguments: str) -> None:
    """Run git as nobody in particular."""
    who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, code: str) -> None:
    """A commit with this code."""
    (folder / "app.py").write_text(code, encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "x")


def test_an_address_is_cloned_when_it_is_asked_for(project: Path, lintdem: Callable[..., Ran]) -> None:
    """Not before; and the next run sees what is new there."""
    origin = project / "origin/shop"
    origin.mkdir(parents=True)
    git(origin, "init", "--quiet")
    commit(origin, SENDS)
    asked = ("audit", origin.as_uri(), "--clone-dir", "clones", "--format", "json")
    refused = lintdem(*asked)
    assert (refused.code, refused.out, (project / "clones").exists()) == (2, "", False)
    assert "nothing is cloned without --clone" in refused.err
    ran = lintdem(*asked, "--clone")
    (found,) = audited(ran)["findings"]
    assert (ran.code, found["repository"], found["path"]) == (1, "shop", "app.py")
    commit(origin, QUIET)
    assert lintdem(*asked, "--clone").code == 0


def test_a_token_in_an_address_is_told_nowhere(project: Path, lintdem: Callable[..., Ran]) -> None:
    """Neither in the report nor in the words of git nor in the state."""
    address = "https://me:s3cret@127.0.0.1:1/acme/shop.git"
    ran = lintdem("audit", address, "--clone", "--clone-dir", "clones", "--state", "state", "--format", "json")
    (one,) = audited(ran)["repositories"]
    assert (ran.code, one["name"], one["outcome"]) == (2, "shop", "failed")
    assert "cannot be cloned" in one["problems"][0]["message"]
    assert "s3cret" not in ran.out + ran.err + (project / "state").read_text(encoding="utf-8")


def test_the_page_needs_nothing_else_and_runs_nothing(project: Path, lintdem: Callable[..., Ran]) -> None:
    """What comes from repositories is text there, and terminal sequences are written out."""
    evil = "x<script>alert(1)<\x1b[31m"
    repository(project / evil / "in", file="<img src=x onerror=y>.py")
    (project / evil / "in/CODEOWNERS").write_text("* @<b>\n", encoding="utf-8")
    lintdem("audit", f"{evil}/in", f"{evil}/none", "--output", "html:page.html")
    page = (project / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>&gt" not in page
    assert "\x1b" not in page
    assert "&lt;img src=x" in page.replace("<wbr>", "")
    assert "@&lt;b&gt;" in page
    assert "default-src 'none'" in page
    assert "no such folder" in page


def test_the_page_ranks_repositories_teams_and_rules(project: Path, lintdem: Callable[..., Ran]) -> None:
    """The worst first, and a repository leads to its findings."""
    repository(project / "one")
    repository(project / "two")
    repository(project / "quiet", QUIET)
    (project / "two/more.py").write_text(SENDS, encoding="utf-8")
    lintdem("audit", "one", "two", "quiet", "--format", "html", "--output", "page.html")
    page = (project / "page.html").read_text(encoding="utf-8")
    ranking = page[page.index("By repository") : page.index("By team")]
    assert ranking.index("two") < ranking.index("one")
    assert "quiet" not in ranking
    anchor = ranking.split('href="#')[1].partition('"')[0]
    assert f'id="{anchor}"' in page[page.index("<main>") :]
    assert page.index("By team") < page.index("By rule") < page.index("LDM101</a>")


def test_parquet_holds_what_the_json_report_holds(project: Path, lintdem: Callable[..., Ran]) -> None:
    """Findings in one table; every repository, also those without findings or that could not be read, in another."""
    repository(project / "shop")
    repository(project / "quiet", QUIET)
    ran = lintdem("audit", "shop", "quiet", "none", "--format", "json", "--output", "parquet:audit.parquet")
    document = audited(ran)
    findings = pyarrow.parquet.read_table(project / "audit.parquet").drop_columns("revision").to_pylist()
    assert findings == document["findings"]
    repositories = pyarrow.parquet.read_table(project / "audit.repositories.parquet").to_pylist()
    assert [(one["name"], one["outcome"], one["errors"]) for one in repositories] == [
        (one["name"], one["outcome"], one["errors"]) for one in document["repositories"]
    ]
    assert [one["problems"] for one in repositories] == ["no such folder", None, None]


def test_the_terminal_report_counts_and_tells_what_was_not_checked(project: Path, lintdem: Callable[..., Ran]) -> None:
    """The three rankings, and a last line with all of it."""
    repository(project / "shop")
    repository(project / "mail")
    ran = lintdem("audit", "shop", "mail", "none")
    assert "  none: no such folder\n" in ran.out
    assert "LDM101 unguarded-effect  in 2 repositories" in ran.out
    assert ran.out.splitlines()[-1].startswith("Found 2 ")
    assert ran.out.endswith("Not everything was checked: 1 repository not at all.\n")


@pytest.mark.parametrize(
    ("module", "arguments", "extra"),
    [
        ("pyarrow", ("--format", "parquet", "--output", "x.parquet"), "lintdem[parquet]"),
        ("distributed", ("--scheduler", "tcp://127.0.0.1:1"), "lintdem[dask]"),
    ],
)
def test_a_missing_extra_is_told(project: Path, module: str, arguments: tuple[str, ...], extra: str) -> None:
    """In a sentence that says what to install."""
    repository(project / "shop")
    code = f"import sys; sys.modules[{module!r}] = None; from lintdem.cli import main; main(['audit', 'shop', *sys.argv[1:]])"
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"pip install '{extra}'" in done.stderr


@pytest.mark.parametrize(("data", "said"), [(None, "the list cannot be read"), (b"\xff", "is no list of repositories")])
def test_a_list_that_cannot_be_read_is_wrong_use(
    project: Path, lintdem: Callable[..., Ran], data: bytes | None, said: str
) -> None:
    """Nobody knows what stood in it, so nothing is checked in its place."""
    repository(project / "shop")
    if data is not None:
        (project / "list.txt").write_bytes(data)
    ran = lintdem("audit", "shop", "--from", "list.txt")
    assert (ran.code, ran.out) == (2, "")
    assert f"list.txt: {said}" in ran.err


def test_a_file_of_code_is_no_list(project: Path, lintdem: Callable[..., Ran]) -> None:
    """It is one thing that could not be checked, and not one for each of its lines."""
    repository(project / "shop")
    ran = lintdem("audit", "shop/app.py", "--format", "json")
    (one,) = audited(ran)["repositories"]
    assert (ran.code, one["problems"][0]["message"]) == (2, "is no folder")


def test_nothing_named_is_wrong_use(project: Path, lintdem: Callable[..., Ran]) -> None:
    """An audit of nothing would pass for a clean one."""
    ran = lintdem("audit")
    assert (ran.code, ran.out) == (2, "")
    assert "no repository is named" in ran.err
