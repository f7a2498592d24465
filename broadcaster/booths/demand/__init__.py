"""The booths that an event needs now, their orders and their cost."""
