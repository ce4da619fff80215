"""Operations checked by hand: what the catalogue says of them, and that AWS says what is quoted."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from lintdem.knowledge import Kind, operation


class Checked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation, decided from its documentation. What is None was not decided."""

    kind: Kind
    token: str
    source: str
    says: str
    token_marked: bool = False
    token_max: int | None = None
    token_fifo: bool = False
    token_holds: bool = True
    identity: tuple[str, ...] | None = None
    already: tuple[str, ...] | None = None
    gone: tuple[str, ...] | None = None


FILE = Path(__file__).with_name("checked_operations.toml")
TABLE = msgspec.toml.decode(FILE.read_bytes(), type=dict[str, dict[str, Checked]])
ENTRIES = [
    pytest.param(service, method, entry, id=f"{service}.{method}")
    for service, methods in TABLE.items()
    for method, entry in methods.items()
]
LOADER = Loader()
DEEPEST = 4


@cache
def models(service: str) -> dict[str, OperationModel]:
    """The operations of a service by their methods, as botocore describes them."""
    model = ServiceModel(LOADER.load_service_model(service, "service-2"), service)
    return {xform_name(name): model.operation_model(name) for name in model.operation_names}


def test_as_many_operations_and_services_as_functions_call() -> None:
    """Enough of AWS is checked by hand, not only by rule."""
    assert len(ENTRIES) >= 300
    assert len(TABLE) >= 80


@pytest.mark.parametrize(("service", "method", "checked"), ENTRIES)
def test_the_catalogue_says_what_aws_says(service: str, method: str, checked: Checked) -> None:
    """Kind, token, names and errors of one operation."""
    found = operation(service, method)
    assert found is not None
    assert found.kind is checked.kind
    assert (found.token or "none") == checked.token
    assert (found.token_marked, found.token_fifo) == (checked.token_marked, checked.token_fifo)
    assert found.token_holds is checked.token_holds
    assert checked.token_max in (None, found.token_max)
    assert checked.identity in (None, found.identity)
    assert checked.already in (None, found.already)
    assert checked.gone in (None, found.gone)


@pytest.mark.parametrize(("service", "method", "checked"), ENTRIES)
def test_aws_says_what_is_quoted(service: str, method: str, checked: Checked) -> None:
    """The quoted words stand in the documentation of the operation, and the source is a page about it."""
    model = models(service)[method]
    text = plain(" ".join(documentation(model)))
    for words in checked.says.split("…"):
        assert plain(words) in text
    assert checked.source.startswith("https://")
    assert re.search(rf"{model.name}(Operation)?\b|/{method}\b", checked.source)


def documentation(model: OperationModel) -> Iterator[str]:
    """What AWS writes about an operation, its arguments, its answer and its errors."""
    yield model.documentation
    for shape in (model.input_shape, model.output_shape):
        if shape is not None:
            yield from members(shape, frozenset())
    for error in model.error_shapes:
        yield error.documentation


def members(shape: Shape, above: frozenset[str]) -> Iterator[str]:
    """What AWS writes about a structure and what is in it."""
    yield shape.documentation
    if len(above) > DEEPEST or shape.name in above:
        return
    inside = [shape.member] if shape.type_name == "list" else getattr(shape, "members", {}).values()
    for member in inside:
        yield member.documentation
        yield from members(member, above | {shape.name})


def plain(text: str) -> str:
    """Text without markup, so that quotations are found."""
    words = html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u2019", "'")
    return " ".join(words.split()).lower()
