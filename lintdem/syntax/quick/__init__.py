"""The same pass over the tree of Python's own parser, which costs a quarter of what it costs over libcst's.

It knows the Python that this interpreter knows, and refuses a whole file (`Refused`) when anything in it could come out other
than over libcst's tree, which stays the measure: a test lowers the standard library both ways.

`places`       where the nodes stand;
`texts`        f-strings, which the tree of Python up to 3.11 has no places for;
`expressions`, `statements`   the pass itself;
`lower`        text to `Module`.
"""
