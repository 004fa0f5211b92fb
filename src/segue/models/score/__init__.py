"""The score model: a decoder-only transformer over the tokens of the score language."""
