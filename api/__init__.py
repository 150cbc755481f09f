"""The HTTP face: routes, schemas, authentication and errors."""
