"""Fixes as edits of places of the model: tokens, conditions, guards, answers, made of what is in scope."""
