"""Discovery: the files of a run, whatever stands in the folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lintdem.discover import MAX_TEMPLATE, Filters, Found, discover, existing, only, workspace_root
from lintdem.errors import UsageError
from lintdem.session import CheckRequest, check


def tree(root: Path, *files: str) -> Path:
    """Empty files below a folder."""
    for name in files:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", encoding="utf-8")
    return root


def find(root: Path, *paths: str, filters: Filters | None = None) -> Found:
    """Discover from paths below the root."""
    return discover(root, existing(paths or (".",), root), filters or Filters())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace whose own path holds no link."""
    return tmp_path.resolve()


class TestWhatIsFound:
    """Python files and template candidates."""

    def test_python_and_candidates_in_order(self, root: Path) -> None:
        """Files that can be neither are not looked at."""
        tree(
            root, "b.py", "a/c.py", "template.yaml", "infra/app.template.json", "Dockerfile.worker", "main.tf", "terraform.tfvars", "x.txt"
        )
        found = find(root)
        assert found.python == ("a/c.py", "b.py")
        assert found.candidates == ("Dockerfile.worker", "infra/app.template.json", "main.tf", "template.yaml", "terraform.tfvars")

    def test_built_in_excludes(self, root: Path) -> None:
        """Environments, caches and build results are left out, wherever they stand."""
        tree(
            root, "app.py", ".venv/x.py", "svc/node_modules/x.py", "dist/x.py", ".aws-sam/build/x.py", "x.egg-info/x.py"
        )
        tree(root, "env/pyvenv.cfg", "env/lib/x.py")
        assert find(root).python == ("app.py",)

    def test_cdk_output_gives_templates_only(self, root: Path) -> None:
        """Templates are read although git ignores the folder; copies of the code are not."""
        tree(root, "app.py", "cdk.out/App.template.json", "cdk.out/manifest.json", "cdk.out/asset.1/app.py")
        (root / ".gitignore").write_text("cdk.out/\n", encoding="utf-8")
        found = find(root)
        assert found.python == ("app.py",)
        assert found.candidates == ("cdk.out/App.template.json",)

    def test_big_data_files_are_left_out_with_a_note(self, root: Path) -> None:
        """A data file is not read, and the user is told."""
        tree(root, "app.py")
        (root / "data.json").write_bytes(b" " * (MAX_TEMPLATE + 1))
        (root / "template.yaml").write_bytes(b" " * (MAX_TEMPLATE + 1))
        found = find(root)
        assert found.candidates == ()
        assert [note for note in found.notes if note.startswith("data.json: left out: too big")]
        assert [(problem.code, problem.place.path) for problem in found.problems] == [("LDM901", "template.yaml")]

    @pytest.mark.parametrize(
        ("template", "part"),
        [
            ("serverless.yml: service: x\nprovider: {name: aws}\nfunctions: ${file(./parts.yml)}\n", "parts.yml"),
            ("template.yaml: Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: m.asl.json}}}\n", "m.asl.json"),
        ],
    )
    def test_a_big_part_that_a_template_takes_in_is_a_problem(self, root: Path, template: str, part: str) -> None:
        """Then something is missing from the template; a big file that is only mentioned is none of its parts."""
        name, _, text = template.partition(": ")
        (root / name).write_text(f"# see other.json\n{text}", encoding="utf-8")
        for big in (part, "other.json"):
            (root / big).write_bytes(b" " * (MAX_TEMPLATE + 1))
        report = check(CheckRequest(folder=root, cache=False))
        assert [(problem.code, problem.place.path) for problem in report.problems] == [("LDM901", part)]

    def test_odd_names_survive(self, root: Path) -> None:
        """Names with line breaks, brackets or bytes that are no text are found like others."""
        for name in (b"new\nline.py", b"[red].py", b"\xff.py", b"-rf.py"):
            (root / os.fsdecode(name)).write_text("", encoding="utf-8")
        assert set(find(root).python) == {"new\nline.py", "[red].py", "\udcff.py", "-rf.py"}

    def test_pipes_are_left_out(self, root: Path) -> None:
        """A pipe named like a Python file does not hang the run."""
        os.mkfifo(root / "pipe.py")
        found = find(root)
        assert found.python == ()
        assert found.notes == ("pipe.py: left out: not a regular file",)


