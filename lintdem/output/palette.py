"""The colours of reports: such as are told from a black and from a white background.

Which background a terminal has cannot be asked for reliably, and the sixteen named colours are what each theme makes of
them: yellow vanishes on white, blue on black. So these are fixed colours of the table of 256, of middle brightness,
which terminals with fewer colours replace by their nearest.
"""

from __future__ import annotations

from lintdem.model.finding import Level

ERROR = "bold color(160)"
WARNING = "bold color(130)"
NOTE = "bold color(30)"
FRAME = "color(32)"
LABEL = "bold color(32)"
PLACE = "color(31)"
MEND = "bold color(28)"
GOOD = "color(28)"
DOUBT = "color(130)"
SOFT = "color(244)"

LEVEL = {Level.ERROR: ERROR, Level.WARNING: WARNING, Level.NOTE: NOTE}
"""How a level is written, and what is underlined at that level."""
