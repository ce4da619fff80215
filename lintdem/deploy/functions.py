"""Function resources of CloudFormation and SAM: handler, code, environment, failure settings."""

from __future__ import annotations

import msgspec

from lintdem.deploy.docker import Image, image_named, read_image
from lintdem.deploy.events import destination
from lintdem.deploy.nodes import Node, Record, Scalar, Series, as_record, walk
from lintdem.deploy.paths import code_folders, folder_of, is_archive, join, layer_folders, unique
from lintdem.deploy.permissions import read_grants
from lintdem.deploy.sam import sam_events, with_globals
from lintdem.deploy.template import Declared, Template
from lintdem.model.span import Place, Span
from lintdem.model.stack import Lambda, Value


def read_function(template: Template, resource: Declared) -> Lambda:
    """One function with what stands on the resource itself; other resources add events later."""
    scope, serverless = template.scope, resource.type == "AWS::Serverless::Function"
    properties = with_globals(template, resource)
    found = Lambda(
        name=resource.name,
        place=resource.place,
        handler=scope.text(properties.get("Handler")),
        handler_place=_place(scope.pick(properties.get("Handler"))),
        runtime=scope.text(properties.get("Runtime")),
        timeout=scope.number(properties.get("Timeout")),
        environment=environment(template, scope.get(properties, "Environment", "Variables")),
        layers=_layers(template, properties),
        events=tuple(sam_events(template, properties)) if serverless else (),
        dead_letter=destination(template, properties.get("DeadLetterQueue" if serverless else "DeadLetterConfig")),
        concurrency=scope.number(properties.get("ReservedConcurrentExecutions")),
        conditional=resource.conditional,
        unread=template.unread(properties, timeout="Timeout"),
        grants=read_grants(template, resource, properties),
    )
    found = with_invoke_config(template, found, scope.pick(properties.get("EventInvokeConfig")))
    if scope.text(properties.get("PackageType")) == "Image" or "ImageUri" in properties.entries:
        return _from_image(template, resource, properties, found)
    return _with_code(template, resource, properties, found)


def with_invoke_config(template: Template, function: Lambda, config: Node | None) -> Lambda:
    """The function with the settings of its asynchronous invocations."""
    if not isinstance(config, Record):
        return function
    scope = template.scope
    unread = template.unread(config, async_retries="MaximumRetryAttempts", async_max_age="MaximumEventAgeInSeconds")
    return msgspec.structs.replace(
        function,
        unread=(*function.unread, *unread),
        async_retries=scope.number(config.get("MaximumRetryAttempts")),
        async_max_age=scope.number(config.get("MaximumEventAgeInSeconds")),
        on_failure=destination(template, scope.get(config, "DestinationConfig", "OnFailure")),
    )


def environment(template: Template, variables: Node | None) -> tuple[tuple[str, Value], ...]:
    """Environment variables by name."""
    found = []
    for name, _, node in variables.values() if isinstance(variables, Record) else ():
        if template.scope.pick(node) is not None:
            found.append((name, template.scope.value(node)))
    return tuple(found)


def _with_code(template: Template, resource: Declared, properties: Record, function: Lambda) -> Lambda:
    inline = _inline(template, properties)
    if inline is not None and not _is_placeholder(template, function.handler):
        text, place = inline
        return msgspec.structs.replace(function, inline=text, inline_place=place)
    built = template.scope.get(resource.body, "Metadata", "BuildMethod") is not None
    unsaid = not {"CodeUri", "Code"} & properties.entries.keys()
    archive = _archive(template, properties)
    packed = built or unsaid or bool(archive)
    written = template.scope.get(resource.body, "Metadata", "SamResourceId") is not None
    code = _code(template, resource, properties)
    return msgspec.structs.replace(function, code=code, packed=packed, archive=archive, written=written)


def _is_placeholder(template: Template, handler: str | None) -> bool:
    """Whether a pipeline replaces the code written in the template: CloudFormation calls that module `index`, so a
    handler elsewhere means a file. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html"""
    in_place = handler is None or handler.rpartition(".")[0] == "index"
    return not in_place and not template.path.endswith((".tf", ".tf.json"))


