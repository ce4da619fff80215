"""Resource blocks of one Terraform module as declared resources, under CloudFormation's names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lintdem.deploy.hcl import Block
from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nodes import Entry, Node, Record, Scalar, Series, as_items, as_record, empty
from lintdem.deploy.template import Declared
from lintdem.deploy.terraform_index import texts
from lintdem.deploy.terraform_scope import ModuleScope, file_of
from lintdem.deploy.terraform_types import TYPES, property_name
from lintdem.errors import LoweringError
from lintdem.model.span import Place
from lintdem.regexes import late

_COUNTED = ("count", "for_each")
_LAMBDA_MODULE = late(
    r"(?:registry\.terraform\.io/)?terraform-aws-modules/lambda/aws$"
    r"|(?:git::)?(?:\w+://)?(?:git@)?github\.com[/:]terraform-aws-modules/terraform-aws-lambda(?:\.git)?(?:\?|$)"
)
"""Where the public Lambda module comes from; those inside of it (`//modules/...`) are others."""


def declared_in(scope: ModuleScope) -> Iterator[Declared]:
    """Every resource of a module, and every call of the public Lambda module."""
    for block in scope.blocks.of_type("resource"):
        if len(block.labels) == 2:
            for ending, instance in scope.instances(block):
                yield _resource(instance, block, ending)
    for block in scope.blocks.of_type("module"):
        source = block.get("source")
        if isinstance(source, Scalar) and _LAMBDA_MODULE.match(source.text) and block.labels:
            for ending, instance in scope.instances(block):
                yield from _lambda_module(instance, block, ending)


def _resource(scope: ModuleScope, block: Block, ending: str) -> Declared:
    kind, name = block.labels
    properties = _properties(scope, kind, block)
    extra = _EXTRA.get(kind)
    body = empty(block.place)
    if extra is not None:
        more, body = extra(scope, block)
        properties.entries.update(more.entries)
    conditional = any(field in block.attributes for field in _COUNTED)
    address = f"{scope.prefix}{kind}.{name}{ending}"
    return Declared(address, TYPES.get(kind, kind), block.place, body, properties, conditional)


def _properties(scope: ModuleScope, kind: str, block: Block) -> Record:
    """Arguments and nested blocks; of blocks that repeat, a list."""
    entries: dict[str, Entry] = {}
    for name, entry in block.attributes.items():
        value = scope.attribute(block, name)
        if value is not None:
            entries[property_name(kind, name)] = Entry(entry.key, value)
    for inner in block.blocks:
        shown = _dynamic(inner)
        name = property_name(kind, shown.type)
        key = Scalar(name, shown.place)
        value = _properties(scope, kind, shown)
        before = entries.get(name)
        both = Series((*as_items(before.value), value), shown.place) if before else value
        entries[name] = Entry(key, both)
    return Record(entries, block.place)


def _dynamic(block: Block) -> Block:
    """The content of a `dynamic` block, standing for each block it makes."""
    content = next((inner for inner in block.blocks if inner.type == "content"), None)
    if block.type != "dynamic" or content is None or not block.labels:
        return block
    return Block(block.labels[0], (), content.attributes, content.blocks, block.place)


def _record(place: Place, **values: Node | None) -> Record:
    return Record(
        {name: Entry(Scalar(name, place), value) for name, value in values.items() if value is not None}, place
    )


def _function(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    """The code of a function: the folder behind its archive, or the build folder of its image."""
    image = block.get("image_uri")
    if image is not None:
        return _record(block.place, ImageUri=scope.image(image)), _image_metadata(scope, image, block.place)
    text = _written_in_place(scope, block)
    code = _archived(scope, block) if text is None else _record(block.place, ZipFile=text)
    return _record(block.place, Code=code), empty(block.place)


def _written_in_place(scope: ModuleScope, block: Block) -> Node | None:
    """The code of a function whose archive is made from text in the module itself."""
    archive = _archive(scope, block)
    handler = scope.attribute(block, "handler")
    for inner in archive.blocks if archive is not None and isinstance(handler, Scalar) else ():
        content, name = scope.attribute(inner, "content"), scope.attribute(inner, "filename")
        if inner.type == "source" and isinstance(content, Scalar) and isinstance(name, Scalar):
            stem = name.text.rpartition("/")[2].removesuffix(".py")
            if isinstance(handler, Scalar) and handler.text.rpartition(".")[0] == stem:
                return content
    return None


def _layer(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    return _record(block.place, Content=_archived(scope, block)), empty(block.place)


def _archived(scope: ModuleScope, block: Block) -> Node | None:
    """What the archive of `filename` is made from; the archive's own path when nothing here makes it."""
    value = scope.attribute(block, "filename")
    archive = _archive(scope, block)
    if archive is not None:
        return _source(scope, archive)
    key = scope.attribute(block, "s3_key")
    if value is None and key is not None:
        return _record(block.place, S3Key=key)
    return value if isinstance(value, Scalar) else None


