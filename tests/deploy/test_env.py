# SPDX-License-Identifier: EUPL-1.2
"""`make env` makes secrets once, for their owner's eyes, and never changes one."""

import re
from base64 import urlsafe_b64decode
from pathlib import Path

from tests.deploy.composed import env_file, write_env


def test_secrets_are_random_and_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    write_env(first)
    write_env(second)
    assert first.stat().st_mode & 0o777 == 0o600
    one, two = env_file(first), env_file(second)
    secret = {name for name in one if re.search(r"_(PASSWORD|KEY|SECRET)$", name)}
    assert len({one[name] for name in secret} | {two[name] for name in secret}) == 2 * len(secret)
    for name in secret - {"AIRFLOW_FERNET_KEY"}:
        assert re.fullmatch(r"[0-9a-f]{64}", one[name]), name
    assert len(urlsafe_b64decode(one["AIRFLOW_FERNET_KEY"])) == 32


def test_what_is_there_is_kept_and_what_is_new_is_added(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nINBOX_FOLDER=/mnt/scans\nSTORE_ADMIN_PASSWORD=kept\n")
    file.chmod(0o644)
    assert "more values" in write_env(file)
    assert file.stat().st_mode & 0o777 == 0o600
    values = env_file(file)
    assert values["INBOX_FOLDER"] == "/mnt/scans"
    assert {values["STORE_ADMIN_PASSWORD"]} == {"kept"}
    assert len(values["INDEX_ADMIN_PASSWORD"]) == 64
    before = file.read_bytes()
    assert before.startswith(b"# mine\n")
    assert "has everything" in write_env(file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
