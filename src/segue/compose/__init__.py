"""Composing with a musician in charge: every verb takes music and wishes, and gives several offers, each with reasons."""