def _archive(scope: ModuleScope, block: Block) -> Block | None:
    """The `archive_file` that makes the archive of `filename`, or of the object in a bucket that `s3_key` means."""
    value = scope.attribute(block, "filename")
    if value is None:
        key = scope.attribute(block, "s3_key")
        value = _uploaded(scope, key) if key is not None else None
    if value is None:
        return None
    start = f"{scope.prefix}data.archive_file."
    for text in texts(value):
        named = scope.blocks.named("data", ("archive_file", text.removeprefix(start))) if text.startswith(start) else None
        if named is not None:
            return named
    return _by_output(scope).get(_file_name(value.text)) if isinstance(value, Scalar) else None


def _uploaded(scope: ModuleScope, key: Node) -> Node | None:
    """The file that is put into a bucket under a key."""
    for kind in ("aws_s3_object", "aws_s3_bucket_object"):
        start = f"{scope.prefix}{kind}."
        for text in texts(key):
            named = scope.blocks.named("resource", (kind, text.removeprefix(start))) if text.startswith(start) else None
            named = named or (scope.by_text("resource", kind, "key").get(text) if isinstance(key, Scalar) else None)
            if named is not None:
                return scope.attribute(named, "source")
    return None


def _by_output(scope: ModuleScope) -> dict[str, Block]:
    """The archives by the names of their files; the folders are often spelled differently."""
    found = scope.by_text("data", "archive_file", "output_path")
    key = (scope.prefix, "outputs", scope.each[0].text if scope.each is not None else "")
    if key not in scope.work.found:
        scope.work.found[key] = {_file_name(path): block for path, block in reversed(found.items())}
    return scope.work.found[key]


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]


def _source(scope: ModuleScope, archive: Block) -> Node | None:
    for name in ("source_dir", "source_file"):
        found = scope.attribute(archive, name)
        if found is not None:
            return found
    for inner in archive.blocks:
        content = inner.get("content") if inner.type == "source" else None
        file = file_of(scope.evaluate(content)) if content is not None else None
        if file is not None:
            return file[0]
    return None


def _image_metadata(scope: ModuleScope, image: Node, place: Place) -> Record:
    """Where the image is built, when a module of the workspace's Terraform builds it."""
    mentioned = set(texts(scope.evaluate(image)))
    for block in scope.blocks.of_type("module"):
        if block.labels and f"{scope.prefix}module.{block.labels[0]}" in mentioned:
            context = scope.attribute(block, "source_path")
            dockerfile = scope.attribute(block, "docker_file_path")
            if context is not None:
                inner = _record(place, DockerContext=context, Dockerfile=dockerfile)
                return _record(place, Metadata=inner)
    return empty(place)


