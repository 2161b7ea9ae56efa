"""Files are written whole or not at all, earlier ones are moved out of the way, and one too many ends no work."""

import csv
import errno
import warnings
from pathlib import Path

import numpy as np
import pytest

from seminar_gan import files


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with files.whole(path) as part:
        part.write_text("first", encoding="utf-8")
        assert not path.exists()
    with pytest.raises(OSError, match="disk full"), files.whole(path) as part:
        part.write_text("sec", encoding="utf-8")
        raise OSError("disk full")
    assert path.read_text(encoding="utf-8") == "first"
    assert list(path.parent.iterdir()) == [path]


def test_text_is_utf_8_with_line_feeds_and_json_can_be_read_back(tmp_path):
    files.write_text(tmp_path / "text", "Größe\n")
    assert (tmp_path / "text").read_bytes() == b"Gr\xc3\xb6\xc3\x9fe\n"
    files.write_json(tmp_path / "json", {"steps": [1, 2]})
    assert (tmp_path / "json").read_bytes().replace(b"\n", b"").replace(b" ", b"") == b'{"steps":[1,2]}'


def test_earlier_files_are_set_aside_under_the_next_free_number(tmp_path, capsys):
    for content in ("one", "two"):
        (tmp_path / "history.csv").write_text(content)
        files.set_aside([tmp_path / "history.csv", tmp_path / "missing.csv"])
    assert [(tmp_path / f"earlier_{n}" / "history.csv").read_text() for n in (1, 2)] == ["one", "two"]
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["earlier_1", "earlier_2"]


def test_nothing_to_set_aside_makes_no_folder(tmp_path, capsys):
    files.set_aside([])
    files.set_aside([tmp_path / "missing.csv"])
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().out == ""


def test_files_are_set_aside_together_or_not_at_all(tmp_path, monkeypatch):
    """Open in another program, a file cannot be moved on Windows; nor is it replaced later, as if it had been."""
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_text(path.name)
    rename = Path.rename

    def refuse_c(path, target):
        if path.name == "c":
            raise PermissionError(13, "in use")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_c)
    with pytest.raises(PermissionError, match="in use"):
        files.set_aside(paths)
    assert sorted(tmp_path.iterdir()) == paths and [path.read_text() for path in paths] == list("abc")


# Files that may be missing


def test_a_side_file_that_cannot_be_written_gives_one_sentence(tmp_path):
    (tmp_path / "figures").write_text("a file where the folder would be")
    path = tmp_path / "figures" / "loss.txt"
    with pytest.warns(UserWarning) as told, files.optional(path, "give another folder", stacklevel=3):
        files.write_text(path, "loss")
    (told,) = told
    assert str(told.message) == (
        f"{path.as_posix()} was not written (File exists: {path.parent}), and the work goes on without it; "
        "give another folder"
    )
    assert told.filename == __file__
    with files.optional(path):  # no warning
        files.write_text(tmp_path / "other.txt", "loss")


def test_on_a_full_disk_the_sentence_ends_otherwise():
    sentence = r"^a\.csv was not written \(No space left\), .*; make room on that disk$"
    with pytest.warns(UserWarning, match=sentence), files.optional("a.csv", "close it elsewhere"):
        raise OSError(errno.ENOSPC, "No space left")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError])
def test_only_what_the_disk_refuses_is_passed_over(error):
    with pytest.raises(error), files.optional("loss.txt"):
        raise error


def test_a_file_that_is_written_again_and_again_is_told_of_once_until_it_succeeds():
    told = []

    def write(works):
        with warnings.catch_warnings(record=True) as caught, files.optional("history.csv", told=told):
            warnings.simplefilter("always")
            if not works:
                raise OSError(28, "No space left on device")
        return len(caught)

    assert [write(works) for works in (True, False, False, True, False)] == [0, 1, 0, 0, 1]


# Numbers for spreadsheets


def test_a_table_is_one_for_programs_or_one_for_german_spreadsheets(tmp_path):
    columns = {"step": [1, 2], "loss": [0.5, 1e-7], "mean": np.float32([0.1, 1.5]), "name": ["a;b", "v1.5, Größe"]}
    files.write_csv(tmp_path / "english.csv", columns)
    files.write_csv(tmp_path / "german.csv", columns, decimal=",")
    english = (tmp_path / "english.csv").read_bytes()
    assert english == 'step,loss,mean,name\r\n1,0.5,0.1,a;b\r\n2,1e-07,1.5,"v1.5, Größe"\r\n'.encode()
    german = (tmp_path / "german.csv").read_bytes()
    assert german == b"\xef\xbb\xbf" + 'step;loss;mean;name\r\n1;0,5;0,1;"a;b"\r\n2;1e-07;1,5;v1.5, Größe\r\n'.encode()
    with open(tmp_path / "german.csv", encoding="utf-8-sig", newline="") as file:
        assert [row["loss"] for row in csv.DictReader(file, delimiter=";")] == ["0,5", "1e-07"]
