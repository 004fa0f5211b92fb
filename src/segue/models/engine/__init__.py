"""Generating with the score model: engines that compute logits, the grammar over them, sampling, bars as they come."""
