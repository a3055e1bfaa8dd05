"""A project's conf folder as typed objects; an unknown key is an error that names file and line."""

from cdi_spark.config.customers import Segment, State
from cdi_spark.config.linkage import CannotLink, Linkage, LinkRule, MustLink
from cdi_spark.config.loading import load_project
from cdi_spark.config.project import Log, Project, ProjectFile, packaged_person_model
from cdi_spark.config.sources import Emit, Expectation, Quality, Source
from cdi_spark.config.survivorship import Attribute, Rule, Survivorship, ValueRule

__all__ = [
    "Attribute",
    "CannotLink",
    "Emit",
    "Expectation",
    "LinkRule",
    "Linkage",
    "Log",
    "MustLink",
    "Project",
    "ProjectFile",
    "Quality",
    "Rule",
    "Segment",
    "Source",
    "State",
    "Survivorship",
    "ValueRule",
    "load_project",
    "packaged_person_model",
]
