"""What `wutong doctor` looks at, by where it lies."""
