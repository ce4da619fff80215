"""What would mend a finding, said without syntax: rules know places of the model, not trees.

`lintdem.syntax` turns a remedy into edits when somebody asks for them. In texts, `«module:name»` stands for a name of
another module, under which it is imported or can be.
"""

from __future__ import annotations

from typing import Union

import msgspec

from lintdem.model.span import Place


class Rewrite(msgspec.Struct, frozen=True, order=True, tag=True):
    """Put `text` in the place of what stands there; an empty place takes it in."""

    place: Place
    text: str


class Argument(msgspec.Struct, frozen=True, order=True, tag=True):
    """Pass `name=text` in the call at `place`, in place of what is passed so far, by name or at `position`."""

    place: Place
    name: str
    text: str
    position: int | None = None


class Named(msgspec.Struct, frozen=True, order=True, tag=True):
    """Pass the argument at `position` of the call at `place` by `name`, and those behind it by the names of `behind`."""

    place: Place
    position: int
    name: str
    behind: tuple[str, ...] = ()


class Renamed(msgspec.Struct, frozen=True, order=True, tag=True):
    """Call the parameter `old` of the function at `place` `new`, wherever the function uses it."""

    place: Place
    old: str
    new: str


class Opening(msgspec.Struct, frozen=True, order=True, tag=True):
    """Begin the body of the function at `place` with the statement `text`, behind its docstring."""

    place: Place
    text: str


class Reworded(msgspec.Struct, frozen=True, order=True, tag=True):
    """Put `text` into the literal at `place`: behind the first `word`, in any case, or at the end of what it says."""

    place: Place
    word: str
    text: str


class Decorated(msgspec.Struct, frozen=True, order=True, tag=True):
    """Put the decorator `text` right above the `def` of the function at `place`, and the statements `above` in front of
    what stands around it in the module."""

    place: Place
    text: str
    above: tuple[str, ...] = ()


class Wrapped(msgspec.Struct, frozen=True, order=True, tag=True):
    """Catch `error` around the statement with the call at `place`, change that by `arguments`, and go on with the next round of
    the loop around it, or else return; with what stands below where it `goes_on`. With `codes`, what is caught is the error of
    boto3 with one of them."""

    place: Place
    error: str
    arguments: tuple[Argument | Rewrite, ...] = ()
    goes_on: bool = False
    codes: tuple[str, ...] = ()


class Collected(msgspec.Struct, frozen=True, order=True, tag=True):
    """Try each round of the `for` at `place`, note `item` for those that fail, and return it all as `batchItemFailures` at
    the end of the function. `log` is the call that tells the failure. `goes_on`: "" where the other rounds are done all the
    same, "rest" where they are noted as failed too, "ends" where the first failure is returned at once."""

    place: Place
    item: str
    log: str
    goes_on: str = ""


class Property(msgspec.Struct, frozen=True, order=True, tag=True):
    """Give what a template declares at `place` one more property, `text` as JSON. What is declared in one word is written
    as a mapping first, the word under the name `opens`."""

    place: Place
    name: str
    text: str
    opens: str = ""


class Unremark(msgspec.Struct, frozen=True, order=True, tag=True):
    """Take `name` out of the comment at `place`, and the comment away when it has no other."""

    place: Place
    name: str


Change = Union[Rewrite, Argument, Named, Renamed, Opening, Reworded, Decorated, Wrapped, Collected, Property, Unremark]  # noqa: UP007 - the same form as Expr


class Remedy(msgspec.Struct, frozen=True, order=True):
    """A way to mend a finding. A safe one never changes what a first delivery does; the title of another says what to
    look at."""

    title: str
    safe: bool
    changes: tuple[Change, ...]
