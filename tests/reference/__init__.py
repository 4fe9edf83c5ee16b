"""The reference of the rules, made from the rules and the examples of the tests: `python -m tests.reference`."""
