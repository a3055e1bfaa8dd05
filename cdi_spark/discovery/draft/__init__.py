"""The draft of a project: what each source file becomes."""
