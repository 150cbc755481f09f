"""What is sent to people by the channels that this installation has: the last step of being told."""
