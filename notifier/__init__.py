"""Tell people what changes for them, ask them where the law says so, and keep proof of both."""
