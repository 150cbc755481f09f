"""The whole of Slotkeeper on this machine: embedded servers, our processes, and the order they start in."""
