"""Nothing that was reported done is lost, whatever is killed, refused or done at once.

Child processes come from a fork server that has imported the package once, so that each costs
milliseconds and none inherits threads.
"""

import datetime as dt
import errno
import io
import itertools
import multiprocessing
import os
import random
import shutil
import signal
import time

import pandas as pd
import pytest

from pandas_mi.catalog import Catalog
from pandas_mi.errors import CatalogError, DatasetNotFoundError

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
KILLS = 300 if THOROUGH else 20
WRITERS, APPENDS = (8, 25) if THOROUGH else (4, 10)
ROWS = 50
NOW = dt.timedelta(0)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills and limits are those of POSIX")

PROCESSES = multiprocessing.get_context("forkserver") if os.name != "nt" else None
if PROCESSES is not None:
    PROCESSES.set_forkserver_preload(["pandas_mi.catalog", "pyarrow.parquet", "pytest", __name__])

# The system calls that change the disk: everything that publishing does goes through these.
CALLS = [(os, "mkdir"), (io, "open"), (os, "fsync"), (os, "utime"), (os, "link"), (os, "unlink")]


def rows(batch):
    return pd.DataFrame({"batch": [batch] * ROWS, "row": range(ROWS), "text": f"of {batch}"})


@pytest.fixture
def catalog(tmp_path):
    held = Catalog(tmp_path / "store")
    held.create_project("p")
    return held


def on_each_call(monkeypatch, do):
    """Do something before each call that changes the disk; return the names called so far."""
    called = []

    def preceded(name, original):
        def call(*args, **kwargs):
            if name == "open" and "x" not in args[1]:  # only looks
                return original(*args, **kwargs)
            called.append(name)
            do(len(called) - 1)
            return original(*args, **kwargs)

        return call

    for module, name in CALLS:
        monkeypatch.setattr(module, name, preceded(name, getattr(module, name)))
    return called


def files_of(catalog):
    held = (path for path in catalog.root.rglob("*") if path.is_file())
    return sorted(path.name for path in held if path.name != ".project.json")


def assert_no_orphan(catalog):
    """After a vacuum there is exactly what the newest version names."""
    catalog.vacuum(keep=NOW)
    newest = catalog.newest("p", "d")
    manifest = f"{newest.number:08}.json"
    assert files_of(catalog) == sorted([manifest, *(one.name for one in newest.files)])


def batches(frame):
    """The batches that a frame holds, each of them whole and in order, or an AssertionError."""
    held = list(dict.fromkeys(frame["batch"]))
    expected = pd.concat([rows(batch) for batch in held], ignore_index=True)
    pd.testing.assert_frame_equal(frame, expected)
    return held


# ------------------------------------------------------------------------------- killed


def upload(catalog, mode, batch):
    if mode == "delete":
        catalog.delete("p", "d")
    else:
        catalog.upload("p", rows(batch), "d", mode=mode)


def upload_and_die(root, mode, number):
    """Be killed before the call of this number; finish when there are not so many."""
    with pytest.MonkeyPatch.context() as patch:
        on_each_call(patch, lambda n: os.kill(os.getpid(), signal.SIGKILL) if n == number else None)
        upload(Catalog(root), mode, 1)


def died(target, *args):
    """Run a child; return whether it was killed."""
    child = PROCESSES.Process(target=target, args=args)
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


@pytest.mark.parametrize("mode", ["error", "append", "overwrite", "delete"])
def test_a_kill_at_any_step_leaves_one_whole_version(catalog, mode):
    old, new = {
        "error": (None, [1]),
        "append": ([0], [0, 1]),
        "overwrite": ([0], [1]),
        "delete": ([0], None),
    }[mode]
    for number in itertools.count():
        begin_with(catalog, old)
        killed = died(upload_and_die, catalog.root, mode, number)
        held = newest_batches(catalog)
        assert held in (old, new)
        if held is not None:
            assert_no_orphan(catalog)
        upload(catalog, "overwrite", 2)  # whatever is left is in nobody's way
        assert newest_batches(catalog) == [2]
        if not killed:
            break
    assert number == {"error": 15, "append": 12, "overwrite": 12, "delete": 5}[mode]


