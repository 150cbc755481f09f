"""Routes, one module a collection."""
