"""Translate between the browser and one use case, never decide."""
