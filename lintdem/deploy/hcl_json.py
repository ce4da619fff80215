"""Terraform's JSON form (`*.tf.json`) to the blocks that its own language is read to.

JSON does not tell an argument that holds an object from a nested block; the names of those that resources of interest
have are listed here. https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.deploy.hcl import Block, read_text
from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nodes import Entry, Node, Record, Scalar, Series, as_items
from lintdem.errors import LoweringError
from lintdem.model.span import NOWHERE, Place

_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0, "terraform": 0}
_NESTED = frozenset(
    """
        environment dead_letter_config destination_config on_failure on_success image_config source attribute ttl
        lambda_function queue topic target retry_policy dead_letter_queue statement principals condition
        global_secondary_index server_side_encryption metric_query metric source_parameters sqs_queue_parameters
        kinesis_stream_parameters dynamodb_stream_parameters lambda_action lambda lambda_config filter_criteria
        sqs_target ecs_target input_transformer vpc_config tracing_config ephemeral_storage snap_start
        self_managed_event_source source_access_configuration scaling_config point_in_time_recovery
    """.split()
)


def read_hcl_json(path: str, text: str) -> Block:
    """The file as a block without a type. Raises LoweringError."""
    root = read_json(path, text)
    if not isinstance(root, Record):
        raise LoweringError("not an object", root.place.span.line, root.place.span.column)
    place = Place(path, NOWHERE)
    if path.endswith(".tfvars.json"):
        return Block("", (), {name: Entry(key, _expression(path, node)) for name, key, node in root.values()}, (), place)
    blocks = (
        block
        for kind, _, node in root.values()
        if kind in _LABELS
        for block in _labelled(path, kind, (), node, _LABELS[kind])
    )
    return Block("", (), {}, tuple(blocks), place)


def _labelled(path: str, kind: str, labels: tuple[str, ...], node: Node, missing: int) -> Iterator[Block]:
    """The blocks below a kind; every level of names is a label, and several of one name stand in a list."""
    for item in as_items(node):
        if not isinstance(item, Record):
            continue
        if not missing:
            yield _block(path, kind, labels, item, kind != "locals")
            continue
        for name, _, inner in item.values():
            yield from _labelled(path, kind, (*labels, name), inner, missing - 1)


def _block(path: str, kind: str, labels: tuple[str, ...], body: Record, nests: bool = True) -> Block:
    attributes: dict[str, Entry] = {}
    blocks: list[Block] = []
    for name, key, node in body.values():
        parts = as_items(node)
        if name == "dynamic" and nests:
            blocks += [_dynamic(path, inner, part) for inner, _, part in _entries(node)]
        elif nests and name in _NESTED and parts and all(isinstance(part, Record) for part in parts):
            blocks += [_block(path, name, (), part) for part in parts if isinstance(part, Record)]
        elif name != "//":
            attributes[name] = Entry(key, _expression(path, node))
    return Block(kind, labels, attributes, tuple(blocks), body.place)


def _dynamic(path: str, name: str, node: Node) -> Block:
    body = next((part for part in as_items(node) if isinstance(part, Record)), Record({}, node.place))
    content = next((part for part in as_items(body.get("content")) if isinstance(part, Record)), None)
    inner = (_block(path, "content", (), content),) if content is not None else ()
    return Block("dynamic", (name,), {}, inner, node.place)


def _entries(node: Node) -> Iterator[tuple[str, Scalar, Node]]:
    for part in as_items(node):
        if isinstance(part, Record):
            yield from part.values()


def _expression(path: str, node: Node) -> Node:
    """A value; texts are templates, as between the quotes of Terraform's own language."""
    if isinstance(node, Scalar):
        return node if node.plain or "${" not in node.text else read_text(path, node.text, node.place)
    if isinstance(node, Series):
        return Series(tuple(_expression(path, item) for item in node.items), node.place)
    return Record({name: Entry(key, _expression(path, inner)) for name, key, inner in node.values()}, node.place)
