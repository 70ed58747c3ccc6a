"""Who may do what: roles, the one table of rights, and what stands in the way of a log-in."""
