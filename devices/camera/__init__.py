"""Pictures of papers without a chip: a scanner's or a camera's files, read into memory and removed."""
