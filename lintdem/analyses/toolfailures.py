"""Failures of an agent's tool, which are the tool's answer: the model that called it reads them and goes on."""

from __future__ import annotations

import re

from lintdem.interpreter.domain import Known
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Effect, Swallowed
from lintdem.regexes import late

_MODELS = late(r"^(bedrock|openai|anthropic|litellm|langchain)", re.IGNORECASE)
_TOOL = late(r"(^|[/_.])tools?([/_.]|$)|Tool(?=[A-Z_.]|$)")


def is_told_to_model(one: Swallowed, run: Run) -> bool:
    """Whether a clause answers for a tool: with more than a word, in a function that is called as one in a run that asks a
    model."""
    if one.ends != ("returns",) or not one.values or any(isinstance(value, Known) for value in one.values):
        return False
    names = (one.place.path, *(step.text for step in one.stack[-2:]))
    asks = any(isinstance(e, (Asked, Effect)) and _MODELS.search(e.call.service) for e in run.events)
    return asks and any(_TOOL.search(name) for name in names)
