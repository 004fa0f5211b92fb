"""The score language: one bar-synchronous, key-relative code for all that Segue says about music."""
