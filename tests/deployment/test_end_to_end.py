# SPDX-License-Identifier: EUPL-1.2
"""The whole command line on real servers: from a drop to a restored archive, by settings alone."""

import shutil
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from arhivar.settings import load_settings
from search.elastic_index import ElasticAddress
from tests.binders import make_binder, text_pages
from tests.deployment.conftest import drop_indices
from tests.deployment.machine import Machine, hits

pytestmark = pytest.mark.services


def test_a_town_on_servers_from_its_first_binder_to_its_restore(variables: dict[str, str], tmp_path: Path) -> None:
    one = Machine({**variables, "ARHIVAR_REPLICA": str(tmp_path / "replica")})
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    assert one.ask("init")["new"]
    assert not one.ask("init")["new"]
    make_binder(inbox, "mic", text_pages(2), description={"reference_code": "S/1"})
    make_binder(inbox, "alt", text_pages(1, "construire"), description={"reference_code": "S/3"})
    one.run("ingest", str(inbox))
    assert not (tmp_path / "home" / "store").exists()
    assert not (tmp_path / "home" / "catalogue.sqlite").exists()
    assert not (tmp_path / "home" / "index").exists()
    before = {words: hits(one, words) for words in ("hotararea", "construire", "pagina numarul 2")}
    assert before["hotararea"]
    assert ("S/1", 2) in before["pagina numarul 2"]
    one.run("verify")
    one.run("replicate", "--init")
    assert "S/1" in one.run("status", "S/1")
    one.run("report")
    one.run("rebuild", "--index-only")
    assert {words: hits(one, words) for words in before} == before
    copies = tmp_path / "copies"
    copies.mkdir()
    backup = one.ask("backup", str(copies), "--with-keys")
    assert backup["manifest"]["units"] == 2
    make_binder(inbox, "dupa", text_pages(1, "registrul"), description={"reference_code": "S/2"})
    one.run("ingest", str(inbox))  # after the backup: it comes back from the store

    url = make_url(variables["ARHIVAR_CATALOGUE"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    settings = load_settings(variables)
    assert settings.index is not None
    assert settings.index_api_key is not None
    drop_indices(
        ElasticAddress(
            settings.index, settings.index_api_key.get_secret_value(), settings.index_ca_file, settings.index_prefix
        )
    )
    shutil.rmtree(tmp_path / "home")

    another = Machine({**one.variables, "ARHIVAR_HOME": str(tmp_path / "other-home")})
    (tmp_path / "other-home").mkdir()
    restored = another.ask("restore", str(copies))
    assert restored["rebuilt"]["added"]["ingests"] == 1
    assert restored["keys"] == ["audit.pem"]
    another.run("verify", expected=1)  # the audit's records after the backup are lost, and it says so
    assert {words: [hit for hit in hits(another, words) if hit[0] != "S/2"] for words in before} == before
    assert hits(another, "registrul") == [("S/2", 1)]


def test_a_restored_catalogue_takes_the_others_place_and_keeps_its_audit(
    variables: dict[str, str], tmp_path: Path
) -> None:
    one = Machine(variables)
    inbox = tmp_path / "inbox"
    one.run("init")
    make_binder(inbox, "mic", text_pages(1), description={"reference_code": "S/1"})
    one.run("ingest", str(inbox))
    copies = tmp_path / "copies"
    copies.mkdir()
    one.run("backup", str(copies))
    make_binder(inbox, "dupa", text_pages(1, "registrul"), description={"reference_code": "S/2"})
    one.run("ingest", str(inbox))
    report = one.ask("restore", str(copies), "--replace")
    assert report["audit"]["carried"] > 0
    assert "SCHEMA" in report["aside"]
    one.run("verify")
    assert hits(one, "registrul") == [("S/2", 1)]


def test_a_sample_binder_is_found_page_by_page(variables: dict[str, str], sample_binder: Path, tmp_path: Path) -> None:
    one = Machine(variables)
    shutil.copytree(sample_binder, tmp_path / "inbox" / sample_binder.name)
    (tmp_path / "inbox" / sample_binder.name / "_READY").touch()
    one.run("init")
    one.run("ingest", str(tmp_path / "inbox"))
    one.run("verify")
    assert hits(one, "autorizatie")
