"""What the desk answers, as JSON: rows and views to the models of `api.v1.schemas`."""
