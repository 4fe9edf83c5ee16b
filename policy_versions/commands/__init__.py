"""The sub-commands of `policyctl` that belong to this package; each module is loaded on demand."""