class TestIgnored:
    """Git's ignore files and the user's excludes."""

    def test_nested_ignore_files(self, root: Path) -> None:
        """The innermost file that speaks of a path decides."""
        tree(root, "a.py", "gen/b.py", "gen/keep/c.py", "lib/d_pb2.py")
        (root / ".gitignore").write_text("*_pb2.py\ngen/*\n!gen/keep/\n", encoding="utf-8")
        (root / "lib/.gitignore").write_text("!*_pb2.py\n", encoding="utf-8")
        assert find(root).python == ("a.py", "gen/keep/c.py", "lib/d_pb2.py")
        assert "gen/b.py" in find(root, filters=Filters(gitignore=False)).python

    def test_what_is_let_in_again_behind_a_star(self, root: Path) -> None:
        """A list of what is kept, `*` and then what not to ignore, is read as git reads it: files of a folder have to be named, too."""
        tree(root, "a.py", "fn/app/main.py", "fn/app/local.py", "fn/other.py", "fn/lib/b.py")
        (root / "fn/.gitignore").write_text("*\n!app\n!app/main.py\n", encoding="utf-8")
        assert find(root).python == ("a.py", "fn/app/main.py")

    def test_a_folder_below_one_that_is_let_in_again(self, root: Path) -> None:
        """A name that is let in again says nothing of the folders inside."""
        tree(root, "keep/a.py", "keep/inner/b.py", "gen/keep/c.py")
        (root / ".gitignore").write_text("/*\n!/keep\n/keep/inner/\n", encoding="utf-8")
        assert find(root).python == ("keep/a.py",)

    def test_a_bad_line_does_not_take_the_others_along(self, root: Path) -> None:
        """A pattern git could not read either is passed over."""
        tree(root, "a.py", "gen.py")
        (root / ".gitignore").write_text("!\ngen.py\n", encoding="utf-8")
        assert find(root).python == ("a.py",)

    def test_ignore_files_above_count_up_to_the_repository(self, root: Path) -> None:
        """Checking a subfolder leaves out what the repository ignores, and nothing from above it."""
        tree(root, "repo/svc/app.py", "repo/svc/gen.py", "repo/.git/HEAD")
        (root / ".gitignore").write_text("app.py\n", encoding="utf-8")
        (root / "repo/.gitignore").write_text("gen.py\n", encoding="utf-8")
        assert find(root / "repo", "svc").python == ("svc/app.py",)

    def test_a_folder_named_by_the_user_is_checked(self, root: Path) -> None:
        """Naming an ignored or excluded folder means that folder."""
        tree(root, "app.py", ".git/HEAD", "gen/x.py", "build/y.py")
        (root / ".gitignore").write_text("gen/\n", encoding="utf-8")
        assert find(root, "gen").python == ("gen/x.py",)
        assert find(root, "build").python == ("build/y.py",)

    def test_user_patterns(self, root: Path) -> None:
        """A pattern of the user leaves out files and folders."""
        tree(root, "app.py", "tests/test_app.py", "conftest.py")
        wanted = Filters(excluded=(lambda path: path.endswith(("/tests/", "conftest.py")),))
        assert find(root, filters=wanted).python == ("app.py",)


class TestLinks:
    """Links are followed once and never out of the root."""

    def test_out_of_the_root(self, root: Path) -> None:
        """What stands outside is not read, and the user is told."""
        tree(root, "ws/app.py", "outside/secret.py")
        (root / "ws/out").symlink_to(root / "outside")
        (root / "ws/out.py").symlink_to(root / "outside/secret.py")
        found = find(root / "ws")
        assert found.python == ("app.py",)
        assert [note.split(":")[0] for note in found.notes] == ["out", "out.py"]

    def test_inside_the_root_once(self, root: Path) -> None:
        """A linked folder counts as the folder it means, a loop ends."""
        tree(root, "shared/x.py", "svc/app.py")
        (root / "svc/shared").symlink_to(root / "shared")
        (root / "svc/loop").symlink_to(root / "svc")
        assert find(root).python == ("shared/x.py", "svc/app.py")
        assert find(root, "svc").python == ("shared/x.py", "svc/app.py")

    def test_broken(self, root: Path) -> None:
        """A link to nowhere, such as an editor's lock, is left out with a note."""
        (root / "a.py").symlink_to(root / "gone.py")
        found = find(root)
        assert found.python == ()
        assert found.notes[0].startswith("a.py: left out: the link is broken")


class TestScope:
    """What is analysed and what the report is about."""

    def test_missing_path(self, root: Path) -> None:
        """A path that is not there is wrong use, never an empty run."""
        with pytest.raises(UsageError, match=r"nope\.py: no such file or folder"):
            existing(["nope.py"], root)

    def test_a_file_is_checked_as_part_of_its_workspace(self, root: Path) -> None:
        """Everything is analysed, the report is about the file."""
        tree(root, "app.py", "lib/pay.py", "template.yaml")
        found = find(root, "lib/pay.py")
        assert found.python == ("app.py", "lib/pay.py")
        assert found.only == frozenset({"lib/pay.py"})

    def test_an_excluded_file_is_told(self, root: Path) -> None:
        """A file named by the user and left out all the same is not passed over in silence."""
        tree(root, "app.py", "tests/x.py")
        found = find(root, "tests/x.py", filters=Filters(excluded=(lambda path: path.endswith("/tests/"),)))
        assert found.only == frozenset()
        assert found.notes == ("tests/x.py: excluded, so it was not checked",)

    def test_a_folder_brings_the_templates_above_it(self, root: Path) -> None:
        """`check src` knows the template beside src, and reports about src."""
        tree(root, "template.yaml", "other/template.yaml", "src/app.py", "setup.py")
        found = find(root, "src")
        assert (found.python, found.candidates) == (("src/app.py",), ("template.yaml",))
        assert found.only == frozenset({"src/app.py"})

    def test_only_is_files_or_folders_of_the_run(self, root: Path) -> None:
        """Files outside of the run are not part of the report."""
        tree(root, "src/a.py", "src/b/c.py", "tests/d.py")
        assert only(root, existing(["src/b", "tests/d.py"], root), find(root)) == {"src/b/c.py", "tests/d.py"}
        assert only(root, existing(["tests/d.py"], root), find(root, "src")) == frozenset()

    def test_root_is_the_nearest_project(self, root: Path) -> None:
        """Settings or a repository mark the root; without either it is the folder itself."""
        tree(root, "repo/.git/HEAD", "repo/svc/pyproject.toml", "repo/svc/src/app.py", "repo/lib/x.py", "alone/y.py")
        marked = {root / "repo/svc"}

        def root_of(*paths: str) -> Path:
            return workspace_root(existing(paths, root), lambda folder: folder in marked)

        assert root_of("repo/svc/src/app.py") == root / "repo/svc"
        assert root_of("repo/lib") == root / "repo"
        assert root_of("repo/lib", "repo/svc/src") == root / "repo"
        assert root_of("alone/y.py") == root / "alone"
