"""No colour vanishes, whatever background the terminal has."""

from __future__ import annotations

import re

import pytest
from rich.color import Color
from rich.style import Style

from lintdem.cli import run
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


def test_pages_have_the_same_colours_and_no_background(capsys: pytest.CaptureFixture[str]) -> None:
    """`explain` paints no dark blocks on a light terminal, and no words that vanish."""
    assert run(["explain", "LDM402", "--color", "always"]) == 0
    used = set(re.findall(r"\x1b\[([0-9;]*)m", capsys.readouterr().out))
    allowed = {re.sub(r".*color\((\d+)\)", r"38;5;\1", style) for style in STYLES.values()}
    assert {re.sub(r"^(?:[0-9];)*(?=38;5;)", "", one) for one in used if "38;5;" in one} <= allowed
    assert {one for one in used if "38;5;" not in one} <= {"0", "1", "3", "4", "1;4", "9", "2"}
