"""One hub per channel variant: one subscription, and an outlet for each transport."""
