"""One hub per channel variant: one subscription, a short backlog, many listeners."""
