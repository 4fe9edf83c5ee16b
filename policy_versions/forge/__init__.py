"""The forge's edge: comments, labels and commits over the REST interfaces of GitHub and GitLab."""
