"""Who may invoke a function of a CDK application: where nothing else says what calls it, the service that is permitted does."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.cdk.cdk_calls import Calls
from lintdem.analyses.cdk.constructs import Built
from lintdem.deploy.principals import source_of
from lintdem.interpreter.cdk_values import text_in
from lintdem.interpreter.domain import Made
from lintdem.interpreter.machine import Plain
from lintdem.interpreter.values import members
from lintdem.model.stack import Event

_PERMITS = {"add_permission": "principal", "grant_invoke": "grantee", "CfnPermission": "principal"}
"""Calls that let somebody invoke a function, and the argument that says whom."""


def permitted(built: Calls, function: Built) -> Iterator[Event]:
    """An event of each service that may invoke the function."""
    for one in built.about(function):
        if one.name in _PERMITS:
            given = one.args.get(_PERMITS[one.name], one.args.get("0"))
            source = source_of(_principal(given))
            if source is not None:
                yield Event(source=source, place=one.place)


def _principal(given: Plain | None) -> str:
    """The name of a service, written out or as a `ServicePrincipal`."""
    for made in members(given) if given is not None and not isinstance(given, (list, dict)) else ():
        if isinstance(made, Made) and made.type.rpartition(".")[2] == "ServicePrincipal":
            return text_in(dict(made.args).get("0")) or ""
    return text_in(given) or ""
