"""The four steps of the stage publish: plan, compute, verify, commit."""
