"""Policies in git: what changed between two versions, and what that means for the people concerned."""

__version__ = "0.1.0"
