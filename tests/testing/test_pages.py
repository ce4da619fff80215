"""Markdown pages read as cases."""

from __future__ import annotations

import pytest

from lintdem.errors import UsageError
from lintdem.rule import load_rules
from lintdem.testing.pages import Marker, parse_page
from lintdem.testing.patching import patched
from lintdem.testing.runner import complaints


def page(*blocks: str) -> str:
    """A page of blocks below a title."""
    return "\n\n".join(["# a-rule", "What goes\nwrong.", *blocks]) + "\n"


def python(code: str, name: str | None = None) -> str:
    """A fence of Python, named or not."""
    label = f"`{name}`:\n" if name else ""
    return f"{label}```python\n{code}\n```"


class TestCases:
    """A heading with fences is a workspace."""

    def test_heading_with_fences_is_a_case(self) -> None:
        """Headings are joined to the case's name; those without files are none."""
        read = parse_page(page("## Bad", "### Plain", python("x = 1"), "## Good", python("y = 1")), "a.md")
        assert [(case.title, case.section) for case in read.cases] == [("Bad / Plain", "Bad"), ("Good", "Good")]

    def test_files_are_named_above_their_fence(self) -> None:
        """Names come from the line above, else from the language."""
        text = page("## Bad", python("x = 1"), python("y = 1", "shop/orders.py"), "```yaml\nA: 1\n```")
        assert parse_page(text, "a.md").cases[0].files == {
            "handler.py": "x = 1\n",
            "shop/orders.py": "y = 1\n",
            "template.yaml": "A: 1\n",
        }

    def test_configuration_is_inherited(self) -> None:
        """A toml fence speaks for its heading and those below, not for its neighbours."""
        text = page("```toml\na = 1\n```", "## One", "```toml\nb = 1\n```", python("x = 1"), "## Two", python("x = 1"))
        assert [case.config for case in parse_page(text, "a.md").cases] == ["a = 1\nb = 1\n", "a = 1\n"]

    def test_title_summary_and_headings(self) -> None:
        """The first paragraph is the summary, as one line."""
        read = parse_page(page("## Why", "Because.", "## Bad", python("x = 1")), "a.md")
        assert (read.title, read.summary, read.headings) == ("a-rule", "What goes wrong.", ("Why", "Bad"))

    def test_ignored_fence_keeps_its_reason(self) -> None:
        """A fence that cannot run makes no case and is listed with its reason."""
        read = parse_page(page("## Bad", '```python {lintdem="ignore: needs a pack"}\nx = (\n```'), "a.md")
        assert read.cases == ()
        assert read.ignored == (("Bad", "needs a pack"),)

    def test_headings_inside_a_fence_are_code(self) -> None:
        """A comment in Python is no heading."""
        read = parse_page(page("## Bad", python("# not a heading\nx = 1")), "a.md")
        assert [case.title for case in read.cases] == ["Bad"]


class TestShownFixes:
    """Patches below "The fix" belong to the bad example of the same name."""

    PATCH = "```diff\n--- a/handler.py\n+++ b/handler.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n```"

    def test_patch_belongs_to_its_example(self) -> None:
        """The heading names the example."""
        text = page("## Bad", "### One", python("x = 1"), "### Two", python("y = 1"), "## The fix", "### One", self.PATCH)
        one, two = parse_page(text, "a.md").cases
        assert patched(one.files, one.mend) == {"handler.py": "x = 2\n"}
        assert not two.mend

    def test_patch_for_no_example_is_an_error(self) -> None:
        """A heading that was renamed does not leave its patch untested."""
        text = page("## Bad", "### One", python("x = 1"), "## The fix", "### Other", self.PATCH)
        with pytest.raises(UsageError, match=r"a\.md:16: no bad example is called 'Other'"):
            parse_page(text, "a.md")

    @pytest.mark.parametrize("files", [{"handler.py": "x = 3\n"}, {"handler.py": ""}, {"other.py": "x = 1\n"}])
    def test_patch_that_does_not_fit_is_an_error(self, files: dict[str, str]) -> None:
        """Each line that is kept or removed has to be there."""
        with pytest.raises(UsageError, match=r"handler\.py"):
            patched(files, self.PATCH.removeprefix("```diff\n").removesuffix("```"))

    @pytest.mark.parametrize(
        ("fixed", "told"),
        [("f = 1", ()), ("# lintdem: ignore[no-such] why\nf = 1", ("found after the fix: handler.py:1: warning [LDM904]",))],
    )
    def test_patch_is_judged_by_a_run(self, fixed: str, told: tuple[str, ...]) -> None:
        """The finding has to go, and no other may come."""
        rule = next(rule for rule in load_rules(("lintdem_rules",)) if rule.code == "LDM903")
        lines = fixed.splitlines()
        added = "".join(f"+{line}\n" for line in lines)
        diff = f"```diff\n--- a/handler.py\n+++ b/handler.py\n@@ -1,2 +1,{len(lines)} @@\n-#\n-f = 1\n{added}```"
        text = page("## Bad", "### One", python("#\nf = 1"), "## The fix", "### One", diff)
        (case,) = parse_page(text, "a.md").cases
        found = [one for one in complaints(case, rule) if one.startswith("found")]
        assert len(found) == len(told)
        assert all(one.startswith(start) for one, start in zip(found, told, strict=True))


