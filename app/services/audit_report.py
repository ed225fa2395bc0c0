"""What verifying the audit can find, and says of it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What can be wrong with the audit; the value is the sentence that says so."""

    CHANGED = "event {seq} of lane {lane} was changed"
    PERSON_CHANGED = "the names in event {seq} of lane {lane} were changed"
    MISSING = "event {seq} of lane {lane} is missing"
    TAIL_CUT = "lane {lane} ends before event {seq}: its newest events were deleted"
    HEAD_CHANGED = "the head of lane {lane} is not its last event, {seq}"
    STRAY = "event {seq} of lane {lane} belongs to no chain"
    UNKEYED = "event {seq} of lane {lane} has a digest without a key, behind events that have one"
    UNKEYED_LATER = "event {seq} of lane {lane} has a digest without a key, later than a checkpoint that has one"
    KEY_NEEDED = "event {seq} of lane {lane} can only be verified with ADGANG_AUDIT_KEY"
    CHECKPOINT_MISSING = "checkpoint {seq} is missing"
    CHECKPOINT_CHANGED = "checkpoint {seq} was changed"
    CHECKPOINT_UNKEYED = "checkpoint {seq} has a digest without a key, behind checkpoints that have one"
    CHECKPOINT_KEY_NEEDED = "checkpoint {seq} can only be verified with ADGANG_AUDIT_KEY"
    BEGINNING_UNKNOWN = "the first {seq} events are gone, and no event that is left says that they were cut"
    OTHER_CHECKPOINT = "checkpoint {seq} does not have the digest that was given"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault and where it is: the number of an event in its lane, or of a checkpoint."""

    fault: Fault
    seq: int
    lane: int | None = None

    def __str__(self) -> str:
        return self.fault.value.format(seq=self.seq, lane=self.lane)


@dataclass(slots=True)
class Report:
    """What verifying found: the first broken event of each lane, and how much was looked at.

    Attributes:
        pruned: How many events have been cut off the audit's old end, by what it says itself.
    """

    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    checkpoints: int = 0
    unkeyed: int = 0
    erased: int = 0
    pruned: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.findings

    def add(self, fault: Fault, seq: int, lane: int | None = None) -> None:
        self.findings.append(Finding(fault, seq, lane))

    def broken(self, lane: int) -> bool:
        """Whether something is known to be wrong in this lane already."""
        return any(finding.lane == lane for finding in self.findings)
