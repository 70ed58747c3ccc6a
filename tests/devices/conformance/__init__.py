"""One suite for every driver: what a lane must survive, and come back from by itself."""
