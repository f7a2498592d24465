"""The proof that the local interpreter and the broadcaster need no network."""
