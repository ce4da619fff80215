"""SQL as programs put it together and send it: what a statement changes, and what it claims."""
