"""The organizer's rules for the main and the backup input of an event's floor."""
