"""What crosses a process boundary: messages, views, names of queues, declarations of activities. No implementation."""
