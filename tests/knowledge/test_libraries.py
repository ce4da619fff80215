"""Calls outside the AWS SDK."""

from __future__ import annotations

from pathlib import Path

import pytest
from stripe import _v1_services, _v2_services

from lintdem.knowledge import Kind, library_call
from lintdem.knowledge import tables as shelf
from lintdem.knowledge.libraries import Index, LibraryCall, Table, strange_part

FOLDER = Path(shelf.__file__).with_name("libraries")
NAMES = {path.stem for path in FOLDER.glob("*.toml")}


def known(dotted: str) -> LibraryCall:
    """The call, which has to be known."""
    found = library_call(dotted)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("dotted", "role"),
    [
        ("builtins.int", "pure"),
        ("math.floor", "pure"),
        ("urllib.parse.unquote_plus", "pure"),
        ("datetime.datetime.fromisoformat", "pure"),
        ("copy.deepcopy", "pure"),
        ("re.sub", "pure"),
        ("json.loads", "json"),
        ("orjson.loads", "json"),
        ("json.dumps", "encode"),
        ("base64.b64encode", "encode"),
        ("base64.b64decode", "decode"),
        ("gzip.decompress", "decode"),
        ("hashlib.sha256", "hash"),
        ("hmac.new", "hash"),
        ("uuid.uuid5", "hash"),
        ("zlib.crc32", "hash"),
        ("builtins.hash", "salted"),
        ("builtins.id", "salted"),
        ("uuid.uuid4", "uuid"),
        ("ulid.new", "uuid"),
        ("bson.ObjectId", "uuid"),
        ("random.choice", "random"),
        ("secrets.token_hex", "random"),
        ("os.urandom", "random"),
        ("datetime.datetime.now", "clock"),
        ("datetime.date.today", "clock"),
        ("time.time", "clock"),
        ("arrow.utcnow", "clock"),
        ("pendulum.now", "clock"),
        ("os.getenv", "env"),
        ("os.environ.get", "env"),
        ("boto3.client", "client"),
        ("boto3.Session.client", "client"),
        ("boto3.resource", "resource"),
        ("boto3.Session", "session"),
        ("functools.wraps", "transparent"),
        ("functools.lru_cache", "transparent"),
        ("asyncio.run", "transparent"),
        ("aws_lambda_powertools.Logger.inject_lambda_context", "transparent"),
        ("aws_lambda_powertools.Tracer.capture_method", "transparent"),
        ("aws_lambda_powertools.Metrics.log_metrics", "transparent"),
        ("aws_lambda_powertools.utilities.data_classes.event_source", "transparent"),
        ("concurrent.futures.Executor.submit", "submit"),
        ("threading.Thread", "submit"),
        ("asyncio.gather", "submit"),
        ("tenacity.retry", "retry"),
        ("backoff.on_exception", "retry"),
        ("aws_lambda_powertools.utilities.idempotency.idempotent_function", "guard"),
        ("exactly_once.once", "guard"),
        ("logging.Logger.info", "telemetry"),
        ("builtins.print", "telemetry"),
        ("sentry_sdk.capture_exception", "telemetry"),
        ("redis.Redis.lock", "lock"),
    ],
)
def test_says_what_a_call_is_to_an_analysis(dotted: str, role: str) -> None:
    """The role of common calls."""
    assert known(dotted).role == role


@pytest.mark.parametrize(
    ("dotted", "kind", "token"),
    [
        ("requests.post", Kind.EFFECT, "headers:Idempotency-Key"),
        ("requests.Session.get", Kind.READ, None),
        ("requests.put", Kind.SET, "headers:Idempotency-Key"),
        ("stripe.PaymentIntent.create", Kind.EFFECT, "idempotency_key"),
        ("stripe.issuing.Card.create", Kind.EFFECT, "idempotency_key"),
        ("stripe.Charge.create_async", Kind.EFFECT, "idempotency_key"),
        ("stripe.StripeClient.v1.payment_intents.create", Kind.EFFECT, "options.idempotency_key"),
        ("stripe.StripeClient.v1.customers.update", Kind.SET, "options.idempotency_key"),
        ("stripe.Customer.retrieve", Kind.READ, None),
        ("twilio.rest.Client.messages.create", Kind.EFFECT, None),
        ("smtplib.SMTP.send_message", Kind.EFFECT, None),
        ("slack_sdk.WebClient.chat_postMessage", Kind.EFFECT, None),
        ("slack_sdk.WebClient.chat_update", Kind.SET, None),
        ("redis.Redis.incr", Kind.WRITE, None),
        ("redis.Redis.set", Kind.SET, None),
        ("redis.Redis.get", Kind.READ, None),
        ("psycopg2.Connection.execute", Kind.WRITE, None),
        ("pymongo.MongoClient.shop.orders.insert_one", Kind.CREATE, None),
        ("kafka.KafkaProducer.send", Kind.EFFECT, None),
    ],
)
def test_says_what_a_call_does(dotted: str, kind: Kind, token: str | None) -> None:
    """The kind of a call and where its idempotency key goes."""
    found = known(dotted)
    assert (found.role, found.kind, found.token) == ("call", kind, token)


