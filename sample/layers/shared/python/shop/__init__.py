"""What the functions of the shop share."""
