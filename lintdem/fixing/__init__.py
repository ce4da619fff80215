"""Fixes become files: chosen so that none is in the way of another, applied, held against what they promise, written.

`splice`     edits of a file's bytes;
`choice`     which fixes go together;
`loop`       apply, check again, undo what does not keep its promise, until nothing changes;
`patch`      the same as a unified diff;
`rewriting`  files replaced on the disk, old or new, never half.
"""

from __future__ import annotations

from lintdem.fixing.loop import Mended, mend
from lintdem.fixing.patch import patch
from lintdem.fixing.rewriting import NotWritten, remove_stale, rewrite, rewrite_together

__all__ = ["Mended", "NotWritten", "mend", "patch", "remove_stale", "rewrite", "rewrite_together"]
