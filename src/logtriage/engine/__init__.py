"""Where shards run: this process or a pool of processes."""
