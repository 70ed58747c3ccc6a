"""The identity-card reader with a SAM module: frames, codes, the text record, the session, the lane."""
