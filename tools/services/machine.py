# SPDX-License-Identifier: EUPL-1.2
"""A machine for one program, as far as the kernel can make one: a name, processes of its own, folders it cannot see.

``python -m tools.services.machine NAME [HIDDEN ...] -- PROGRAM [ARGUMENT ...]``, started by `command`. SIGTERM goes to
the program alone, which ends as it sees fit; when it has ended, or the machine is killed, nothing of it is left.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from tools.services.server import need_program

_ADVICE = "install util-linux"


def command(name: str, hidden: Sequence[str], program: Sequence[str]) -> list[str]:
    """How the program is started on a machine of this name, where the hidden folders are empty. Raises ServiceError.

    Whoever is not root needs a kernel that lets users make namespaces.
    """
    words = [need_program("unshare", _ADVICE), "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        words.append("--map-root-user")
    return [*words, sys.executable, "-m", "tools.services.machine", name, *hidden, "--", *program]


def main(argv: Sequence[str]) -> int:
    """Run the program as the machine's first process; its exit code."""
    split = argv.index("--")
    name, *hidden = argv[:split]
    socket.sethostname(name)
    for folder in hidden:
        options = ["-o", "ro,size=4k,mode=0555"]
        subprocess.run([need_program("mount", _ADVICE), "-t", "tmpfs", *options, "hidden", folder], check=True)
    program = subprocess.Popen(argv[split + 1 :], start_new_session=True)

    def pass_on(number: int, _: FrameType | None) -> None:
        os.kill(program.pid, number)

    signal.signal(signal.SIGTERM, pass_on)
    while True:
        ended, status = os.wait()  # also of those that lost their parent: the first process is everyone's
        if ended == program.pid:
            return os.waitstatus_to_exitcode(status) % 256


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
