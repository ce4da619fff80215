"""Runs that do not come from the event source: background work, sagas, durable steps, invocations that are sent again."""
