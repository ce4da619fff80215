"""No colour vanishes, whatever background the terminal has."""

from __future__ import annotations

import pytest
from rich.color import Color
from rich.style import Style

from lintdem.output import palette

STYLES = {name: value for name, value in vars(palette).items() if name.isupper() and isinstance(value, str)}


def brightness(color: Color) -> float:
    """The relative luminance of WCAG: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [part / 255 for part in color.get_truecolor()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("name", sorted(STYLES))
def test_every_colour_is_told_from_black_and_from_white(name: str) -> None:
    """The contrast is more than the 3 to 1 that WCAG asks for what is no running text, on both."""
    color = Style.parse(STYLES[name]).color
    assert color is not None
    own = brightness(color)
    assert 1.05 / (own + 0.05) >= 3.7
    assert (own + 0.05) / 0.05 >= 3.7


def test_the_palette_is_what_is_measured() -> None:
    """The colours stand in the module as texts."""
    assert {"ERROR", "WARNING", "NOTE", "FRAME", "PLACE", "SOFT"} <= set(STYLES)
