"""Changes of a program that take its guards away or put one in, by what they are: decorators, conditions, tokens."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

TOKENS = frozenset({"idempotency_key", "ClientToken", "ClientRequestToken", "ClientRequestId", "MessageDeduplicationId"})
HEADER = "Idempotency-Key"
POWERTOOLS = "from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent"


def without_decorators(text: str) -> str:
    """Powertools' decorators gone."""

    class Drop(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
            node.decorator_list = [one for one in node.decorator_list if _name(one) not in ("idempotent", "idempotent_function")]
            return node

    return _changed(text, Drop())


def without_conditions(text: str) -> str:
    """Puts of items without the condition that there is none yet; what catches its failure stays."""

    class Drop(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.Call:
            self.generic_visit(node)
            condition = next((one.value for one in node.keywords if one.arg == "ConditionExpression"), None)
            if _name(node.func) == "put_item" and condition is not None and "not_exists" in ast.unparse(condition):
                node.keywords = [one for one in node.keywords if one.arg not in ("ConditionExpression", "ExpressionAttributeNames")]
            return node

    return _changed(text, Drop())


def without_tokens(text: str) -> str:
    """Calls without the tokens by which a receiver knows a repeat."""

    class Drop(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.Call:
            self.generic_visit(node)
            node.keywords = [one for one in node.keywords if one.arg not in TOKENS]
            return node

        def visit_Dict(self, node: ast.Dict) -> ast.Dict:
            self.generic_visit(node)
            kept = [(k, v) for k, v in zip(node.keys, node.values, strict=True) if not (isinstance(k, ast.Constant) and k.value == HEADER)]
            node.keys, node.values = [k for k, _ in kept], [v for _, v in kept]
            return node

    return _changed(text, Drop())


def with_idempotent_handlers(text: str) -> str:
    """Handlers of EventBridge, whose events have no envelope but the outer one, inside Powertools' decorator."""
    tree = ast.parse(text)
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in ("handler", "lambda_handler")]
    if len(found) != 1 or not _reads_detail(found[0]) or found[0].decorator_list:
        return text
    made = "DynamoDBPersistenceLayer(table_name='idempotency')"
    guard = f"idempotent(persistence_store={made}, config=IdempotencyConfig(event_key_jmespath='detail'))"
    found[0].decorator_list = [ast.parse(guard, mode="eval").body]
    tree.body.insert(_behind_future(tree), ast.parse(POWERTOOLS).body[0])
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


TAKING: Mapping[str, Callable[[str], str]] = {
    "decorators": without_decorators, "conditions": without_conditions, "tokens": without_tokens,
}  # fmt: skip


def _reads_detail(function: ast.FunctionDef) -> bool:
    reads: Iterator[str] = (ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Subscript))
    return any(one == "event['detail']" for one in reads)


def _behind_future(tree: ast.Module) -> int:
    at = 0
    for number, node in enumerate(tree.body):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            at = number + 1
    return at


def _name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _changed(text: str, change: ast.NodeTransformer) -> str:
    before = ast.unparse(ast.parse(text))
    after = ast.unparse(ast.fix_missing_locations(change.visit(ast.parse(text))))
    return text if after == before else after + "\n"
