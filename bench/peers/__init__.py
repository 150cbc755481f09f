"""Other people's OCPP servers, to measure ours beside. What is here starts them; their code is installed by name."""
