"""Independent parts, written from the documents, that check ours."""
