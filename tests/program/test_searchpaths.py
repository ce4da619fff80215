"""Folders that code adds to `sys.path`."""

from __future__ import annotations

import pytest

from lintdem.program import link
from lintdem.program.searchpaths import added_folders
from lintdem.syntax import lower_source


@pytest.mark.parametrize(
    ("line", "folders"),
    [
        ('sys.path.append("lib")', ["fn/pay/lib"]),
        ('sys.path.insert(0, "../shared")', ["fn/shared"]),
        ('sys.path.append(os.path.join(os.path.dirname(__file__), "..", "common"))', ["fn/common"]),
        ("sys.path.append(os.path.dirname(os.path.abspath(__file__)))", ["fn/pay"]),
        ('sys.path.append("../../../..")', []),
        ('sys.path.append("/opt/python")', []),
        ('sys.path.append(os.environ["LIB"])', []),
    ],
)
def test_what_is_written_out_is_a_search_folder(line: str, folders: list[str]) -> None:
    """Relative to the file; what leaves the workspace or is not written out is none."""
    module = lower_source("fn/pay/app.py", f"import os, sys\n{line}\n".encode())
    assert list(added_folders(module)) == folders


def test_an_import_is_found_in_an_added_folder() -> None:
    """Although a copy of the module stands nearer to the root."""
    files = {
        "fn/pay/app.py": 'import sys\nsys.path.insert(0, "../../tools/money")\nimport rates\n',
        "tools/money/rates.py": "",
        "rates/rates.py": "",
    }
    program = link([lower_source(path, text.encode()) for path, text in files.items()], [])
    assert program.imports.absolute("fn/pay/app.py", "rates") == "tools/money/rates.py"
