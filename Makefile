# Everything runs in .venv, which the first target that needs it builds from requirements.lock.
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo docs test test-launch test-times check lock bench quality soak

demo: $(READY)
	$(BIN)/cdi demo

test: $(READY)
	$(BIN)/pytest -m "not launch" --junitxml .venv/test.xml

# Tests that start clusters, servers and streams, kill processes, or run long histories.
test-launch: $(READY)
	$(BIN)/pytest -m launch --junitxml .venv/test-launch.xml

# All tests, then the table of the longest tests.
test-times: test test-launch
	$(BIN)/python -m tests.longest .venv/test.xml .venv/test-launch.xml

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.audit

# Renews the hashes of the packages that requirements.lock names, and what Databricks installs of them; to change a
# version, write it there first. Databricks' runtime brings the packages that are left out.
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate
RUNTIME := numpy pandas pyarrow scipy scikit-learn joblib threadpoolctl python-dateutil pytz tzdata
lock: $(READY)
	$(LOCK) requirements.lock --no-deps --universal --python-version 3.11 -o requirements.lock
	$(LOCK) pyproject.toml -c requirements.lock --python-version 3.12 --python-platform linux \
		$(addprefix --no-emit-package ,$(RUNTIME)) -o conf/databricks/requirements.txt

# Compares the time of scoring with Splink, of components with GraphFrames, and of small changes with full runs.
# CDI_HISTORICAL=DIR adds the historical people.
bench: $(READY)
	$(BIN)/pytest -o addopts="-q --import-mode=importlib" tests/benchmarks -s

# Measures linkage on many kinds of data beside a stock Splink model, and writes docs/quality.md; takes hours.
# CDI_HISTORICAL=DIR adds the historical people.
quality: $(READY)
	$(BIN)/python -m tests.benchmarks.quality

# The pages of docs/ that are made from code.
docs: $(READY)
	$(BIN)/python -m docs.generate

# Kills runs and streams at their writes, tries hundreds of histories and thousands of odd rows and texts, and runs the
# demo at full size.
soak: $(READY)
	CDI_ANY_ROWS_EXAMPLES=30 $(BIN)/pytest -o addopts="-q --import-mode=importlib" --hypothesis-profile default tests/soak tests/connectors/test_any_rows.py tests/standardise/values/test_any_text.py -s

# Also writes spark-defaults.conf, so that .venv/bin/spark-submit starts Spark with the jars and settings of `cdi`.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	mkdir -p $$($(BIN)/python -c "import pyspark; print(pyspark.__path__[0])")/conf
	$(BIN)/python -m cdi_spark.spark.session > .venv/spark-defaults.conf
	mv .venv/spark-defaults.conf $$($(BIN)/python -c "import pyspark; print(pyspark.__path__[0])")/conf/
	touch $(READY)
