"""What every request meets: page memory, middleware, headers, logs."""
