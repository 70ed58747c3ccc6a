"""Identity documents: kinds, number checks, names, masking."""