def begin_with(catalog, old):
    shutil.rmtree(catalog.root / "p" / "d", ignore_errors=True)
    if old is not None:
        upload(catalog, "error", 0)


def newest_batches(catalog):
    try:
        return batches(catalog.newest("p", "d").read())
    except DatasetNotFoundError:
        return None


def append_forever(root, first, done):
    catalog = Catalog(root)
    for batch in itertools.count(first):
        catalog.upload("p", rows(batch), "d", mode="append")
        done.send(batch)


def overwrite_forever(root, first, done):
    catalog = Catalog(root)
    for batch in itertools.count(first):
        catalog.upload("p", rows(batch), "d", mode="overwrite")
        done.send(batch)


@pytest.mark.parametrize("work", [append_forever, overwrite_forever])
def test_kills_at_random_moments_lose_nothing(catalog, work):
    randomly = random.Random(work.__name__)
    first = 0
    for kill in range(KILLS // 2):
        if kill % 10 == 0:  # begin anew, for reading takes longer with every append
            begin_with(catalog, None)
            first = 0
        reported, held = work_until_killed(catalog, work, first, randomly.uniform(0, 0.05))
        if work is append_forever:
            assert held == [*range(held[-1] + 1)]
        assert held[-1] in (reported[-1], reported[-1] + 1)
        first = held[-1] + 1
    assert_no_orphan(catalog)


def work_until_killed(catalog, work, first, seconds):
    """Let a child work for a while, reading all the time; return what it reported, and the rest."""
    reports, send = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=work, args=(catalog.root, first, send))
    child.start()
    send.close()
    reported = [reports.recv()]  # the child has begun
    end = time.monotonic() + seconds
    seen = reported[0]
    while time.monotonic() < end:
        last = newest_batches(catalog)[-1]
        assert last >= seen
        seen = last
    child.kill()
    child.join()
    while True:
        try:
            reported.append(reports.recv())
        except EOFError:
            return reported, newest_batches(catalog)


# -------------------------------------------------------------------------------- at once


def append_some(root, writer, count):
    catalog = Catalog(root)
    for number in range(count):
        catalog.upload("p", rows(writer * 1000 + number), "d", mode="append")


def read_until(root, finished, problems):
    catalog = Catalog(root)
    seen = 0
    while not finished.is_set():
        held = batches(catalog.newest("p", "d").read())
        if len(held) < seen:
            problems.put(f"{seen} batches, and then {len(held)}")
        seen = len(held)
    problems.put(None)


def test_writers_and_readers_at_once_lose_and_repeat_nothing(catalog):
    upload(catalog, "error", 0)
    finished, problems = PROCESSES.Event(), PROCESSES.Queue()
    writers = [
        PROCESSES.Process(target=append_some, args=(catalog.root, writer, APPENDS))
        for writer in range(1, WRITERS + 1)
    ]
    readers = [
        PROCESSES.Process(target=read_until, args=(catalog.root, finished, problems))
        for _ in range(4)
    ]
    for child in writers + readers:
        child.start()
    for child in writers:
        child.join()
    finished.set()
    assert [problems.get(timeout=60) for _ in readers] == [None] * 4
    for child in readers:
        child.join()
    assert {child.exitcode for child in writers + readers} == {0}
    held = batches(catalog.newest("p", "d").read())
    expected = [w * 1000 + n for w in range(1, WRITERS + 1) for n in range(APPENDS)]
    assert sorted(held) == [0, *expected]
    for writer in range(1, WRITERS + 1):  # each writer's rows stand in the order it wrote them
        assert [b for b in held if b // 1000 == writer] == expected[
            (writer - 1) * APPENDS : writer * APPENDS
        ]
    assert_no_orphan(catalog)


