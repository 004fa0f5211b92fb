"""How a score model is made: pieces of corpora become windows of tokens, and a decoder learns what comes next."""
