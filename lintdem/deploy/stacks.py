"""From texts to stacks: which file is a template, which reader it needs, what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lintdem.deploy.chalice import is_chalice, read_chalice
from lintdem.deploy.cloudformation import kind_of, stack_of
from lintdem.deploy.docker import is_dockerfile, is_lambda_image, read_image
from lintdem.deploy.engine import ENDINGS
from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nested import nested_links
from lintdem.deploy.nodes import Node, Record
from lintdem.deploy.openapi import is_openapi, read_openapi
from lintdem.deploy.paths import folder_of, join
from lintdem.deploy.pythonlambda import is_python_lambda, read_python_lambda
from lintdem.deploy.serverless import read_serverless
from lintdem.deploy.template import Template, read_template
from lintdem.deploy.terraform import read_terraform
from lintdem.deploy.yaml_tree import read_yaml
from lintdem.deploy.zappa import is_zappa, read_zappa
from lintdem.errors import LoweringError
from lintdem.model.module import Problem
from lintdem.model.span import Place, Span
from lintdem.model.spelling import TYPESCRIPT
from lintdem.model.stack import Lambda, Stack
from lintdem.regexes import late

_TREES = (".yaml", ".yml", ".json", ".template")
_NAMED = late(r"(^|[/.])(sam[-_.])?template\.(ya?ml|json)$")
_RENDERED = late(r"\.(j2|jinja2?|tmpl|tpl)$")
_SERVERLESS = late(r"(^|/)serverless[\w.-]*\.(ya?ml|json)$")
_CDK = late(rb"""['"](?:aws-cdk-lib|@aws-cdk)[/'"]""")
_IMPORTED = late(r"""\bfrom\s+['"](\.{1,2}/[^'"\n]{1,400})['"]""")
_STEPS = late(r"""['"`/](\.{0,2}/?[\w][\w./-]{1,400}\.(?:json|ya?ml))['"`]""")
_JOINED = late(r"""\bjoin\(\s*__dirname\s*,((?:\s*['"`][^'"`\n]{0,200}['"`]\s*,?){2,20})\s*\)""")
_PART = late(r"""['"`]([^'"`\n]*)['"`]""")
"""What a CDK application in TypeScript takes in: other files of it, and definitions of state machines."""
_WORDS = (b"AWSTemplateFormatVersion", b"AWS::")
_CLEARLY = late(r"AWSTemplateFormatVersion|AWS::Serverless-2016-10-31|\bType[\"']?\s*:\s*[\"']?AWS::\w+::\w")
_REFERRED = late(
    r"(?<![\w.@/-])[\w.@/-]{1,400}\.(?:asl\.json|asl\.ya?ml|json|ya?ml|toml)\b|(?<![\w./-])[\w./-]{0,400}Dockerfile[\w.-]*"
)
_INCLUDED = late(r"(?:\bfile\(\s*[\"']?|\b(?:DefinitionUri|TemplateURL|Location)[\"']?\s*:\s*[\"']?)([\w.@/-]{1,400})")
_CONTEXT = late(r"DockerContext[\"']?\s*:\s*[\"']?([^\s\"',}]+)")


def _written_as(path: str) -> str:
    """The path without the ending of a template engine: `main.yml.j2` is YAML."""
    return _RENDERED.sub("", path)


def is_template(path: str, head: bytes) -> bool:
    """Whether a file may be a deployment template, by its name and its first few kilobytes."""
    if path.endswith(TYPESCRIPT):
        return _CDK.search(head) is not None
    name = _written_as(path)
    if is_dockerfile(name):
        return is_lambda_image(head.decode("utf-8", "replace"))
    if name.endswith((".tf", ".tfvars", ".tf.json", ".tfvars.json")) or is_zappa(name) or is_chalice(name):
        return True
    text = head.decode("utf-8", "replace")
    if is_python_lambda(name, text) or is_openapi(name, text):
        return True
    if not name.endswith(_TREES):
        return False
    if _NAMED.search(name) or _SERVERLESS.search(name):
        return True
    return any(word in head for word in _WORDS)


def referred_files(path: str, text: str) -> tuple[str, ...]:
    """Paths from the root that a template's text may refer to: definitions, Dockerfiles, included parts."""
    folder = folder_of(path)
    if path.endswith(TYPESCRIPT):
        files = set(_imported(folder, text))
        parts = ["/".join(_PART.findall(several)) for several in _JOINED.findall(text)]
        files |= {join(folder, name) for name in (*_STEPS.findall(text), *parts) if name.endswith(_TREES)}
        return tuple(sorted(target for target in files if target and target != path))
    contexts = [".", *_CONTEXT.findall(text)]
    names = dict.fromkeys(_REFERRED.findall(text))
    if len(contexts) > 1:
        names["Dockerfile"] = None
    found = {join(folder, f"{context}/{name.lstrip('/')}{end}") for context in contexts for name in names for end in ENDINGS}
    return tuple(sorted(target for target in found if target and target != path))


