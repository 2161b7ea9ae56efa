"""What is read from a page that has run."""

from seminar_gan.commands.run.execute import claims_of, statements_of, tail


def test_claims_are_read_from_tagged_cells_alone(tmp_path):
    path = tmp_path / "page.ipynb"
    path.write_text(
        """{"cells": [
        {"cell_type": "code", "source": "", "metadata": {}, "outputs": [{"text": "PASS  not a claim"}]},
        {"cell_type": "code", "source": "", "metadata": {"tags": ["claims"]}, "outputs": [
            {"text": ["PASS  one\\n", "said: PASS\\n", "FAIL  two\\n", "PASSED\\n"]},
            {"data": {"text/plain": ["PASS  three"]}}, {"ename": "E"}]}]}"""
    )
    assert claims_of(path) == ["PASS  one", "FAIL  two", "PASS  three"]
    assert claims_of(tmp_path / "missing.ipynb") == []


def test_statements_are_counted_in_tagged_cells_alone(tmp_path):
    path = tmp_path / "page.ipynb"
    path.write_text(
        """{"cells": [
        {"cell_type": "code", "source": "holds('not a statement', True)", "metadata": {}, "outputs": []},
        {"cell_type": "code", "source": ["sg.claims.holds('a', 1 < 2)\\n", "sg.claims.holds('b', 2 < 1)"],
         "metadata": {"tags": ["check"]}, "outputs": [{"text": ["With your settings this no longer holds: b\\n"]}]}]}"""
    )
    assert statements_of(path) == (2, ["b"])
    assert statements_of(tmp_path / "missing.ipynb") == (0, [])


def test_the_end_of_an_error_has_no_colours_and_no_empty_lines():
    assert tail("first\n\x1b[31mred\x1b[0m\n\nlast  \n", lines=2) == "red\nlast"
