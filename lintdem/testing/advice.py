"""Which rule covers which advice: what articles and AWS's own guidance ask for, and the rules that look whether it is done.

Kept as data beside the index; a code that no rule has is an error, so that the guide cannot fall behind the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lintdem.errors import UsageError


@dataclass(frozen=True)
class Source:
    """Somebody who gives advice: `title`, the `address` where it is public guidance of AWS, and what is asked for, each
    with the rules that look at it. Advice without a rule says why in its own words."""

    title: str
    address: str
    advice: tuple[tuple[str, str], ...]


_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/"
_BUILDERS = "https://aws.amazon.com/builders-library/"
_SQS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
_DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"

ARTICLES = (
    Source("Late retries that act on stale state", "", (
        ("compare the event's time or version before acting", "401 404 405 407"),
        ("measure an age whole, in one unit, and from the event's own clock", "402 403 406"),
        ("make writes conditional on what they replace", "301 302 303"),
        ("do not let an old event undo a newer one", "301 407"),
        ("keep records of what was done, and let them expire later than the last retry", "307 308 507 707"),
        ("limit how long and how often an event is retried", "704 708"),
        ("look at the age of what a redrive brings back", "702"),
        ("watch the age of events", "709 805"),
        ("re-send dead letters only behind a guard", "702 806"),
    )),
    Source("Retries that double what a function does", "", (
        ("give every operation an identity that survives the retry", "102 103 202"),
        ("do not charge, send or publish twice", "101 103 104"),
        ("take the identity from the event, not from the attempt", "102 202 203"),
        ("separate the steps, and make each repeatable by itself", "524 801"),
        ("keep what was done outside of the process", "505"),
    )),
    Source("Duplicate invocations and where their ids come from", "", (
        ("know which id of a source survives which redelivery", "201 202 203"),
        ("record the id with a condition before the work", "301 501 502"),
        ("put the name of the operation into the key", "204 523"),
        ("give the record an expiry", "307 308 707"),
        ("use a ready-made guard, in the right way", "511 512 513 514 515 516 517 518 519 521 522"),
    )),
    Source("Failures, duplicates and work that is half done", "", (
        ("use business keys", "201 206 208 209"),
        ("record that work begins, that it is done, and what becomes of a run that died", "503 504 508"),
        ("let a run that finds the work done end quietly", "109 304 305"),
        ("take back what cannot be completed, once", "801 802"),
        ("send what fails for good to a dead-letter queue, and watch it", "602 701 703"),
        ("carry a correlation id along", "803 804"),
    )),
    Source("At-least-once delivery, measured", "", (
        ("expect duplicates of what was delivered once and succeeded", "101 104 105"),
        ("pass client tokens where infrastructure is created", "103 202"),
        ("name what is created after the event", "102 109"),
        ("hold on to what a stack has created, whichever request asks for it", "106"),
        ("hold the SDK back from sending a slow call again", "603 604"),
    )),
)  # fmt: skip
"""The articles that the project started from, by their topic."""

AWS = (
    Source("Lambda: make functions idempotent", "https://repost.aws/knowledge-center/lambda-function-idempotent", (
        ("take a unique attribute of the event as the key", "201 202 203 205 206"),
        ("look it up before the work, atomically", "301 501 502 506"),
        ("keep the record long enough", "306 507"),
    )),
    Source("Lambda: execution environments and retries", f"{_LAMBDA}invocation-retries.html", (
        ("keep nothing in memory that later events rely on", "107 505"),
        ("finish the work before the handler returns", "605"),
        ("expect an asynchronous event up to six hours late and three times", "401 701 704"),
        ("know that a caller may invoke again", "604"),
    )),
    Source("SQS: the visibility timeout", f"{_SQS}sqs-visibility-timeout.html", (
        ("set it to six times the function's timeout", "705"),
        ("delete a message only when the work is done", "607"),
        ("keep dead letters longer than the queue keeps messages", "702"),
        ("give FIFO queues deduplication ids of the business", "202 710"),
    )),
    Source("Lambda with SQS: partial batch responses", f"{_LAMBDA}services-sqs-errorhandling.html", (
        ("report the records that failed, in the template and in the code", "601 706"),
        ("do not swallow the failure of a record", "602 606"),
        ("work on every record of a batch", "208"),
    )),
    Source("EventBridge: retry policy and dead-letter queues",
           "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html", (
        ("set the maximum age and attempts", "704"),
        ("give targets and functions a dead-letter queue or destination", "701 703"),
        ("look at FailedEntryCount", "606"),
        ("do not take the event's id for the id of the fact: a replay and a second send have another", "201"),
    )),
    Source("DynamoDB: condition expressions", f"{_DYNAMODB}Expressions.ConditionExpressions.html", (
        ("create only what is not there", "301 501"),
        ("let the condition say what the write changes", "302 303 309"),
        ("handle the failed condition as an answer", "304 305"),
        ("count and append behind a condition", "104"),
        ("do not rely on the token of a transaction for longer than ten minutes", "306"),
    )),
    Source("DynamoDB: time to live", f"{_DYNAMODB}TTL.html", (
        ("give records an expiry in seconds", "307 308"),
        ("do not take deletion for the expiry: compare it", "308"),
        ("switch it on for the table", "707"),
        ("allow the function what its guard does to the table", "711"),
    )),
    Source("Step Functions: retries, names and task tokens",
           "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html", (
        ("name an execution after the event", "102 109"),
        ("make tasks that are retried repeatable", "101 103 104"),
        ("undo in order what a failed step leaves, each step once", "801 802"),
    )),
    Source("Powertools: idempotency", "https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/", (
        ("choose the part of the payload that is the key", "203 205 209"),
        ("validate the payload under a known key", "520"),
        ("register the Lambda context", "519"),
        ("guard a record, not a batch", "513"),
        ("use one store for one guard", "511 512 523"),
        ("name the right argument, and pass it by keyword", "514 515"),
        ("return what JSON can hold, and raise what failed", "517 518"),
        ("keep one effect in one guard", "524"),
    )),
    Source("Lambda durable functions: best practices", f"{_LAMBDA}durable-best-practices.html", (
        ("put effects into steps", "531"),
        ("put times, ids and random values into steps", "532"),
        ("choose at-most-once for a step that must not repeat, or give it a key", "533"),
    )),
    Source("Builders' Library: making retries safe with idempotent APIs", f"{_BUILDERS}making-retries-safe-with-idempotent-APIs/", (
        ("send a client token made from the intent", "103 202 207"),
        ("answer a duplicate like the first request", "109 304"),
        ("record the token and the change together", "502 503"),
        ("tell distinct requests apart", "204 206"),
    )),
    Source("Builders' Library: timeouts, retries and backoff with jitter",
           f"{_BUILDERS}timeouts-retries-and-backoff-with-jitter/", (
        ("retry only what is safe to repeat", "603"),
        ("set timeouts that fit the call", "604"),
        ("retry in one place, and limit it", "604 708"),
    )),
)  # fmt: skip
"""What AWS says in its documentation and in the Builders' Library."""


def guide(codes: Collection[str], pages: dict[str, str]) -> Iterator[str]:
    """The guide in Markdown; `pages` are the pages of the rules by their codes."""
    yield "## Which rule covers which advice\n"
    for heading, sources in (("The articles the project started from", ARTICLES), ("AWS's own guidance", AWS)):
        yield f"### {heading}\n"
        for source in sources:
            yield f"**[{source.title}]({source.address})**\n" if source.address else f"**{source.title}**\n"
            yield "\n".join(f"- {text}: {_linked(numbers, source.title, codes, pages)}" for text, numbers in source.advice) + "\n"


def _linked(numbers: str, title: str, codes: Collection[str], pages: dict[str, str]) -> str:
    """The rules of an advice, linked to their pages."""
    named = [f"LDM{number}" for number in numbers.split()]
    for code in named:
        if code not in codes:
            raise UsageError(f'the advice of "{title}" names {code}, which no rule has')
    return ", ".join(f"[{code}]({pages[code]})" for code in named)
