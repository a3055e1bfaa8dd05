"""The draft of a project: what each file becomes, as YAML."""
