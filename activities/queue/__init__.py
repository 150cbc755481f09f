"""The waiting list: what became free is held for the first whom it serves, until they answer or their time is up."""
