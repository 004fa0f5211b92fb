"""Segue: a language model that answers "what comes next?" for music."""

__version__ = "0.1.0"
