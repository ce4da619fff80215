"""Late events: ages that are never asked, asked too late, or told by the wrong clock."""
