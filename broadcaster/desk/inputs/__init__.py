"""The main and the backup input of an event's floor: their rules, and addresses to fetch them."""
