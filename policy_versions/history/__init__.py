"""Policies as git holds them: the only package that talks to git, and it never writes what it did not stage itself."""

from policy_versions.history.listing import decode, find, in_force, latest, since, text, versions
from policy_versions.history.repository import Repository, Tag

__all__ = ["Repository", "Tag", "decode", "find", "in_force", "latest", "since", "text", "versions"]
