"""Songs, listens, where they come from and the store that keeps them."""
