"""Headquarters: ingest of journals, enrolment, operators, marks, its own fold, backup."""
