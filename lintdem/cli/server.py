"""`lintdem server`: the language server, for editors that speak the Language Server Protocol."""

from __future__ import annotations

import click

from lintdem.errors import UsageError


@click.command("server")
@click.option("--stdio", is_flag=True, help="Speak over standard input and output, as is done anyway.")
def command(stdio: bool) -> None:
    """Serve an editor over standard input and output: diagnostics, fixes, hovers, code lenses."""
    try:
        from lintdem.lsp.serving import serve  # noqa: PLC0415 - an extra, loaded by this command only
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise UsageError("the language server needs the extra: pip install 'lintdem[lsp]'") from None
        raise
    serve()
