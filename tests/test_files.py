"""Files are written whole or not at all, and earlier ones are moved out of the way."""

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