class TestMarkers:
    """What is expected stands beside the code."""

    @pytest.mark.parametrize(
        ("comment", "expected"),
        [
            ("# error", ("error", None, None)),
            ("# warning: [LDM301]", ("warning", "LDM301", None)),
            ('# note: "seen before"', ("note", None, "seen before")),
            ('# error: [check-then-act] "sns.Publish"', ("error", "check-then-act", "sns.Publish")),
        ],
    )
    def test_forms(self, comment: str, expected: tuple[str, str | None, str | None]) -> None:
        """Level, code and text are read from the comment at the end of the line."""
        (case,) = parse_page(page("## Bad", python(f"a = 1\nb = 2  {comment}")), "a.md").cases
        assert case.markers == (Marker("handler.py", 2, *expected),)

    def test_several_on_a_line_and_above_it(self) -> None:
        """Markers alone on their line speak for the next line of code."""
        code = "# error: [LDM101]\n# warning: [LDM904]\nf()  # note: [LDM902]  # error: [LDM301]"
        (case,) = parse_page(page("## Bad", python(code)), "a.md").cases
        assert [(marker.line, marker.code) for marker in case.markers] == [
            (3, "LDM101"),
            (3, "LDM904"),
            (3, "LDM902"),
            (3, "LDM301"),
        ]

    @pytest.mark.parametrize("comment", ["# note: keep this", "# errors are logged", "# an error"])
    def test_ordinary_comments_are_none(self, comment: str) -> None:
        """A comment that only begins alike expects nothing."""
        (case,) = parse_page(page("## Good", python(f"a = 1  {comment}")), "a.md").cases
        assert case.markers == ()

    def test_templates_have_markers_too(self) -> None:
        """Comments of YAML work the same way."""
        (case,) = parse_page(page("## Bad", "```yaml\nA:\n  B: 1  # warning\n```"), "a.md").cases
        assert case.markers == (Marker("template.yaml", 2, "warning", None, None),)


class TestFaults:
    """A page that says something else than its author meant does not pass for a good one."""

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("no title\n", "a.md:1: a page starts with its one title"),
            ("# a\n\n## Bad\n\n```python\nx = 1\n", "a.md:5: this fence is never closed"),
            ("# a\n\n## Bad\n\n```ruby\nx\n```\n", "a.md:5: name this file"),
            ("# a\n\n## Bad\n\n`x.py`:\n\nprose\n", "a.md:7: the file name `x.py` is not followed by a fence"),
            ("# a\n\n## Bad\n\n```python {.numbers}\nx = 1\n```\n", "a.md:5: only {lintdem="),
            ("# a\n\n## B\n```python\n```\n```python\n```\n", "`handler.py` is written twice in one case"),
            ("# a\n\n## B\n```python\n```\n## B\n```python\n```\n", "two cases are called 'B'"),
        ],
    )
    def test_faults_are_told_with_their_line(self, text: str, told: str) -> None:
        """Each fault names file and line."""
        with pytest.raises(UsageError) as raised:
            parse_page(text, "a.md")
        assert told in str(raised.value)
