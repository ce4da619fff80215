"""Which retry within a run makes an effect happen twice: one that no claim and no key keeps from it."""

from __future__ import annotations

from lintdem.analyses.failures import BROAD
from lintdem.interpreter.domain import Client, Done
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Claimed, Effect, Event, Retry, Swallowed, Threw
from lintdem.interpreter.written import encloses
from lintdem.model.span import Place


def retry_of(effect: Effect, run: Run, minted: Place | None = None) -> Retry | None:
    """The outermost retry that repeats the effect. `minted` is where its identity is made new, if it is: made
    outside the retry, it is the same in each attempt."""
    for retry in effect.repeated:
        if retry.answers and effect.call.http is None:
            continue
        if minted is not None and not _is_inside(minted, retry, run):
            continue
        if _follows(retry, effect, run) and _comes_back(retry, effect, run) and not _is_claimed_inside(effect, retry, run):
            return retry
    return None


ANSWERS = frozenset({"ClientError"})
"""What boto3 raises when the service has answered: the SDK has sent the request again by itself where that may help."""
BOTO = ANSWERS | {"BotoCoreError", "Boto3Error"}
HTTP = frozenset(
    """
        Timeout RequestException HTTPError ConnectionError ReadTimeout ConnectTimeout URLError RequestError
        HTTPStatusError ChunkedEncodingError SSLError ProxyError MaxRetryError JSONDecodeError ValueError KeyError
        TypeError
    """.split()
)


def _follows(retry: Retry, effect: Effect, run: Run) -> bool:
    """Whether what goes wrong in the effect, or after it, is what the retry follows."""
    if retry.types is None:
        return True
    types = frozenset(retry.types)
    if _fails_with(effect, types - ANSWERS if isinstance(effect.call.target, Client) else types):
        return True
    behind = run.events[next((i for i, e in enumerate(run.events) if e is effect), 0) + 1 :]
    return any(retry in e.repeated and e.place != effect.place and _may_raise(e, types) for e in behind)


def _comes_back(retry: Retry, effect: Effect, run: Run) -> bool:
    """Whether a failure of the effect, or one behind it, leads to the `except` that makes a loop go round again: one that ends in a
    `try` of its own on the way is no failure there."""
    if retry.answers or retry.extent is None or retry.extent not in effect.caught or not _is_eaten(effect, retry.extent, run):
        return True
    done = Done(effect.place, effect.call.name)
    behind = [e for e in run.events if isinstance(e, (Effect, Asked, Threw)) and done in e.may and retry.extent in e.caught]
    return any(e.place != effect.place and not _is_eaten(e, retry.extent, run) for e in behind)


def _is_eaten(event: Effect | Asked | Threw, extent: Place, run: Run) -> bool:
    """Whether the failure of a call ends in a `try` inside another."""
    inside = event.caught[event.caught.index(extent) + 1 :]
    return any(
        isinstance(e, Swallowed) and e.block in inside and any(error.place == event.place for error in e.errors)
        and (e.types is None or not BROAD.isdisjoint(e.types))
        for e in run.events
    )  # fmt: skip


def _may_raise(event: Event, types: frozenset[str]) -> bool:
    if isinstance(event, Threw):
        return not types.isdisjoint(event.names)
    return isinstance(event, (Effect, Asked)) and _fails_with(event, types)


def _fails_with(event: Effect | Asked, types: frozenset[str]) -> bool:
    """Whether a call may raise one of these; classes of the program are raised by the program."""
    foreign = HTTP if isinstance(event.call.target, Client) else BOTO
    return any(name not in foreign and not name.startswith("program:") for name in types)


def _is_inside(place: Place, retry: Retry, run: Run) -> bool:
    return retry in dict(run.minted).get(place, ()) or (not retry.name and encloses(retry.place, place))


def _is_claimed_inside(effect: Effect, retry: Retry, run: Run) -> bool:
    """Whether each attempt asks first, by a claim that the first one has taken."""
    return any(isinstance(e, Claimed) and e.claim in effect.must and retry in e.repeated for e in run.events)
