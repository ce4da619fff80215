"""What the template makes of a handler: its functions, alarms, and where failures go."""
