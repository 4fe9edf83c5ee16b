"""Where people look policies up, compare versions and answer."""
