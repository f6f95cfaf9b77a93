"""Scripts that run in the environments of others, and print what was read there."""
