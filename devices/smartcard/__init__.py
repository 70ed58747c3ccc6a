"""Operators' cards: what lies in the readers, and what each card is asked."""
