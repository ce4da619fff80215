"""The same in Neovim, where it is installed: nothing here is collected elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.lsp.conftest import APP

SCRIPT = Path(__file__).with_name("neovim.lua")
NEOVIM = shutil.which("nvim")

if NEOVIM is not None:

    def test_open_fix_and_save(shop: Path) -> None:
        """Findings stand in the buffer at the right columns, the quick fix mends it, and what is saved is what `--fix` writes."""
        app = shop / "app.py"
        app.write_text(APP.replace("key = hash", "ключ = key = hash"), encoding="utf-8")
        seen = shop.parent / "seen.json"
        around = {**os.environ, "PYTHON": sys.executable, "FILE": str(app), "ROOT": str(shop), "SEEN": str(seen)}
        command = [str(NEOVIM), "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {SCRIPT}"]
        done = subprocess.run(command, env=around, cwd=shop, capture_output=True, timeout=500, check=False, stdin=subprocess.DEVNULL)
        told = json.loads(seen.read_text(encoding="utf-8"))
        assert "error" not in told, (told, done.stderr)
        assert told["opened"] == ["LDM207"]
        assert told["marked"] == ['",".join(skus)']
        assert told["fixed"] == "sort the parts"
        fixed = APP.replace("key = hash", "ключ = key = hash").replace("join(skus)", "join(sorted(skus))")
        assert told["lines"] == fixed.splitlines()
        assert app.read_text(encoding="utf-8") == fixed
