"""What keeps content true and the site alive: attention, links, reminders, health, chores."""
