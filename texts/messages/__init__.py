"""What is sent to people: words and templates of messages."""
