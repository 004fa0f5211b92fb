"""A small world with a known truth: real artists, simulated listeners.

The facts about artists in `artists.tsv` are real. The listeners are not: every one of them is drawn from a seed, and so
is every listen. Because their tastes are known, a recommender can be scored against the truth (docs/demo-world.md).
"""
