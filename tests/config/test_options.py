"""Configuration files: what is read, from where, and how a mistake is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lintdem.config import Overrides, load, parse
from lintdem.errors import UsageError
from lintdem.model.finding import Level
from lintdem.model.stack import Source


def write(file: Path, text: str) -> Path:
    """A file with its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


class TestWhichFile:
    """The nearest file counts."""

    def test_nearest_ancestor_wins_whole(self, tmp_path: Path) -> None:
        """A nearer file is not merged with a farther one."""
        write(tmp_path / "lintdem.toml", 'ignore = ["LDM101"]\nfail-on = "error"\n')
        write(tmp_path / "service/lintdem.toml", 'ignore = ["LDM301"]\n')
        config = load(tmp_path / "service")
        assert config.ignore == ("LDM301",)
        assert config.fail_on is Level.WARNING

    def test_pyproject_of_another_tool_is_passed_over(self, tmp_path: Path) -> None:
        """A pyproject.toml without the table does not end the search."""
        write(tmp_path / "pyproject.toml", '[tool.lintdem]\nselect = ["LDM1"]\n')
        write(tmp_path / "service/pyproject.toml", '[project]\nname = "service"\ndependencies = ["lintdem"]\n')
        assert load(tmp_path / "service").select == ("LDM1",)

    def test_own_file_goes_before_pyproject(self, tmp_path: Path) -> None:
        """In one folder lintdem.toml is asked before pyproject.toml."""
        write(tmp_path / "pyproject.toml", '[tool.lintdem]\nselect = ["LDM1"]\n')
        write(tmp_path / "lintdem.toml", 'select = ["LDM2"]\n')
        assert load(tmp_path).select == ("LDM2",)

    def test_broken_pyproject_that_names_lintdem_is_an_error(self, tmp_path: Path) -> None:
        """A broken file cannot pass for one without settings."""
        write(tmp_path / "pyproject.toml", '[tool.lintdem]\nselect = ["LDM1"\n')
        with pytest.raises(UsageError, match=r"pyproject\.toml: not valid TOML"):
            load(tmp_path)

    def test_broken_pyproject_of_others_is_not_our_business(self, tmp_path: Path) -> None:
        """A broken file without a word about lintdem is left alone."""
        write(tmp_path / "pyproject.toml", "[tool.other\n")
        assert load(tmp_path).file is None

    def test_named_file_must_exist(self, tmp_path: Path) -> None:
        """--config with a wrong name does not fall back to the defaults."""
        with pytest.raises(UsageError, match="no such configuration file"):
            load(tmp_path, tmp_path / "other.toml")


class TestExtend:
    """One file starts from another."""

    def test_settings_are_replaced_and_extensions_added(self, tmp_path: Path) -> None:
        """`extend-` lists grow along the chain, all others are replaced."""
        write(tmp_path / "base.toml", 'ignore = ["LDM101"]\nextend-select = ["LDM803"]\nrequire-reason = true\n')
        write(tmp_path / "a/lintdem.toml", 'extend = "../base.toml"\nignore = []\nextend-select = ["pedantic"]\n')
        config = load(tmp_path / "a")
        assert config.ignore == ()
        assert config.extend_select == ("LDM803", "pedantic")
        assert config.require_reason

    def test_a_circle_is_an_error(self, tmp_path: Path) -> None:
        """Two files that extend each other do not hang the run."""
        write(tmp_path / "lintdem.toml", 'extend = "b.toml"\n')
        write(tmp_path / "b.toml", 'extend = "lintdem.toml"\n')
        with pytest.raises(UsageError, match="extends itself"):
            load(tmp_path)

    def test_missing_base_names_file_and_line(self, tmp_path: Path) -> None:
        """The message leads to the line that names the missing file."""
        write(tmp_path / "lintdem.toml", '# base\nextend = "none.toml"\n')
        with pytest.raises(UsageError, match=r'lintdem\.toml:2: extend: no such file "none\.toml"'):
            load(tmp_path)


