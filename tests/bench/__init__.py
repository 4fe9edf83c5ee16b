"""Ratios against the limits of the same run; `make bench`, never part of the tests."""
