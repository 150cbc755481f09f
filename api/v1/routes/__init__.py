"""Routes by collection. They read a request, ask the desk, and show its answer."""
