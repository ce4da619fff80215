"""Settings that are left blank in the sources: what stands there is filled in where the program is deployed."""

from __future__ import annotations

import re

from lintdem.interpreter.domain import Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import known
from lintdem.model.values import Const
from lintdem.regexes import late

_SETTINGS = late(r"(^|/)(\w*config(uration)?|\w*settings|secrets|credentials)(\.\w+)?\.py$", re.IGNORECASE)
"""Files of settings."""
_BLANK = Unknown("a setting that is left blank")


def literal(m: Machine, expr: Const, flow: Flow) -> Value:
    """A literal; an empty text in the body of a file of settings is none."""
    if expr.value == "" and m.importing and _SETTINGS.search(flow.scope.path):
        return _BLANK
    return known(expr.value)
