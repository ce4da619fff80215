"""Which rules a run has: those of lintdem and of the packs that its settings name."""

from __future__ import annotations

from pathlib import Path

from lintdem.config import Config
from lintdem.errors import UsageError
from lintdem.packs import packages_of
from lintdem.rule import Rule, load_rules
from lintdem.triage import Known, validate


def rules_of(packs: tuple[str, ...], config: Config, closed: tuple[Path, ...]) -> tuple[Rule, ...]:
    """The rules of the packs and of the configured ones; a pack that cannot be had is told with its line."""
    rules = load_rules(packs)
    loaded = list(packs)
    for pack in config.plugins:
        try:
            loaded += packages_of(pack, closed)
            rules = load_rules(loaded)
        except UsageError as error:
            raise UsageError(f"{config.origin('plugins', pack)}: plugins: {pack}: {error}") from error
    validate(config, Known(rules).names)
    return rules
