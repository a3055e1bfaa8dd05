"""New files belong to their user alone, and Spark's temporary files lie in a folder that a later start empties."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdi_spark.errors import ConfigError, SetupError
from cdi_spark.spark.private_files import private_local_dirs, restrict_new_files


@pytest.fixture(autouse=True)
def _same_umask_afterwards() -> Iterator[None]:
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("shell", "given", "wanted"),
    [
        (0o022, "", "077"),
        (0o002, "", "077"),
        (0o177, "", "177"),
        (0o022, "007", "007"),
        (0o077, "0027", "027"),
    ],
)
def test_new_files_are_their_users_alone_unless_a_group_is_asked_for(
    shell: int, given: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDI_UMASK", given)
    os.umask(shell)
    assert restrict_new_files() == wanted
    (tmp_path / "page.html").write_text("x")
    assert mode(tmp_path / "page.html") == 0o666 & ~int(wanted, 8)


@pytest.mark.parametrize("given", ["group", "700", "8", "77", "0o77", "-77", "0777"])
def test_a_umask_that_is_none_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_UMASK", given)
    with pytest.raises(ConfigError, match=r"CDI_UMASK is .* such as 077"):
        restrict_new_files()


HOLDER = """
import sys
from cdi_spark.spark.private_files import private_local_dirs
print(private_local_dirs(sys.argv[1]), flush=True)
if sys.argv[2] == "wait":
    sys.stdin.read()
"""


def started(parent: Path, then: str) -> tuple[subprocess.Popen[str], Path]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(parent), then],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    return holder, Path(holder.stdout.readline().strip())


def test_a_start_deletes_what_a_killed_process_left_and_nothing_of_one_that_runs(tmp_path: Path) -> None:
    killed, left = started(tmp_path, "wait")
    running, used = started(tmp_path, "wait")
    for folder in (left, used):
        (folder / "blockmgr" / "00").mkdir(parents=True)
        (folder / "blockmgr" / "00" / "shuffle_0_0_0.data").write_text("a customer")
    killed.kill()
    killed.wait()
    assert left.exists()
    own = Path(private_local_dirs(str(tmp_path)))
    assert not left.exists()
    assert (used / "blockmgr" / "00" / "shuffle_0_0_0.data").exists()
    assert mode(own) == mode(own.parent) == 0o700
    running.communicate()
    assert not used.exists()


def test_every_folder_that_is_given_gets_a_private_one(tmp_path: Path) -> None:
    given = [tmp_path / "one", tmp_path / "two"]
    made = private_local_dirs(", ".join(map(str, given))).split(",")
    assert [Path(folder).parent.parent for folder in made] == given


def test_a_folder_of_ours_that_others_could_read_is_closed(tmp_path: Path) -> None:
    own = tmp_path / f"cdi_spark-{os.getuid()}"
    own.mkdir()
    own.chmod(0o777)
    private_local_dirs(str(tmp_path))
    assert mode(own) == 0o700


@pytest.mark.parametrize("is_link", [True, False])
def test_a_place_that_somebody_else_prepared_is_refused(is_link: bool, tmp_path: Path) -> None:
    own, elsewhere = tmp_path / f"cdi_spark-{os.getuid()}", tmp_path / "elsewhere"
    elsewhere.mkdir()
    if is_link:
        own.symlink_to(elsewhere)
    else:
        own.write_text("")
    with pytest.raises(SetupError, match=r"cdi_spark-\d+: .* set SPARK_LOCAL_DIRS|Set SPARK_LOCAL_DIRS"):
        private_local_dirs(str(tmp_path))
    assert not list(elsewhere.iterdir())
