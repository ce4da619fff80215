"""Handlers are run abstractly: what each statement, expression and call may do, on values of which only so much is known.

`engine` puts the parts together: `domain` is what a value may be, `flow` what is known at one point, `machine` the state of a
run, `trace` what the run did, in order; `statements`, `expressions` and `calling` give Python its meaning, `library` asks what a
call outside of the program does. `libraries`, `dynamodb` and `sql` know single libraries and languages. Nothing here reads a
file or parses Python, and nothing judges: what a second run does is asked in `lintdem.analyses`.
"""
