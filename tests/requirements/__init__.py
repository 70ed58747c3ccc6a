"""Which tests prove which row of the requirement table: markers on tests, a page made from them, proofs."""
