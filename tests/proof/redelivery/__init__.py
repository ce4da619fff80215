"""Delivering the same thing twice, in a pretend AWS account, and looking at what that changed outside of the function.

A proof is a function that gets a `World` in which the files of an example lie ready: it sets up what they expect, delivers an
event the way its source would, delivers it again, and returns the harm in words, or nothing where there is none. The calls of
AWS go to moto or to small stand-ins that honour client tokens as the services do; requests go nowhere and are counted. Every
proof runs in a process of its own.
"""

from redelivery.account import Killed
from redelivery.events import again, api, eventbridge, redriven, s3, schedule, sns, sqs, stream
from redelivery.world import Context, World

__all__ = [
    "Context",
    "Killed",
    "World",
    "again",
    "api",
    "eventbridge",
    "redriven",
    "s3",
    "schedule",
    "sns",
    "sqs",
    "stream",
]
