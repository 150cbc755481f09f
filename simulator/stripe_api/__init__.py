"""Stand-in for Stripe's HTTP API (v1), spoken to by the real `stripe` package.

Used by the demo, `make up` and the tests; never imported by product code, and it never imports `stripe`.
Start it with `python -m simulator.stripe_api`, or inside a test with `server.running_stripe_api`.
"""
