"""The only place where a workflow touches the world."""
