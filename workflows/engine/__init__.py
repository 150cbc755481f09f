"""How workflows run, whatever they are about: loop, steps, timers, compensations, options."""
