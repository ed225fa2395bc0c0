"""What must be so of the settings for hashing passwords: strong enough, and not more than the machine can take."""

import os
from typing import Final

ARGON2_FLOORS: Final = ((47104, 1), (19456, 2), (12288, 3), (9216, 4), (7168, 5))
"""The weakest argon2id that is accepted, as (KiB, passes): OWASP's Password Storage Cheat Sheet."""


def require_strong(memory_kib: int, passes: int, lanes: int, max_cost_mib: int) -> None:
    """Lets parameters for new hashes pass that are above the floor, possible, and verified again later.

    Raises:
        ValueError: They aren't. It names the variables.
    """
    if not any(memory_kib >= least and passes >= times for least, times in ARGON2_FLOORS):
        accepted = ", ".join(f"{least} with {times}" for least, times in ARGON2_FLOORS)
        raise ValueError(
            f"ADGANG_ARGON2_MEMORY_KIB and ADGANG_ARGON2_TIME_COST are below OWASP's floor for argon2id: "
            f"the least memory (KiB) with passes is {accepted}."
        )
    if memory_kib < 8 * lanes:
        raise ValueError("ADGANG_ARGON2_MEMORY_KIB must be at least 8 times ADGANG_ARGON2_PARALLELISM.")
    if memory_kib * passes > max_cost_mib * 1024:
        raise ValueError(
            "ADGANG_HASH_MAX_COST must be at least what a new hash costs, ADGANG_ARGON2_MEMORY_KIB / 1024 times "
            "ADGANG_ARGON2_TIME_COST: nobody could log in."
        )


def require_affordable(memory_kib: int, threads: int, workers: int = 1) -> None:
    """Lets as many hashes at once pass as fit into half of the machine's memory; else log-ins could end the service.

    Raises:
        ValueError: They don't. It names the variables.
    """
    wanted, machine = memory_kib * threads * workers, machine_kib()
    if machine is not None and wanted > machine // 2:
        of_workers = f", for {workers} workers," if workers > 1 else ""
        raise ValueError(
            f"ADGANG_HASH_THREADS times ADGANG_ARGON2_MEMORY_KIB{of_workers} is {wanted // 1024} MiB, "
            f"more than half of this machine's memory ({machine // 1024} MiB): lower one of them."
        )


def machine_kib() -> int | None:
    """The memory of the machine, None where the system doesn't tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1024
    except (AttributeError, ValueError, OSError):
        return None
