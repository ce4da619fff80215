"""The command that starts the server."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("missing", ["pygls", "lsprotocol"])
def test_a_missing_extra_is_named(missing: str) -> None:
    """Without what the server is built on, the command says what to install, and leaves with the code of wrong use."""
    code = f"import sys; sys.modules[{missing!r}] = None\nfrom lintdem.cli import main\nmain(['server', '--stdio'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "error: the language server needs the extra: pip install 'lintdem[lsp]'\n"
    assert done.stdout == ""
