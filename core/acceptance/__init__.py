"""The ordered gates of one acceptance: pure state, pure rules."""
