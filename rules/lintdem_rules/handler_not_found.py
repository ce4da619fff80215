"""LDM906: a template names a handler that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Python functions whose file, or whose function in it, is not in the workspace."""
    for one in p.facts.unfound():
        name = one.function.name
        if one.elsewhere:
            words = f"the code of {name} is built elsewhere, so its handler {one.function.handler} is not checked"
        elif one.name:
            words = f"every event of {name} fails: {one.file} has no {one.name}"
        else:
            words = f"every event of {name} fails: its handler {one.function.handler} means {one.file}, which is not there"
        yield p.finding(
            None, one.place, words, subject=None, level=Level.NOTE if one.elsewhere else Level.WARNING,
            advice="check the folder that is built, too" if one.elsewhere else "name the file and the function as they are called",
            about=name,
        )  # fmt: skip


RULE = Rule(
    "LDM906", "handler-not-found", Group.CONFIG, "0.1",
    "a template names a handler that is not there", check, "none",
)  # fmt: skip
