"""The same rule for Fixit."""

import libcst as cst
import libcst.matchers as m
from fixit import LintRule


class SendWithoutDeduplication(LintRule):
    """A message that is sent without a deduplication id."""

    MESSAGE = "this message is sent once more by every delivery"

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        """Look at one call."""
        sends = m.matches(node.func, m.Attribute(attr=m.Name("send_message")))
        named = any(arg.keyword is not None and arg.keyword.value == "MessageDeduplicationId" for arg in node.args)
        if sends and not named:
            self.report(node)
