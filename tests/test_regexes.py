"""Expressions that are compiled late are as good as those that are compiled at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import lintdem
from lintdem.regexes import late

FOLDER = Path(lintdem.__file__).parent


def modules() -> Iterator[ModuleType]:
    """The modules that have such expressions."""
    for file in sorted(FOLDER.rglob("*.py")):
        if "import late\n" in file.read_text(encoding="utf-8"):
            yield import_module("lintdem." + ".".join(file.relative_to(FOLDER).with_suffix("").parts).removesuffix(".__init__"))


def expressions() -> Iterator[tuple[str, object]]:
    """Every one of them, by its name."""
    for module in modules():
        for name, value in vars(module).items():
            many = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else [value]
            yield from ((f"{module.__name__}.{name}", one) for one in many if type(one) is type(late("")))


def test_each_of_lintdem_is_sound() -> None:
    """None waits with a mistake for the day on which it is needed."""
    found = list(expressions())
    assert {type(value.flags) for _, value in found} == {int}  # type: ignore[attr-defined]
    assert "lintdem.program.likely._DEF" in dict(found)


def test_nothing_is_compiled_before_it_is_needed() -> None:
    """A mistake is told when the expression is first asked for something."""
    broken = late("(")
    assert broken.pattern == "("
    with pytest.raises(re.error):
        broken.search("text")


@pytest.mark.parametrize(
    "ask",
    [
        lambda one: one.search("say Yes").span(),
        lambda one: one.sub("no", "yes, YES"),
        lambda one: one.findall("yes and yes"),
        lambda one: [match.start() for match in one.finditer("yes yes")],
        lambda one: (one.match(" yes"), one.match(" yes", 1).end(), one.fullmatch("yes").group()),
        lambda one: (one.split("a yes b"), one.flags, one.groups, one.pattern),
        lambda one: one.unheard_of if hasattr(one, "unheard_of") else None,
    ],
)
def test_it_answers_as_any_other(ask: object) -> None:
    """What is asked of it is answered as by an expression that is compiled at once, also the second time."""
    soon, then = re.compile("yes", re.IGNORECASE), late("yes", re.IGNORECASE)
    assert callable(ask)
    assert ask(then) == ask(then) == ask(soon)
