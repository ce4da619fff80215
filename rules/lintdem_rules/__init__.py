"""The built-in rules of lintdem: one module and one page each."""
