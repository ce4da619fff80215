"""What the user set: found, read, checked and resolved.

`options`   what one configuration file says, with the line of every key;
`positions` where a key or a value stands in a TOML text;
`resolve`   from the files and the command line to one frozen `Config`.

Nothing below knows about rules: whether a code exists is asked in `lintdem.triage`.
"""

from lintdem.config.options import KEYS, Handler, nearest
from lintdem.config.resolve import CONFIG_NAMES, Config, Origin, Overrides, PathGlobs, load, parse, settings_in

__all__ = [
    "CONFIG_NAMES",
    "KEYS",
    "Config",
    "Handler",
    "Origin",
    "Overrides",
    "PathGlobs",
    "load",
    "nearest",
    "parse",
    "settings_in",
]
