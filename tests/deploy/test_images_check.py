# SPDX-License-Identifier: EUPL-1.2
"""`make images-check` runs a service with all that the compose file takes from it, and says why it cannot go on.

The engine here is `echo`, which says what it is asked to do; with a real one, `make images-check` is the test.
"""

from typing import Any

import pytest

from tools.images.__main__ import IMAGES, SERVICES, main
from tools.images.confined import Composed
from tools.images.engine import Engine, ImagesError, find_engine
from tools.images.files import bases
from tools.images.stand_in import _release


@pytest.fixture
def echoed(compose: dict[str, Any]) -> Composed:
    images = {service["image"]: f"built-{name}" for name, service in compose["services"].items()}
    return Composed(Engine("echo"), compose["services"], images, "check")


def test_a_service_gets_the_rights_mounts_and_limits_that_the_compose_file_gives_it(echoed: Composed) -> None:
    said = echoed.run("dag-processor", ["true"]).split()
    assert said[:2] == ["run", "--rm"]
    assert said[-1] == "true"
    confined = {"--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges:true"}
    limited = {"--memory=1g", "--tmpfs=/tmp:size=256m,mode=1777"}
    mounted = {"--volume=check-home:/var/lib/arhivar", "--volume=check-keys:/run/arhivar:ro"}
    assert confined | limited | mounted <= set(said)
    assert not [word for word in said if word.startswith(("--user", "--cap-add", "--entrypoint", "--privileged"))]
    assert "--env=ARHIVAR_STORE=s3://arhivar" in said


def test_root_and_its_few_rights_are_for_certificates_alone(echoed: Composed) -> None:
    said = echoed.run("certificates", []).split()
    assert {"--user=0:0", "--cap-drop=ALL", "--cap-add=CHOWN", "--read-only"} <= set(said)
    assert "--entrypoint=/opt/arhivar/deploy/tls/certificates.sh" in said
    assert said[-1] == "/tls"


def test_folders_of_the_machine_are_mounted_where_the_service_looks(echoed: Composed) -> None:
    said = echoed.run("arhivar", ["status"], environment={}).split()
    assert "--volume=/srv/scans/inbox:/srv/inbox" in said
    assert said[-2:] == ["arhivar", "status"]
    assert not [word for word in said if word.startswith("--env")]


def test_a_program_may_take_the_place_of_the_entry_point(echoed: Composed) -> None:
    said = echoed.run("api", ["-c", "true"], environment={}, program="sh").split()
    assert "--entrypoint=sh" in said
    assert said[-2:] == ["-c", "true"]
    assert {"--read-only", "--cap-drop=ALL", "--memory=2g"} <= set(said)


def test_each_image_is_checked_in_the_place_of_the_one_that_the_compose_file_names(compose: dict[str, Any]) -> None:
    ours = {name for name, one in compose["services"].items() if "build" in one}
    named = {compose["services"][service]["image"] for service in SERVICES.values()}
    assert {compose["services"][name]["image"] for name in ours} == named
    assert IMAGES.keys() == SERVICES.keys()


def test_bases_are_what_a_containerfile_takes_from_elsewhere() -> None:
    assert bases("deploy/pipeline/Containerfile") == ["debian:12.12-slim"]
    assert bases("deploy/api/Containerfile") == ["debian:12.12-slim"]
    assert [base.split(":")[0] for base in bases("deploy/minio/Containerfile")] == ["golang", "debian"]


def test_a_stand_in_is_of_the_release_that_the_base_is_of() -> None:
    assert _release("debian", "12.12-slim") == "bookworm"
    assert _release("golang", "1.26.8-bookworm") == "bookworm"
    with pytest.raises(ImagesError, match="alpine:3"):
        _release("alpine", "3.21")


def test_what_an_engine_refuses_is_told_with_its_last_words() -> None:
    with pytest.raises(ImagesError, match="such-image"):
        Engine("cat").call("such-image")
    assert not Engine("cat").has("such-image")


def test_without_an_engine_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARHIVAR_IMAGES_ENGINE", "no-such-engine")
    with pytest.raises(ImagesError, match="no-such-engine"):
        find_engine()
    assert main(["build", "minio"]) == 1
    assert "apt-get install podman" in capsys.readouterr().err
