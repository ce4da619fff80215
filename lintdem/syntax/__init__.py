"""Python source to the model: the only package that knows a parser.

Importing it is cheap: libcst is loaded with the first file that Python's own parser cannot be trusted with. The modules:

`decode`       bytes to text, as Python itself would read them;
`quick`        the pass over the tree of Python's own parser, for what that one takes and nothing is special about;
`hazard`       a look at the text before parsing: is it safe to parse in this process?
`positions`    where the nodes of a tree stand;
`literals`     what numbers and strings are worth;
`expressions`, `patterns`, `statements`, `definitions`   the pass over libcst's tree;
`comments`     `# lintdem:` directives;
`lower`        text to `Module`;
`typescript`   CDK applications in TypeScript, by another parser;
`workers`      processes that may die without taking the run along;
`files`        one file, many files;
`sound`        whether a file that nobody asks for is Python at all;
`fixes`, `editing`, `importing`, `spreading`, `wrapping`, `remarks`, `templates`   remedies to edits;
`unmoved`      whether a change stays where its edits are;
`unused`       imports that a change has left without use.
"""

from __future__ import annotations

from lintdem.syntax.files import is_fleeting, lower_files, lower_source
from lintdem.syntax.fixes import Fixer
from lintdem.syntax.sound import is_sound
from lintdem.syntax.typescript import lower_typescript
from lintdem.syntax.unmoved import unmoved
from lintdem.syntax.unused import unused_imports

__all__ = ["Fixer", "is_fleeting", "is_sound", "lower_files", "lower_source", "lower_typescript", "unmoved", "unused_imports"]
