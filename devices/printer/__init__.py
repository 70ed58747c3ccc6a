"""Label printing: a page as a 1-bit picture, TSPL around it, and the lane that sends it once."""
