"""Composing with a musician in charge: each verb takes music and wishes, and gives several offers with reasons."""
