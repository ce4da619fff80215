"""The rounds of a loop over records tried one by one, and the failed ones returned."""

from __future__ import annotations

import libcst as cst

from lintdem.errors import NoEdit
from lintdem.model.finding import Edit
from lintdem.model.remedy import Collected
from lintdem.model.span import Span
from lintdem.syntax.spreading import width_of
from lintdem.syntax.wrapping import File, below, spans_lines

_KEY = '"batchItemFailures"'
_NAMES = ("failed", "failures", "batch_item_failures", "failed_records")


def collected(file: File, change: Collected) -> list[Edit]:
    """The loop with a `try` in it, the list before it, and the answer behind it."""
    function, loop, after = _found(file, change.place.span)
    inside = list(below(loop.body))
    if any(isinstance(node, (cst.Return, cst.Yield)) for node in inside) or any(spans_lines(node) for node in inside):
        raise NoEdit
    name = _free(file, function)
    head, body = _lines(file, loop)
    indent, unit = _indent(file.lines[file.positions.span(loop).line - 1]), file.tree.default_indent
    log, imports = file.spelled(change.log, change.place.span)
    item = file.quoted(f'{{"itemIdentifier": {change.item}}}')
    inner = f"{indent}{unit}"
    failure = _failed(file, item, name if change.goes_on != "ends" else "", f"{inner}{unit}")
    first = [f"{inner}if {name}:", f"{inner}{unit}{failure}", f"{inner}{unit}continue"] if change.goes_on == "rest" else []
    tried = [f"{unit}{line}" if line.strip() else line for line in file.lines[body.line - 1 : body.end_line]]
    caught = [f"{inner}except Exception:", f"{inner}{unit}{log}", f"{inner}{unit}{failure}"]
    whole = Span(body.line, 1, body.end_line, len(file.lines[body.end_line - 1]) + 1)
    edits = [*imports, file.at(whole, "\n".join([*first, f"{inner}try:", *tried, *caught]))]
    if change.goes_on != "ends":
        edits.append(file.at(Span(head, 1, head, 1), f"{indent}{name} = []\n"))
    answer = name if change.goes_on != "ends" else "[]"
    return [*edits, _answered(file, loop, after, f"return {{{file.quoted(_KEY)}: {answer}}}")]


def _failed(file: File, item: str, name: str, indent: str) -> str:
    """The statement that notes a record, or answers with it; broken as formatters do where it is too long."""
    unit, width, key = file.tree.default_indent, width_of(file.lines, file.length), file.quoted(_KEY)
    inner = f"{indent}{unit}"
    flat = f"{name}.append({item})" if name else f"return {{{key}: [{item}]}}"
    if len(indent + flat) <= width:
        return flat
    if name:
        return f"{name}.append(\n{inner}{item}\n{indent})"
    entry = f"{key}: [{item}]"
    if len(inner + entry) > width:
        entry = f"{key}: [\n{inner}{unit}{item}\n{inner}]"
    return f"return {{\n{inner}{entry}\n{indent}}}"


def _found(file: File, span: Span) -> tuple[cst.FunctionDef, cst.For, list[cst.BaseStatement]]:
    """The loop that begins at a place, the function in whose body it stands, and what follows there."""
    for node in file.positions.ranges:
        if not isinstance(node, cst.FunctionDef) or not isinstance(node.body, cst.IndentedBlock):
            continue
        for number, statement in enumerate(node.body.body):
            start = file.positions.span(statement)
            if isinstance(statement, cst.For) and (start.line, start.column) == (span.line, span.column):
                if statement.orelse is not None:
                    raise NoEdit
                return node, statement, list(node.body.body[number + 1 :])
    raise NoEdit


def _free(file: File, function: cst.FunctionDef) -> str:
    """A name for the list that the file does not use."""
    used = {node.value for node in below(file.tree) if isinstance(node, cst.Name)}
    for name in _NAMES:
        if name not in used:
            return name
    raise NoEdit


def _lines(file: File, loop: cst.For) -> tuple[int, Span]:
    """The line above which the list is made, remarks on the loop included, and the lines of its body."""
    if not isinstance(loop.body, cst.IndentedBlock):
        raise NoEdit
    over = loop.iter.rpar[-1] if loop.iter.rpar else loop.iter
    header = file.positions.span(over).end_line
    if not file.lines[header - 1].partition("#")[0].rstrip().endswith(":"):
        raise NoEdit
    last = _with_remarks(file.lines, file.positions.span(loop.body.body[-1]).end_line, _set_in(file, loop))
    line = file.positions.span(loop).line
    indent = _indent(file.lines[line - 1])
    while line > 1 and file.lines[line - 2].startswith(f"{indent}#"):
        line -= 1
    first = next(number for number in range(header + 1, last + 1) if file.lines[number - 1].strip())
    return line, Span(first, 1, last, 1)


def _set_in(file: File, loop: cst.For) -> int:
    """How far the body of the loop is set in."""
    inner = loop.body.body[0]
    return file.positions.span(inner).column - 1 if isinstance(inner, cst.CSTNode) else 0


def _answered(file: File, loop: cst.For, after: list[cst.BaseStatement], text: str) -> Edit:
    """The answer in place of the last `return`, or behind everything."""
    nested = [node for one in after for node in below(one) if isinstance(node, (cst.Return, cst.Raise))]
    last = after[-1] if after else loop
    if isinstance(last, cst.SimpleStatementLine) and len(last.body) == 1 and isinstance(last.body[0], cst.Return):
        if len(nested) > 1:
            raise NoEdit
        return file.at(file.positions.span(last.body[0]), text)
    if nested:
        raise NoEdit
    indent = _indent(file.lines[file.positions.span(loop).line - 1])
    line = _with_remarks(file.lines, file.positions.span(last).end_line, len(indent))
    end = Span(line, len(file.lines[line - 1]) + 1, line, len(file.lines[line - 1]) + 1)
    return file.at(end, f"\n{indent}{text}")


def _with_remarks(lines: list[str], last: int, column: int) -> int:
    """The last line of a block with the remarks below it that are set in as far."""
    for number in range(last, len(lines)):
        line = lines[number]
        if line.strip() and (not line.lstrip().startswith("#") or len(_indent(line)) < column):
            break
        last = number + 1 if line.strip() else last
    return last


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
