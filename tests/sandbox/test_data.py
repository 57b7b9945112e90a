"""Loading bundles that other people wrote: good ones whole, bad ones named, none fatal."""

import json
from pathlib import Path

import pytest

from sandbox.data import DataDirectoryError, load_directory

PATIENT = {"resourceType": "Patient", "id": "1", "name": [{"family": "Ibáñez"}]}
SYNTHEA = Path(__file__).parents[3] / "shared" / "real" / "synthea"


def write(folder, name, content):
    text = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    (folder / name).write_bytes(text)


def resources(loaded):
    return [entry["resource"] for entry in loaded.bundle["entry"]]


@pytest.mark.parametrize("kind", ["transaction", "collection", "searchset", "batch"])
def test_a_bundle_comes_back_as_it_was_written(tmp_path, kind):
    bundle = {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [{"fullUrl": "urn:uuid:1", "resource": PATIENT}],
    }
    write(tmp_path, "one.json", bundle)
    (loaded,) = load_directory(tmp_path)
    assert (loaded.name, loaded.bundle, loaded.problems) == ("one.json", bundle, ())


def test_a_single_resource_becomes_a_collection_of_one(tmp_path):
    write(tmp_path, "patient.json", PATIENT)
    (loaded,) = load_directory(tmp_path)
    assert loaded.bundle["type"] == "collection"
    assert resources(loaded) == [PATIENT]


def test_a_bulk_file_keeps_its_good_lines_and_names_the_bad_one(tmp_path):
    line = json.dumps(PATIENT, ensure_ascii=False).encode()
    write(tmp_path, "Patient.ndjson", line + b"\r\n\n{cut off\n" + line)
    (loaded,) = load_directory(tmp_path)
    assert resources(loaded) == [PATIENT, PATIENT]
    assert loaded.problems == ("Patient.ndjson, line 3, was left out: it is not a FHIR resource.",)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is not JSON"),
        (b'{"resourceType": "Bundle", "entry": [', "it is not JSON"),
        (b"<html>Sign in</html>", "it is not JSON"),
        ('{"resourceType": "Patient", "id": "ñ"}'.encode("latin-1"), "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "it is not a FHIR resource"),
        (b"null", "it is not a FHIR resource"),
        (b'{"name": "package.json"}', "it is not a FHIR resource"),
        (b'{"resourceType": 7}', "it is not a FHIR resource"),
        (b'{"resourceType": "Bundle", "entry": {}}', "the entries of its Bundle are not a list"),
    ],
)
def test_a_bad_file_is_named_and_the_others_still_load(tmp_path, content, why):
    write(tmp_path, "bad.json", content)
    write(tmp_path, "good.json", PATIENT)
    bad, good = load_directory(tmp_path)
    assert bad.problems == (f"bad.json was left out: {why}.",)
    assert bad.bundle["entry"] == []
    assert resources(good) == [PATIENT]
    assert not good.problems


def test_accents_in_names_and_contents_and_a_byte_order_mark_survive(tmp_path):
    write(tmp_path, "Adán_Portillo.json", b"\xef\xbb\xbf" + json.dumps(PATIENT, ensure_ascii=False).encode())
    (loaded,) = load_directory(tmp_path)
    assert loaded.name == "Adán_Portillo.json"
    assert resources(loaded)[0]["name"][0]["family"] == "Ibáñez"


def test_files_come_by_name_and_others_are_no_concern_of_ours(tmp_path):
    for name in ["b.json", "a.JSON", ".hidden.json", "notes.txt", "c.ndjson"]:
        write(tmp_path, name, PATIENT)
    assert [loaded.name for loaded in load_directory(tmp_path)] == ["a.JSON", "b.json", "c.ndjson"]


def test_a_folder_that_looks_like_a_file_is_named_not_fatal(tmp_path):
    (tmp_path / "folder.json").mkdir()
    (loaded,) = load_directory(tmp_path)
    assert loaded.problems == ("folder.json was left out: it cannot be opened.",)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_directory_that_is_none_is_said_in_a_sentence(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(DataDirectoryError, match="is not a directory that can be read"):
        load_directory(tmp_path / name)


@pytest.mark.real
@pytest.mark.skipif(not SYNTHEA.is_dir(), reason="../shared/real/synthea is not here")
def test_synthea_bundles_load_whole():
    loaded = load_directory(SYNTHEA)
    assert len(loaded) == len(list(SYNTHEA.glob("*.json"))) > 0
    assert not [problem for each in loaded for problem in each.problems]
    assert all(resources(each)[0]["resourceType"] == "Patient" for each in loaded)
