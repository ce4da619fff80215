"""Batches of records: what arrives together, and what one failing record makes run again."""
