"""Run the classifier over every change of real histories: `python -m tests.sweep [HISTORY ...]`, or `make sweep`."""
