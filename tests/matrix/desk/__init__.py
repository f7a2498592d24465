"""Every state of the organizer's pages, looked at in all sizes, themes and by keyboard."""