class TestMistakes:
    """A mistake names file, line and what was probably meant."""

    def test_unknown_key(self, tmp_path: Path) -> None:
        """A misspelt key is an error with the nearest right one."""
        write(tmp_path / "pyproject.toml", '[project]\nname = "x"\n\n[tool.lintdem]\nselect = []\nfail_on = "error"\n')
        with pytest.raises(UsageError, match=r'pyproject\.toml:6: unknown key "fail_on"; did you mean "fail-on"\?'):
            load(tmp_path)

    def test_unknown_table(self, tmp_path: Path) -> None:
        """The line of a table that nothing reads is its header."""
        write(tmp_path / "pyproject.toml", "[tool.lintdem]\nselect = []\n\n[tool.lintdem.effect]\nx = 1\n")
        with pytest.raises(UsageError, match=r':4: unknown key "effect"'):
            load(tmp_path)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ('select = "LDM1"', "select: expected a list of texts"),
            ("require-reason = 1", "require-reason: expected true or false"),
            ('fail-on = "eror"', 'fail-on: expected one of error, warning, note; did you mean "error"?'),
            ('levels = {LDM301 = "fatal"}', "levels: expected one of error, warning, note"),
            ('[per-file-ignores]\n"tests/**" = "ALL"', "per-file-ignores: expected a list of texts"),
            ('exclude = ["!"]', 'exclude: "!" is no pattern'),
            ('[[handlers]]\npattern = "a:b"', "handlers: every handler needs the texts pattern and source"),
            ('[[handlers]]\npattern = "a:b"\nsource = "sqss"', 'unknown source "sqss"; did you mean "sqs"?'),
            ('[[handlers]]\npatern = "a:b"', 'unknown key "patern" in handlers; did you mean "pattern"?'),
            ('effects = ["x.y"]', "effects: expected [[effects]] tables"),
            ('[[effects]]\nnames = ["charge"]', 'effects: every entry needs "of", a list of texts'),
            ('[[effects]]\nof = ["shop"]\nnames = "charge"', 'effects: every entry needs "names", a list of texts'),
            ('[[effects]]\nof = ["shop/pay.py"]\nnames = ["charge"]', 'effects: of: "shop/pay.py" is no dotted name'),
            ('[[effects]]\nof = ["a"]\nnames = ["b"]\nkind = "write"', 'effects: unknown kind "write", expected one of read, set'),
            ('[[effects]]\nof = ["a"]\nnames = ["b"]\nfrase = "x"', 'effects: unknown key "frase"; did you mean "phrase"?'),
            ('[[guards]]\nof = ["a"]\nnames = ["b"]\nform = "claim"', 'did you mean "claims"?'),
            ('[[safe]]\nof = ["a"]\nnames = ["b"]\nreason = 3', "safe: reason: expected a text"),
            ('source-roots = ["../elsewhere"]', 'source-roots: "../elsewhere" lies outside of'),
            ('layers = ["../elsewhere"]', 'layers: "../elsewhere" lies outside of'),
            ('target-version = "3.12"', "target-version: expected one of py36, py37"),
            ('plugins = ["acme/rules"]', 'plugins: "acme/rules" is no name of a distribution'),
            ('sources.sqs.retention = "4 days"', 'sources: sqs.retention: expected a time such as "4d"'),
            ('sources.sqs.retentoin = "4d"', 'unknown key "retentoin" in sources.sqs; did you mean "retention"?'),
            ('[sources.sqs]\n\nretention = "4x"', 'lintdem.toml:3: sources: sqs.retention: expected a time such as "4d"'),
            ('[levels]\nLDM101 = "note"\nLDM301 = "eror"', 'lintdem.toml:3: levels: expected one of error, warning, note; did you mean "error"?'),
            ('sources.sqss.retention = "4d"', 'sources: unknown source "sqss"; did you mean "sqs"?'),
        ],
    )
    def test_wrong_value(self, text: str, told: str, tmp_path: Path) -> None:
        """A value of the wrong kind says what was expected."""
        with pytest.raises(UsageError) as error:
            parse(text, tmp_path)
        assert told in str(error.value)
        assert re.search(r"lintdem\.toml:\d+: ", str(error.value))

    def test_the_line_is_that_of_the_entry(self, tmp_path: Path) -> None:
        """Of several tables with one name the wrong one is told."""
        good = '[[tool.lintdem.guards]]\nof = ["a"]\nnames = ["b"]\n\n'
        write(tmp_path / "pyproject.toml", good + good + '[[tool.lintdem.guards]]\nof = ["a"]\n')
        with pytest.raises(UsageError, match=r'pyproject\.toml:9: guards: every entry needs "names"'):
            load(tmp_path)

    @pytest.mark.parametrize(
        ("entry", "line"),
        [
            ('of = ["a"]\nnames = ["b"]\nfrase = "x"', 8),
            ('of = ["a"]\n# which\nnames = ["b"]\nkind = "write"', 9),
            ('of = ["a"]\nnames = ["b/c"]', 7),
            ('names = ["b"]\nof = "a"', 7),
            ('names = ["b"]', 5),
        ],
    )
    def test_the_line_is_that_of_the_wrong_key(self, entry: str, line: int, tmp_path: Path) -> None:
        """A key that is wrong is told where it stands, one that is missing at the table that should have it."""
        good = '[[effects]]\nof = ["a"]\nnames = ["b"]\n\n'
        write(tmp_path / "lintdem.toml", f'{good}[[effects]]\n{entry}\n\n[[effects]]\nof = ["c"]\nnames = ["d"]\nkind = "set"\n')
        with pytest.raises(UsageError, match=rf"lintdem\.toml:{line}: effects: "):
            load(tmp_path)


