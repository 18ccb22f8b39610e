"""Notebooks as values: read, validate, release and assemble; nothing here runs code."""
