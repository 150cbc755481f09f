"""What must hold once everything has healed: evidence is read once, then each invariant is a pure function of it."""