def test_an_overwrite_whose_base_has_changed_refuses(catalog, monkeypatch):
    upload(catalog, "error", 0)

    def append_meanwhile(number):
        monkeypatch.undo()
        upload(catalog, "append", 1)

    on_each_call(monkeypatch, append_meanwhile)
    with pytest.raises(CatalogError, match="'d' changed while it was being overwritten"):
        upload(catalog, "overwrite", 2)
    assert newest_batches(catalog) == [0, 1]
    assert_no_orphan(catalog)


def test_a_delete_that_loses_the_race_deletes_what_was_published(catalog, monkeypatch):
    upload(catalog, "error", 0)

    def append_meanwhile(number):
        monkeypatch.undo()
        upload(catalog, "append", 1)

    on_each_call(monkeypatch, append_meanwhile)
    upload(catalog, "delete", None)
    assert newest_batches(catalog) is None
    assert [one.rows for one in map(catalog_version(catalog), (1, 2))] == [ROWS, 2 * ROWS]


def catalog_version(catalog):
    return lambda number: catalog.version("p", "d", number)


def test_a_project_is_not_deleted_under_an_upload_that_got_through(catalog, monkeypatch):
    def upload_meanwhile(*args):
        monkeypatch.undo()
        upload(catalog, "error", 0)
        os.rename(*args)  # noqa: PTH104

    monkeypatch.setattr(os, "rename", upload_meanwhile)
    with pytest.raises(CatalogError, match="still holds datasets: 'd'"):
        catalog.delete_project("p")
    assert newest_batches(catalog) == [0]


# -------------------------------------------------------------------------------- refused


@pytest.mark.parametrize("mode", ["error", "append", "overwrite", "delete"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS], ids=errno.errorcode.get)
def test_an_error_of_any_system_call_leaves_the_old_version(catalog, mode, code, monkeypatch):
    old = None if mode == "error" else [0]

    def fail(at):
        def failing(number):
            if number == at:
                raise OSError(code, os.strerror(code))

        return failing

    for at in itertools.count():
        begin_with(catalog, old)
        with monkeypatch.context() as patch:
            called = on_each_call(patch, fail(at))
            try:
                upload(catalog, mode, 1)
            except CatalogError as error:
                assert os.strerror(code) in str(error)  # noqa: PT017
                published = "link" in called[:at]
                assert (newest_batches(catalog) == old) is not published
            else:
                # Only the removal of a temporary file may fail without anyone being told.
                assert at >= len(called) or called[at] == "unlink"
        if at >= len(called):
            break
    assert at > 4


def upload_with_small_files(root, answer):
    import resource  # not on Windows, where no test starts this process

    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    frame = pd.DataFrame({"x": [random.random() for _ in range(10_000)]})
    try:
        Catalog(root).upload("p", frame, "d", mode="overwrite")
    except CatalogError as error:
        answer.put(str(error))


def test_a_file_that_the_system_cuts_short_is_told_and_left_out(catalog):
    upload(catalog, "error", 0)
    before = files_of(catalog)
    answer = PROCESSES.Queue()
    child = PROCESSES.Process(target=upload_with_small_files, args=(catalog.root, answer))
    child.start()
    said = answer.get(timeout=60)
    child.join()
    assert said == (
        "cannot upload dataset 'd': [Errno 27] File too large; what was there before is unchanged"
    )
    assert files_of(catalog) == before
    assert newest_batches(catalog) == [0]


def test_an_interrupt_while_writing_leaves_no_file(catalog):
    def interrupted():
        yield rows(1)
        raise KeyboardInterrupt

    import pyarrow as pa

    schema = pa.Schema.from_pandas(rows(1))
    stream = (pa.RecordBatch.from_pandas(frame, schema=schema) for frame in interrupted())
    with pytest.raises(KeyboardInterrupt):
        catalog.upload("p", pa.RecordBatchReader.from_batches(schema, stream), "d")
    assert files_of(catalog) == []