def _archive(template: Template, properties: Record) -> str:
    """The archive that a function is deployed from: a file, or a key in a bucket."""
    scope = template.scope
    written = [scope.render(properties.get(field)) for field in ("CodeUri", "Code")]
    keys = [scope.get(properties, field, name) for field, name in (("Code", "S3Key"), ("CodeUri", "Key"))]
    every = [*written, *(scope.render(key) for key in (*keys, properties.get("S3Key")) if key is not None)]
    return next((path for path in every if is_archive(path)), "")


def _code(template: Template, resource: Declared, properties: Record) -> tuple[str, ...]:
    """The folders of a zip function; none when the template only knows a bucket."""
    scope = template.scope
    asset = scope.text(scope.get(resource.body, "Metadata", "aws:asset:path"))
    if asset is not None:
        return code_folders(template.folder, asset)
    field = "CodeUri" if resource.type == "AWS::Serverless::Function" else "Code"
    written = scope.pick(properties.get(field))
    if written is None:
        return (template.folder,) if field == "CodeUri" else ()
    text = scope.text(written)
    return code_folders(template.folder, text) if text is not None else ()


def _inline(template: Template, properties: Record) -> tuple[str, Place] | None:
    """Code written in the template, and the place of its first line."""
    node = template.scope.pick(properties.get("InlineCode")) or template.scope.get(properties, "Code", "ZipFile")
    if node is None:
        return None
    first = next((part for part in walk(node) if isinstance(part, Scalar) and "\n" in part.text), None)
    return template.scope.render(node), _first_line(first) if first else node.place


def _first_line(text: Scalar) -> Place:
    """Where the first line of a literal block stands."""
    if text.margin is None:
        return text.place
    span = text.place.span
    return Place(text.place.path, Span(span.line + 1, text.margin + 1, span.end_line, span.end_column))


def _from_image(template: Template, resource: Declared, properties: Record, function: Lambda) -> Lambda:
    scope = template.scope
    metadata = as_record(scope.pick(resource.body.get("Metadata")))
    image = _image(template, metadata) if metadata else None
    named = image_named(scope.render(properties.get("ImageUri")), template.files) if image is None else None
    if named is not None:
        image = read_image(named, template.files[named])
    command = scope.get(properties, "ImageConfig", "Command")
    said = scope.text(scope.items(command)[0]) if isinstance(command, Series) and command.items else None
    handler, place = (said, _place(command)) if said else (image.handler, image.place) if image else (None, None)
    code = image.folders if image else ()
    return msgspec.structs.replace(function, handler=handler, handler_place=place, code=code, packed=True)


def _image(template: Template, metadata: Record) -> Image | None:
    """The image of SAM's build metadata, as far as its Dockerfile is there."""
    scope = template.scope
    context = join(template.folder, scope.text(metadata.get("DockerContext")) or ".")
    name = scope.text(metadata.get("Dockerfile")) or "Dockerfile"
    if context is None:
        return None
    for folder in (context, template.folder):
        path = join(folder, name)
        if path is not None and path in template.files:
            return read_image(path, template.files[path], context)
    return Image(None, metadata.place, unique([context, folder_of(f"{context}/{name}".lstrip("/"))]))


def _layers(template: Template, properties: Record) -> tuple[str, ...]:
    """Folders of the layers that the same template builds."""
    found: list[str] = []
    for item in template.scope.items(properties.get("Layers")):
        for name in template.scope.references(item):
            layer = template.resources[name]
            if layer.type in ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"):
                found += _layer(template, layer)
    return unique(found)


def _layer(template: Template, layer: Declared) -> tuple[str, ...]:
    asset = template.scope.text(template.scope.get(layer.body, "Metadata", "aws:asset:path"))
    field = "ContentUri" if layer.type == "AWS::Serverless::LayerVersion" else "Content"
    written = asset or template.scope.text(layer.properties.get(field))
    return layer_folders(template.folder, written) if written else ()


def _place(node: Node | None) -> Place | None:
    return node.place if node is not None else None
