"""The JSON schema of the configuration, for editors: what `options` and `declarations` accept, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lintdem.config.declarations import FORMS, KINDS
from lintdem.config.options import KEYS, TARGETS
from lintdem.model.finding import Level
from lintdem.model.stack import Source

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_WORDS: Schema = {"type": "string", "minLength": 1}
_FLAG: Schema = {"type": "boolean"}
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_NAMES: Schema = {**_TEXTS, "minItems": 1}
_LEVEL: Schema = {"enum": [level.value for level in Level]}
_SOURCE: Schema = {"enum": [source.value for source in Source]}
_TIME: Schema = {"type": "string", "pattern": r"^\s*0*[1-9]\d{0,8}\s*[smhd]\s*$"}


def _table(required: tuple[str, ...], **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _tables(required: tuple[str, ...], **properties: Schema) -> Schema:
    return {"type": "array", "items": _table(required, **properties)}


def _filled(**more: Schema) -> dict[str, Schema]:
    return {"of": _NAMES, "names": _NAMES, "source": _WORDS, **more}


_SHAPES: Mapping[str, tuple[Schema, str]] = {
    "extend": (_TEXT, "A file whose settings are the start; lists of extend- keys and declarations add up."),
    "select": (_TEXTS, "Report these: codes, prefixes such as LDM3, names, groups, ALL."),
    "extend-select": (_TEXTS, "Report these too."),
    "ignore": (_TEXTS, "Do not report these."),
    "per-file-ignores": ({"type": "object", "additionalProperties": _TEXTS}, "Patterns of files, and what is not reported there."),
    "levels": ({"type": "object", "additionalProperties": _LEVEL}, "The level of a rule."),
    "fail-on": (_LEVEL, "The level from which on findings give exit code 1."),
    "require-reason": (_FLAG, "A suppression needs a reason."),
    "exclude": (_TEXTS, "Patterns of what is left out, in place of the built-in list."),
    "extend-exclude": (_TEXTS, "Patterns of what is left out, too."),
    "respect-gitignore": (_FLAG, "Leave out what git ignores."),
    "source-roots": (_TEXTS, "Folders that imports count from."),
    "layers": (_TEXTS, "Folders of layers, which every function can import from."),
    "templates": (_TEXTS, "Patterns of templates; others are not read."),
    "baseline": (_TEXT, "The file of findings that are lived with, counted from this one."),
    "target-version": ({"enum": list(TARGETS)}, "The oldest Python that the code runs on; code of all of them is read."),
    "plugins": (_TEXTS, "Packages with more rules."),
    "sources": (
        {
            "type": "object",
            "properties": {source.value: _table((), retention=_TIME) for source in Source},
            "additionalProperties": False,
        },
        "How long a source goes on delivering where no template says it.",
    ),
    "handlers": (
        _tables(("pattern", "source"), pattern=_TEXT, source=_SOURCE),
        "Functions that a source calls, though no template here says it.",
    ),
    "effects": (
        _tables(("of", "names"), **_filled(kind={"enum": list(KINDS)}, phrase=_WORDS, token=_WORDS)),
        "Calls that change something outside.",
    ),
    "guards": (
        _tables(("of", "names"), **_filled(form={"enum": list(FORMS)}, key=_WORDS)),
        "Calls that hold a duplicate back.",
    ),
    "safe": (_tables(("of", "names"), **_filled(reason=_WORDS)), "Calls that may be repeated."),
}


def schema_of() -> Schema:
    """The schema of `lintdem.toml`, or of the table `tool.lintdem`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",  # what SchemaStore and validate-pyproject take
        "$id": "https://github.com/lintdem/lintdem/settings.schema.json",
        "title": "lintdem",
        "description": "Settings of lintdem: lintdem.toml, or [tool.lintdem] in pyproject.toml",
        "type": "object",
        "properties": {key: {"description": _SHAPES[key][1], **_SHAPES[key][0]} for key in KEYS},
        "additionalProperties": False,
    }
