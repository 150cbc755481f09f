"""Sites, pools, connectors, holds and the terms in force."""
