"""The command line: arguments in, exit code out.

0: everything was checked and nothing reaches `--fail-on`; 1: findings; 2: not everything could be checked, or
wrong use. Each command is a module of its own, loaded only when it is called, so that `--version` and completion
stay quick.
"""

from __future__ import annotations

import difflib
import gc
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from lintdem import __version__
from lintdem.cli.terminal import complain, wipe
from lintdem.errors import UsageError

_COMMANDS = {
    "check": ("check", "Check Python and templates (the main job)."),
    "explain": ("explain", "Explain a rule or a call."),
    "rules": ("rules", "List all rules."),
    "config": ("settings", "Show the settings and where each came from."),
    "handlers": ("handlers", "Show each handler: trigger, redelivery, effects, guards."),
    "audit": ("audit", "Check many repositories into one report."),
    "baseline": ("baseline", "Write down today's findings; check then reports what is new."),
    "init": ("init", "Set a project up: configuration, pre-commit, CI."),
    "server": ("server", "Serve an editor: diagnostics, fixes and hovers while you type."),
    "cache": ("cache", "Clean what is kept between runs."),
}
"""The commands: their modules, and what the overview says of them without loading them."""
_ALIASES = {"rule": "explain"}
_INTERRUPTED = 130


class _Commands(click.Group):
    """Commands that are loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = _ALIASES.get(cmd_name, cmd_name)
        if name not in _COMMANDS:
            return None
        command = import_module(f"lintdem.cli.{_COMMANDS[name][0]}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; click would write an empty line when it is interrupted."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.Abort from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """`lintdem PATH` is a natural first try: say what was meant."""
        if self.get_command(ctx, args[0]) is None and (os.path.lexists(args[0]) or "/" in args[0]):
            ctx.fail(f'no such command "{args[0]}"; did you mean "lintdem check {args[0]}"?')
        if self.get_command(ctx, args[0]) is None:
            near = difflib.get_close_matches(args[0], [*_COMMANDS, *_ALIASES], n=1)
            ctx.fail(f'no such command "{args[0]}"' + (f'; did you mean "lintdem {near[0]}"?' if near else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="lintdem", message="%(prog)s %(version)s")
def commands() -> None:
    """Find what goes wrong when AWS Lambda delivers the same event twice, late or out of order."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    _without_holes()
    code = run(arguments)
    gc.freeze()  # what is left goes with the process: to look through it for circles once more takes a quarter of a check
    sys.exit(code)


def _without_holes() -> None:
    """A stream that the caller has closed leads nowhere: that is no fault, and no other file may get its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code. Nothing but findings ever gives 1."""
    try:
        code = commands.main(arguments, prog_name="lintdem", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        wipe()
        complain("interrupted")
        return _INTERRUPTED
    except UsageError as error:
        complain(f"error: {error}")
        return 2
    except Exception:  # last resort: a fault of lintdem must not pass for a finding
        traceback.print_exc()
        complain("error: lintdem failed; this is a fault of lintdem, not of the checked code")
        return 2
    return code if isinstance(code, int) else 0