@pytest.mark.parametrize(
    ("constructor", "method"),
    [
        ("requests.Session", "post"),
        ("httpx.AsyncClient", "post"),
        ("aiohttp.ClientSession", "post"),
        ("urllib3.PoolManager", "request"),
        ("http.client.HTTPSConnection", "request"),
        ("smtplib.SMTP_SSL", "sendmail"),
        ("redis.StrictRedis", "lpush"),
        ("stripe.StripeClient", "charges.create"),
        ("twilio.rest.Client", "calls.create"),
        ("sendgrid.SendGridAPIClient", "send"),
        ("slack_sdk.WebClient", "chat_postMessage"),
        ("psycopg2.connect", "execute"),
        ("sqlite3.connect", "execute"),
        ("sqlalchemy.orm.sessionmaker", "add"),
        ("pymongo.MongoClient", "db.things.update_one"),
        ("elasticsearch.Elasticsearch", "index"),
        ("opensearchpy.OpenSearch", "index"),
        ("ftplib.FTP_TLS", "storbinary"),
        ("paramiko.SSHClient", "exec_command"),
        ("niquests.Session", "post"),
        ("requests_futures.sessions.FuturesSession", "post"),
        ("checkout_sdk.CheckoutSdk.builder", "payments.request_payment"),
        ("xero_python.accounting.AccountingApi", "create_invoices"),
        ("redmail.EmailSender", "send"),
        ("plivo.RestClient", "messages.create"),
        ("telebot.TeleBot", "send_message"),
        ("redshift_connector.connect", "execute"),
        ("upstash_redis.Redis", "incr"),
        ("aio_pika.connect_robust", "channel.default_exchange.publish"),
        ("arq.create_pool", "enqueue_job"),
        ("azure.storage.queue.QueueClient.from_connection_string", "send_message"),
        ("azure.cosmos.CosmosClient", "get_container_client.upsert_item"),
        ("google.cloud.storage.Client", "bucket.blob.upload_from_string"),
        ("gitlab.Gitlab", "projects.get.issues.create"),
        ("pyairtable.Api", "table.create"),
        ("asana.TasksApi", "create_task"),
    ],
)
def test_what_a_constructor_makes_has_methods(constructor: str, method: str) -> None:
    """The type of an object leads to what its methods do."""
    made = known(constructor)
    assert made.returns is not None
    assert known(f"{made.returns}.{method}").kind in {Kind.EFFECT, Kind.WRITE, Kind.SET, Kind.CREATE}


def test_says_where_the_method_of_a_request_stands() -> None:
    """A request whose method is an argument is judged by it."""
    assert known("requests.request").http == "*"
    assert known("http.client.HTTPConnection.request").http == "*"
    assert known("urllib.request.urlopen").http == "?"
    assert known("requests.post").http == "POST"


def test_settings_and_conditions_keep_their_name() -> None:
    """What is made of a configuration or condition class is an object of that class, to be looked into later."""
    for dotted in (
        "aws_lambda_powertools.utilities.idempotency.IdempotencyConfig",
        "aws_lambda_powertools.event_handler.APIGatewayHttpResolver",
        "boto3.dynamodb.conditions.Attr",
        "boto3.dynamodb.conditions.Attr.not_exists",
        "botocore.config.Config",
        "dataclasses.field",
    ):
        assert known(dotted).returns == dotted


def test_the_longest_pattern_wins() -> None:
    """A particular entry beats a general one."""
    assert known("numpy.random.rand").role == "random"
    assert known("numpy.array").role == "pure"
    assert known("secrets.compare_digest").role == "pure"
    assert known("stripe.Charge.create").phrase == "charges the customer again"


@pytest.mark.parametrize("dotted", ["mine.module.function", "requests.nonsense", "", "requests", "stripe.create"])
def test_nothing_is_made_up(dotted: str) -> None:
    """A call that no table knows is not known."""
    assert library_call(dotted) is None


def test_every_indexed_table_exists() -> None:
    """A package in the index has a table."""
    index = shelf.toml(Index, "libraries", "index.toml")
    assert set(index.tables) | {"index", "stdlib"} == NAMES


def test_no_package_is_in_two_tables() -> None:
    """A package is looked up in one place."""
    index = shelf.toml(Index, "libraries", "index.toml")
    packages = [package for known in index.tables.values() for package in known]
    assert sorted(packages) == sorted(set(packages))


