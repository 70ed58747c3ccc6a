"""The one owner of live state: commands in, events out.  One thread does all of it, and all writes."""
