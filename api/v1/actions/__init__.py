"""Routes, bodies and examples of actions, all made from `domain.reservation.actions.table`."""
