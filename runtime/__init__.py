"""What every process needs to run: settings, logging, clients, the embedded stack and the command line."""
