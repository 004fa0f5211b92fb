"""Sound: a score played by a synthesiser of our own, or by a SoundFont of the user's."""
