"""Capability 1: personalised recommendation."""
