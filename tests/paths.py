"""Where the repository's files are, from whatever folder a test is in."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
CONF = ROOT / "conf"
DEMO = CONF / "demo"
PERSON_MODEL = ROOT / "cdi_spark" / "linkage" / "model" / "person.yml"
