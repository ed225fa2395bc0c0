"""What can be wrong with the arguments of a field."""

from enum import StrEnum


class ArgumentFault(StrEnum):
    """How an argument can be wrong."""

    OUT_OF_RANGE = "out of range"
    NOT_TOGETHER = "not together with another"
    MALFORMED = "malformed"
    UNKNOWN_ID = "no id of the type asked for"


class ArgumentError(Exception):
    """An argument that no state of the database could make right. The message names it and never quotes its value."""

    def __init__(self, argument: str, fault: ArgumentFault) -> None:
        super().__init__(f"{argument}: {fault}")
        self.argument = argument
        self.fault = fault
