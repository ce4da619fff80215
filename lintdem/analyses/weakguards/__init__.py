"""Guards that are there and do not hold: keys that are absent or coarse, records that end too soon or never, guards of
Powertools that are set up wrongly."""
