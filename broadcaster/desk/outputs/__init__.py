"""Caption outputs on the desk: added, shown with their state, tried and removed."""