def included_files(path: str, text: str) -> tuple[str, ...]:
    """Paths from the root of what a template certainly takes in: parts, definitions, nested templates."""
    if path.endswith(TYPESCRIPT):
        return tuple(sorted({target for target in _imported(folder_of(path), text) if target and target != path}))
    return tuple(sorted({target for name in _INCLUDED.findall(text) if (target := join(folder_of(path), name.lstrip("/")))}))


def _imported(folder: str, text: str) -> Iterator[str | None]:
    """Where the files may stand that a file of TypeScript imports."""
    for name in _IMPORTED.findall(text):
        for ending in (TYPESCRIPT, f"/index{TYPESCRIPT}"):
            yield join(folder, f"{name.removesuffix('.js')}{ending}")


def read_stacks(files: Mapping[str, str]) -> tuple[Stack, ...]:
    """Every stack in `files` (path from the root to text), in the order of the paths."""
    found = [item for path in sorted(files) if (item := _read(path, files)) is not None]
    templates = {item.path: item for item in found if isinstance(item, Template)}
    beyond = nested_links(templates)
    stacks = [stack_of(item, kind_of(item), beyond=beyond.get(path, ())) for path, item in templates.items()]
    stacks += [item for item in found if isinstance(item, Stack)]
    stacks += read_terraform(files)
    used = {place.path for stack in stacks if stack.kind != "dockerfile" for place in _handler_places(stack)}
    kept = [stack for stack in stacks if stack.kind != "dockerfile" or stack.path not in used]
    return tuple(sorted(kept, key=lambda stack: stack.path))


def _handler_places(stack: Stack) -> Iterator[Place]:
    return (function.handler_place for function in stack.functions if function.handler_place is not None)


def _read(path: str, files: Mapping[str, str]) -> Stack | Template | None:
    """A finished stack, or a CloudFormation template whose nested templates are still to be seen."""
    if path.endswith(TYPESCRIPT):
        return None  # a program, which is run abstractly
    if is_dockerfile(path):
        return _read_dockerfile(path, files[path])
    reader = _settings_reader(path, files[path])
    if reader is not None:
        try:
            return reader(path, files[path])
        except LoweringError as error:
            return _unreadable(path, error)
    if path.endswith((".tf.json", ".tfvars.json")) or not _written_as(path).endswith(_TREES):
        return None
    return _read_tree(path, files)


def _settings_reader(path: str, text: str) -> Callable[[str, str], Stack | None] | None:
    """The reader of a tool's own settings, which tell no resources."""
    if is_zappa(path):
        return read_zappa
    if is_chalice(path):
        return read_chalice
    if is_openapi(path, text):
        return read_openapi
    return read_python_lambda if is_python_lambda(path, text) else None


def _read_tree(path: str, files: Mapping[str, str]) -> Stack | Template | None:
    text = files[path]
    serverless = _SERVERLESS.search(path) is not None and "provider" in text
    if not serverless and "AWS::" not in text and "AWSTemplateFormatVersion" not in text:
        return None
    try:
        root = _tree(path, text)
    except LoweringError as error:
        return _unreadable(path, error) if serverless or _CLEARLY.search(text) else None
    if not isinstance(root, Record):
        return None
    is_service = serverless and "provider" in root.entries and "service" in root.entries
    return read_serverless(path, root, files) if is_service else read_template(path, root, files)


def _tree(path: str, text: str) -> Node | None:
    is_json = _written_as(path).endswith(".json") or text.lstrip().startswith("{")
    return read_json(path, text) if is_json else read_yaml(path, text)


def _unreadable(path: str, error: LoweringError) -> Stack:
    span = Span(error.line, error.column, error.line, error.column + 1)
    problem = Problem(Place(path, span), "LDM901", f"the template cannot be read: {error}")
    return Stack(path=path, kind="cloudformation", problems=(problem,))


def _read_dockerfile(path: str, text: str) -> Stack | None:
    """An image that some other tool deploys: its handler and folders, with no events."""
    image = read_image(path, text)
    if image.handler is None or not is_lambda_image(text):
        return None
    name = folder_of(path).rpartition("/")[2] or "image"
    function = Lambda(
        name=name, place=image.place, handler=image.handler, handler_place=image.place, code=image.folders, packed=True
    )
    return Stack(path=path, kind="dockerfile", functions=(function,))
