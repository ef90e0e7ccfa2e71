"""Network namespaces: made, wired, entered and removed."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

CLONE_NEWNET: Final = 0x4000_0000
NAMES: Final = Path("/run/netns")
FILES: Final = Path("/etc/netns")
"""`ip netns exec` shows a namespace's programs the files of its folder here as those of /etc."""


class CannotBuild(Exception):
    """A tool refused something; the message has its words."""


def run(*command: str, given: str = "") -> str:
    """Answers what it printed. Raises CannotBuild."""
    ended = subprocess.run(command, input=given, capture_output=True, text=True)
    if ended.returncode:
        raise CannotBuild(f"{' '.join(command)}: {ended.stderr.strip()}")
    return ended.stdout


def inside(namespace: str) -> tuple[str, ...]:
    """What comes before a command that runs in there; it is replaced by the command, so pid and signals are its own."""
    return ("ip", "netns", "exec", namespace)


def ip(namespace: str, *lines: str) -> None:
    """Several commands of iproute2 at once, without the leading `ip`."""
    run("ip", "-n", namespace, "-batch", "-", given="\n".join(lines) + "\n")


def nft(namespace: str, program: str) -> str:
    return run(*inside(namespace), "nft", "-f", "-", given=program)


def set_kernel(namespace: str, **values: int) -> None:
    """Kernel settings below /proc/sys/net, dots written as two underscores."""
    lines = [f"echo {value} > /proc/sys/net/{name.replace('__', '/')}" for name, value in values.items()]
    run(*inside(namespace), "sh", "-ec", "\n".join(lines))


def add(namespace: str) -> None:
    run("ip", "netns", "add", namespace)
    # Nobody has our addresses; looking whether they have them takes two seconds, in which IPv6 does not work.
    set_kernel(namespace, ipv6__conf__default__dad_transmits=0, ipv6__conf__all__dad_transmits=0)
    ip(namespace, "link set lo up")


def remove(namespace: str) -> None:
    """Whatever of it is still there; its interfaces go with it."""
    subprocess.run(["ip", "netns", "del", namespace], capture_output=True)
    shutil.rmtree(FILES / namespace, ignore_errors=True)


def write_file(namespace: str, name: str, text: str) -> None:
    """What programs started in there see as /etc/NAME."""
    (FILES / namespace).mkdir(parents=True, exist_ok=True)
    (FILES / namespace / name).write_text(text)


def names() -> Iterable[str]:
    return sorted(path.name for path in NAMES.iterdir()) if NAMES.is_dir() else []


def pids(namespace: str) -> list[int]:
    """The processes that run in there."""
    return [int(pid) for pid in run("ip", "netns", "pids", namespace).split()]


def cable(one: str, interface: str, other: str, other_interface: str) -> None:
    """Connects two namespaces."""
    ip(one, f"link add {interface} type veth peer name {other_interface} netns {other}", f"link set {interface} up")
    ip(other, f"link set {other_interface} up")


def enter(namespace: str) -> None:
    """Moves the calling thread; sockets it makes from now on belong there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with (NAMES / namespace).open() as file:
        if libc.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {namespace}")


def why_not() -> str | None:
    """Why this system cannot build a laboratory; None when it can."""
    if os.geteuid() != 0:
        return "the NAT laboratory needs root"
    if missing := [tool for tool in ("ip", "nft") if shutil.which(tool) is None]:
        return f"the NAT laboratory needs {' and '.join(missing)}: scripts/ensure-nat-lab"
    trial = f"casemate-lab-{os.getpid()}-trial"
    try:
        add(trial)
        ip(trial, "link add lan type bridge", "link add one type veth peer name two")
        nft(
            trial,
            "table inet trial { chain out { type nat hook postrouting priority 100; masquerade fully-random; }; }",
        )
        set_kernel(trial, ipv4__ip_forward=1)
    except CannotBuild as error:
        return f"the NAT laboratory cannot be built here: {error}"
    finally:
        remove(trial)
    return None
