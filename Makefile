# Everything runs in .venv, which the first target that needs it builds from requirements.lock.
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo docs test test-launch test-times check bench soak

demo: $(READY)
	$(BIN)/cdi demo

test: $(READY)
	$(BIN)/pytest -m "not launch" --junitxml .venv/test.xml

# Clusters, Connect, Thrift, streams, kills and long histories.
test-launch: $(READY)
	$(BIN)/pytest -m launch --junitxml .venv/test-launch.xml

# Both, then the table of the longest tests in CONTRIBUTING.
test-times: test test-launch
	$(BIN)/python -m tests.longest .venv/test.xml .venv/test-launch.xml

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Times scoring against Splink, components against GraphFrames, and small changes against full runs; prints ratios.
# CDI_HISTORICAL=DIR: the historical people too.
bench: $(READY)
	$(BIN)/pytest -o addopts="-q --import-mode=importlib" tests/benchmarks -s

# The pages of docs/ that are made from code.
docs: $(READY)
	$(BIN)/python -m docs.generate

# Runs and streams killed at their writes; histories by the hundred, odd rows and texts by the thousand; the demo at
# full size.
soak: $(READY)
	CDI_ANY_ROWS_EXAMPLES=30 $(BIN)/pytest -o addopts="-q --import-mode=importlib" --hypothesis-profile default tests/soak tests/connectors/test_any_rows.py tests/standardise/values/test_any_text.py -s

# Afterwards plain .venv/bin/spark-submit starts the same Spark as `cdi`: same jars, same settings.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	mkdir -p $$($(BIN)/python -c "import pyspark; print(pyspark.__path__[0])")/conf
	$(BIN)/python -m cdi_spark.spark.session > .venv/spark-defaults.conf
	mv .venv/spark-defaults.conf $$($(BIN)/python -c "import pyspark; print(pyspark.__path__[0])")/conf/
	touch $(READY)