@pytest.mark.parametrize("table", sorted(NAMES - {"index"}))
def test_every_entry_has_a_source_and_can_be_found(table: str) -> None:
    """Every entry says where it is from, effects say what they do, and no entry lies in a table nobody opens."""
    read = shelf.toml(Table, "libraries", f"{table}.toml")
    for entry in read.calls:
        assert (entry.source or read.source).startswith("https://"), entry
        assert entry.phrase or entry.role != "call", entry
        assert not set(entry.phrase) & set(".,;"), "the phrase stands inside a sentence"
        for owner in entry.of:
            for name in entry.names:
                assert library_call(f"{owner}.{name}".replace("*", "x")) is not None, (owner, name)


STRIPE_EFFECTS = """
    accept acknowledge add_lines advance apply_customer_balance attach_payment cancel_action capture collect_inputs
    collect_payment_method confirm confirm_microdeposits confirm_payment_intent create create_balance_transaction
    create_external_account create_feature create_force_capture create_from_calculation create_funding_instructions
    create_login_link create_person create_refund create_reversal create_source create_tax_id create_unlinked_refund
    credit deauthorize delete_where deliver_card fail fail_card finalize_amount finalize_invoice finalize_quote
    fund_cash_balance increment increment_authorization migrate pay ping post present_payment_method
    process_payment_intent process_setup_intent reactivate recipient_verifications redact refresh_fx_quote
    refresh_recipient_verification refresh_regulatory_receipt refund refund_payment release remove_lines
    report_payment report_payment_attempt report_payment_attempt_canceled report_payment_attempt_failed
    report_payment_attempt_guaranteed report_payment_attempt_informational report_refund respond return_card
    return_inbound_transfer return_outbound_payment return_outbound_transfer reverse send_invoice send_microdeposits
    set_reader_display ship_card submit submit_card succeed succeed_input_collection timeout_input_collection token
    uninstall verify verify_microdeposits
""".split()
STRIPE_SETS = """
    activate approve attach deactivate detach disable disconnect enable mark_as_fraudulent mark_as_safe
    mark_uncollectible modify modify_balance_transaction modify_capability modify_cash_balance
    modify_external_account modify_person modify_refund modify_reversal modify_source pause refresh_account resume
    subscribe unarchive unreject unsubscribe update update_features update_lines validate
""".split()
STRIPE_ENDS = """
    archive cancel close decline delete delete_discount delete_external_account delete_feature delete_person
    delete_source delete_tax_id expire reject void_credit_note void_grant void_invoice
""".split()
STRIPE_KINDS = {
    **dict.fromkeys(STRIPE_EFFECTS, Kind.EFFECT),
    **dict.fromkeys(STRIPE_SETS, Kind.SET),
    **dict.fromkeys(STRIPE_ENDS, Kind.DELETE),
    **dict.fromkeys(("retrieve", "list", "search", "create_preview"), Kind.READ),
}
STRIPE_TOKEN_LESS = frozenset({Kind.DELETE, Kind.READ})


@pytest.mark.parametrize(("method", "kind"), STRIPE_KINDS.items())
@pytest.mark.parametrize("owner", ["stripe.Invoice", "stripe.treasury.OutboundPayment", "stripe.issuing.Card"])
@pytest.mark.parametrize("suffix", ["", "_async"])
def test_every_method_of_stripes_classes(method: str, kind: Kind, owner: str, suffix: str) -> None:
    """The kind goes with the verb, and the key is an argument of its own; deletions take none."""
    found = known(f"{owner}.{method}{suffix}")
    assert (found.kind, found.token) == (kind, None if kind in STRIPE_TOKEN_LESS else "idempotency_key")


@pytest.mark.parametrize(("method", "kind"), STRIPE_KINDS.items())
@pytest.mark.parametrize("owner", ["invoices", "v1.invoices", "v1.treasury.outbound_payments", "v2.core.accounts"])
def test_every_method_of_stripes_client(method: str, kind: Kind, owner: str) -> None:
    """The key of a service's method is one of its options."""
    found = known(f"stripe.StripeClient.{owner}.{method}")
    assert (found.kind, found.token) == (kind, None if kind in STRIPE_TOKEN_LESS else "options.idempotency_key")


@pytest.mark.parametrize("table", sorted(NAMES - {"index"}))
def test_what_repeats_says_so_in_a_sentence(table: str) -> None:
    """The phrase of an effect continues "on the second delivery it …": a verb in the third person, one line."""
    for entry in shelf.toml(Table, "libraries", f"{table}.toml").calls:
        if entry.role == "call" and entry.kind in {Kind.EFFECT, Kind.CREATE, Kind.WRITE}:
            first = entry.phrase.partition(" ")[0]
            assert first.endswith("s"), entry
            assert first == first.lower(), entry
            assert len(entry.phrase) < 50, entry


@pytest.mark.parametrize("service", [*_v1_services._subservices, *_v2_services._subservices])
def test_no_service_of_stripe_is_strange(service: str) -> None:
    """Who asks for a call of stripe is told of a name that it does not have, never of one that it has."""
    assert strange_part(f"stripe.StripeClient.v1.{service}.create") is None
