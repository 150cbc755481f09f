"""Virtual chargers and a payment stand-in for demos, tests and benchmarks; never imported by product code."""
