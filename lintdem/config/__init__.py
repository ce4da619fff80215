"""What the user set: found, read, checked and resolved.

`options`   what one configuration file says, with the line of every key;
`declarations` what it says that calls do;
`schema`    the same as a JSON schema;
`positions` where a key or a value stands in a TOML text;
`resolve`   from the files and the command line to one frozen `Config`.

Nothing below knows about rules: whether a code exists is asked in `lintdem.triage`.
"""

from lintdem.config.declarations import Declaration
from lintdem.config.options import KEYS, Handler
from lintdem.config.resolve import CONFIG_NAMES, Config, Origin, Overrides, PathGlobs, load, parse, settings_in
from lintdem.config.schema import schema_of
from lintdem.config.wrong import nearest

__all__ = [
    "CONFIG_NAMES",
    "KEYS",
    "Config",
    "Declaration",
    "Handler",
    "Origin",
    "Overrides",
    "PathGlobs",
    "load",
    "nearest",
    "parse",
    "schema_of",
    "settings_in",
]
