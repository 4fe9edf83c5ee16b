"""`python -m policy_versions` is `policyctl`."""

from policy_versions.cli import main

main()
