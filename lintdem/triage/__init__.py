"""From findings to a report: what is selected, how loud it is, what is suppressed, in which order.

`levels`   which rules are on, and the level the user wants;
`suppress` findings silenced by a comment, and comments that silence nothing;
`order`    one finding for one fault, in one order, each with its own identity;
`report`   all of it together;
`recent`   what is new or touched since a revision;
`run`      the codes of the run itself (9xx), which no rule pack holds.
"""

from lintdem.triage.levels import Selection, is_on_by_default, validate
from lintdem.triage.recent import since
from lintdem.triage.report import Known, fails, is_whole, triage
from lintdem.triage.run import ABOUT_COMMENTS, FATAL, RUN_CODES, RunCode

__all__ = [
    "ABOUT_COMMENTS",
    "FATAL",
    "RUN_CODES",
    "Known",
    "RunCode",
    "Selection",
    "fails",
    "is_on_by_default",
    "is_whole",
    "since",
    "triage",
    "validate",
]