class TestValues:
    """What a setting means."""

    def test_per_file_ignores_count_from_the_file_that_sets_them(self, tmp_path: Path) -> None:
        """The same pattern means the same files wherever the run starts."""
        write(tmp_path / "lintdem.toml", '[per-file-ignores]\n"service/tests/**" = ["LDM101"]\n')
        config = load(tmp_path / "service")
        assert config.ignored_in("tests/test_app.py") == ("LDM101",)
        assert config.ignored_in("app.py") == ()

    def test_excludes_do_not_look_above_the_file(self, tmp_path: Path) -> None:
        """A parent folder that happens to be called like an excluded one excludes nothing."""
        root = tmp_path / "build"
        write(root / "lintdem.toml", 'extend-exclude = ["build"]\n')
        (globs,) = load(root).extend_exclude
        assert not globs.match(f"{root.as_posix()}/app.py")
        assert globs.match(f"{root.as_posix()}/build/app.py")

    def test_handlers_and_source_roots(self, tmp_path: Path) -> None:
        """Handlers keep their source, roots count from the workspace."""
        write(
            tmp_path / "svc/lintdem.toml",
            'source-roots = ["src"]\n[[handlers]]\npattern = "src/*.py:handler"\nsource = "sqs"\n',
        )
        config = load(tmp_path / "svc")
        assert config.source_roots == ("src",)
        assert [(handler.pattern, handler.source) for handler in config.handlers] == [("src/*.py:handler", Source.SQS)]

    def test_declared_calls_add_up_along_extend(self, tmp_path: Path) -> None:
        """A shared file declares what everybody calls; a project adds its own."""
        write(tmp_path / "shared.toml", '[[effects]]\nof = ["acme"]\nnames = ["pay"]\n')
        write(tmp_path / "lintdem.toml", 'extend = "shared.toml"\n[[effects]]\nof = ["shop"]\nnames = ["text", "mail"]\n')
        assert [entry.calls for entry in load(tmp_path).effects] == [("acme.pay",), ("shop.text", "shop.mail")]

    def test_every_setting_knows_its_line(self, tmp_path: Path) -> None:
        """Where a name in a list was written is known, line by line."""
        file = write(tmp_path / "lintdem.toml", 'ignore = [\n  "LDM101",\n  "LDM301",\n]\n')
        config = load(tmp_path)
        assert str(config.origin("ignore", "LDM301")) == f"{file}:3"
        assert str(config.origin("select")) == "default"

    def test_command_line_stands_above_the_file(self, tmp_path: Path) -> None:
        """A level given on the command line replaces the file's."""
        write(tmp_path / "lintdem.toml", 'fail-on = "note"\n')
        config = load(tmp_path, overrides=Overrides(fail_on=Level.ERROR))
        assert config.fail_on is Level.ERROR
        assert str(config.origin("fail-on")) == "command line"

    def test_retention_is_a_time_in_seconds(self, tmp_path: Path) -> None:
        """How long a source goes on delivering is written as people say it."""
        write(tmp_path / "lintdem.toml", '[sources.sqs]\nretention = "4d"\n[sources.sns]\nretention = "90m"\n')
        assert load(tmp_path).sources == ((Source.SQS, 345_600), (Source.SNS, 5_400))

    def test_the_baseline_counts_from_its_configuration(self, tmp_path: Path) -> None:
        """A shared configuration means the same file from every workspace below."""
        write(tmp_path / "lintdem.toml", 'baseline = "ci/old.json"\n')
        (tmp_path / "service").mkdir()
        assert load(tmp_path / "service").baseline == (tmp_path / "ci/old.json").as_posix()
