"""What we tell others over HTTP: events for whom the operator configured, signed, until they are received."""