def _target(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    """A rule's target as the rule itself with this one target."""
    target = _properties(scope, "aws_cloudwatch_event_target", block)
    inherited = empty(block.place)
    rule = _rule_of(scope, target.get("Rule"))
    if rule is not None:
        inherited = _rule(scope, rule)[0]
        inherited.entries.update(_properties(scope, "aws_cloudwatch_event_rule", rule).entries | inherited.entries)
    inherited.entries["Targets"] = Entry(Scalar("Targets", block.place), Series((target,), block.place))
    return inherited, empty(block.place)


def _rule_of(scope: ModuleScope, named: Node | None) -> Block | None:
    """The rule that a target mentions, or has the name of."""
    start = f"{scope.prefix}aws_cloudwatch_event_rule."
    for text in texts(named) if named is not None else ():
        if text.startswith(start):
            return scope.blocks.named("resource", ("aws_cloudwatch_event_rule", text.removeprefix(start)))
    return scope.by_text("resource", "aws_cloudwatch_event_rule", "name").get(named.text) if isinstance(named, Scalar) else None


def _rule(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    return _record(block.place, EventPattern=_structured(scope.attribute(block, "event_pattern"))), empty(block.place)


def _structured(node: Node | None) -> Node | None:
    """JSON text as the record it is."""
    if not isinstance(node, Scalar) or not node.text.lstrip().startswith("{"):
        return node
    try:
        return read_json(node.place.path, node.text, node)
    except LoweringError:
        return None


def _notification(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    properties = _properties(scope, "aws_s3_bucket_notification", block)
    inner = _record(block.place, LambdaConfigurations=properties.get("LambdaConfigurations"))
    return _record(block.place, NotificationConfiguration=inner), empty(block.place)


def _attachment(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    target = _record(block.place, Id=scope.attribute(block, "target_id"))
    return _record(block.place, Targets=Series((target,), block.place)), empty(block.place)


def _policy(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    return _record(block.place, PolicyDocument=_structured(scope.attribute(block, "policy"))), empty(block.place)


def _role(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    """A role with the policies written on it."""
    inline = tuple(
        _record(inner.place, PolicyDocument=_structured(scope.attribute(inner, "policy")))
        for inner in block.blocks
        if _dynamic(inner).type == "inline_policy"
    )
    return _record(block.place, Policies=Series(inline, block.place) if inline else None), empty(block.place)


def _table(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    keys = [
        _record(block.place, AttributeName=name, KeyType=Scalar(kind, block.place))
        for field, kind in (("hash_key", "HASH"), ("range_key", "RANGE"))
        if (name := scope.attribute(block, field)) is not None
    ]
    streams = scope.attribute(block, "stream_enabled")
    on = isinstance(streams, Scalar) and streams.text == "true"
    return _record(
        block.place,
        KeySchema=Series(tuple(keys), block.place),
        StreamSpecification=empty(block.place) if on else None,
    ), empty(block.place)


def _queue(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    """The queue's redrive policy, also where it is a resource of its own."""
    address = f"{scope.prefix}aws_sqs_queue.{block.labels[1]}"
    policy = scope.attribute(block, "redrive_policy")
    other = scope.by_text("resource", "aws_sqs_queue_redrive_policy", "queue_url").get(address)
    if other is not None:
        policy = scope.attribute(other, "redrive_policy")
    return _record(block.place, RedrivePolicy=policy), empty(block.place)


def _machine(scope: ModuleScope, block: Block) -> tuple[Record, Record]:
    """A definition in a file becomes a reference to it, with what is substituted there."""
    definition = scope.attribute(block, "definition")
    file = file_of(definition)
    if file is not None:
        return _record(block.place, DefinitionUri=file[0], DefinitionSubstitutions=file[1]), empty(block.place)
    if isinstance(definition, Record) and "States" in definition.entries:
        return _record(block.place, Definition=definition), empty(block.place)
    return empty(block.place), empty(block.place)


def _lambda_module(scope: ModuleScope, block: Block, ending: str) -> Iterator[Declared]:
    """A call of the public Lambda module: a function or a layer, with the events it is given."""
    address = f"{scope.prefix}module.{block.labels[0]}{ending}"
    code = _first_path(scope.attribute(block, "source_path"))
    properties = _properties(scope, "aws_lambda_function", block)
    made = scope.attribute(block, "create_layer")
    if isinstance(made, Scalar) and made.text == "true":
        layer = _record(block.place, Content=code)
        yield Declared(address, "AWS::Lambda::LayerVersion", block.place, empty(block.place), layer, False)
        return
    image = block.get("image_uri")
    body = _image_metadata(scope, image, block.place) if image is not None else empty(block.place)
    variables = _record(block.place, Variables=scope.attribute(block, "environment_variables"))
    letters = _record(block.place, TargetArn=scope.attribute(block, "dead_letter_target_arn"))
    retries = _record(
        block.place,
        MaximumRetryAttempts=scope.attribute(block, "maximum_retry_attempts"),
        MaximumEventAgeInSeconds=scope.attribute(block, "maximum_event_age_in_seconds"),
    )
    more = _record(block.place, Code=code, Environment=variables, DeadLetterConfig=letters, EventInvokeConfig=retries)
    if image is not None:
        command = _record(block.place, Command=scope.attribute(block, "image_config_command"))
        more.entries.update(_record(block.place, ImageUri=scope.image(image), ImageConfig=command).entries)
    properties.entries.update(more.entries)
    yield Declared(address, "AWS::Lambda::Function", block.place, body, properties, False)
    yield from _module_events(scope, block, address)


def _module_events(scope: ModuleScope, block: Block, address: str) -> Iterator[Declared]:
    function = _record(block.place, Ref=Scalar(address, block.place))
    mappings = as_record(scope.attribute(block, "event_source_mapping"))
    for name, key, written in mappings.values() if mappings else ():
        if isinstance(written, Record):
            settings = _renamed(written)
            settings.entries["FunctionName"] = Entry(key, function)
            kind = "AWS::Lambda::EventSourceMapping"
            yield Declared(f"{address}.{name}", kind, key.place, empty(key.place), settings, False)
    triggers = as_record(scope.attribute(block, "allowed_triggers"))
    for name, key, written in triggers.values() if triggers else ():
        service = written.get("service") if isinstance(written, Record) else None
        principal = written.get("principal") if isinstance(written, Record) else None
        if isinstance(service, Scalar):
            principal = Scalar(f"{service.text}.amazonaws.com", service.place)
        settings = _record(key.place, FunctionName=function, Principal=principal)
        yield Declared(f"{address}.{name}", "AWS::Lambda::Permission", key.place, empty(key.place), settings, False)


def _renamed(written: Record) -> Record:
    entries = {property_name("aws_lambda_event_source_mapping", name): entry for name, entry in written.entries.items()}
    return Record(entries, written.place)


def _first_path(node: Node | None) -> Node | None:
    """The first of the sources of a package: text, or an object with a path."""
    for item in as_items(node):
        found = item.get("path") if isinstance(item, Record) else item
        if isinstance(found, Scalar):
            return found
    return None


_EXTRA: dict[str, Callable[[ModuleScope, Block], tuple[Record, Record]]] = {
    "aws_lambda_function": _function,
    "aws_lambda_layer_version": _layer,
    "aws_cloudwatch_event_target": _target,
    "aws_cloudwatch_event_rule": _rule,
    "aws_s3_bucket_notification": _notification,
    "aws_lb_target_group_attachment": _attachment,
    "aws_dynamodb_table": _table,
    "aws_iam_policy": _policy,
    "aws_iam_role": _role,
    "aws_iam_role_policy": _policy,
    "aws_sqs_queue": _queue,
    "aws_sfn_state_machine": _machine,
}
