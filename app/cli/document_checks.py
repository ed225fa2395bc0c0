"""Operations in files: taking them out of there, and holding them against the schema, as the service would."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.http.manifest import ManifestError, TrustedOperation, parse_manifest, read_file, sha256_of

if TYPE_CHECKING:
    from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, OperationDefinitionNode

    from app.settings import Settings

IS_JSON: Final = re.compile(rb"\s*\{\s*[\"}]")
"""No GraphQL document begins like this, and every manifest does."""


class Unfit(Exception):
    """A document can't be trusted; the text says why."""


@dataclass(frozen=True, slots=True)
class CheckedOperation(TrustedOperation):
    """An operation that the service would run; `cost` is None where it depends on variables."""

    cost: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """Operations that can be used, and what is wrong with others: each fault is a line."""

    operations: tuple[CheckedOperation, ...]
    faults: tuple[str, ...]


def operations_in(paths: Iterable[Path], settings: "Settings") -> Found:
    """The operations of files, which are manifests or GraphQL documents.

    An operation of a document comes with the fragments it uses, which may stand in another of the files.
    """
    from graphql import GraphQLError, parse

    checker = Checker(settings)
    texts: list[tuple[Path, str]] = []
    documents: list[tuple[Path, DocumentNode]] = []
    faults: list[str] = []
    for path in paths:
        try:
            content = read_file(path)
            if IS_JSON.match(content):
                manifest = parse_manifest(content)
                texts += ((path, text) for text in manifest.texts.values())
                faults += (f"{path}: {fault}." for fault in manifest.faults)
            else:
                documents.append((path, parse(content.decode())))
        except ManifestError as reason:
            faults.append(f"{path}: it {reason}.")
        except UnicodeDecodeError:
            faults.append(f"{path}: it is no text in UTF-8.")
        except GraphQLError as error:
            faults.append(f"{path}: {said(error)}")
    operations: dict[str, CheckedOperation] = {}
    for path, text in (*texts, *_separated(documents, faults)):
        try:
            checked = checker.check(text)
            operations[checked.sha256] = checked
        except Unfit as reason:
            faults.append(f"{path}: {_shown(text)}: {reason}")
    return Found(tuple(operations.values()), tuple(faults))


class Checker:
    """Reads documents by the service's own rules and bounds."""

    def __init__(self, settings: "Settings") -> None:
        from schema import Limits, create_schema
        from schema.operations import Documents

        limits = Limits(cost=settings.max_cost)
        self._schema = create_schema(introspection=settings.introspection, limits=limits)._schema
        self._documents = Documents(introspection=settings.introspection, limits=limits)
        self._most = limits.cost

    def check(self, text: str) -> CheckedOperation:
        """The one operation in a text.

        Raises:
            Unfit: The service wouldn't run it, or there is more than one.
        """
        from graphql import GraphQLError

        try:
            read = self._documents.read(self._schema, text)
        except GraphQLError as error:
            raise Unfit(said(error)) from None
        if read.errors:
            raise Unfit(" ".join(map(said, read.errors)))
        if len(read.costs) != 1:
            raise Unfit("It must hold one operation, and no more.")
        ((name, operation),) = read.costs.items()
        cost = operation.cost if isinstance(operation.cost, int) else None
        if cost is not None and cost > self._most:
            raise Unfit(f"It costs {cost}, and ADGANG_MAX_COST is {self._most}.")
        return CheckedOperation(sha256_of(text), name or "", operation.node.operation.value, text, cost)


def said(error: "GraphQLError") -> str:
    """What is wrong with a document, and where in it."""
    from schema import present

    places = ", ".join(f"line {place.line}, column {place.column}" for place in error.locations or ())
    message: str = present(error, "en", "")["message"]
    return f"{message} ({places})" if places else message


def _separated(documents: "Iterable[tuple[Path, DocumentNode]]", faults: list[str]) -> list[tuple[Path, str]]:
    """A text for each operation of documents, as clients print it."""
    from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, print_ast

    operations: list[tuple[Path, OperationDefinitionNode]] = []
    fragments: dict[str, FragmentDefinitionNode] = {}
    for path, document in documents:
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                operations.append((path, node))
            elif not isinstance(node, FragmentDefinitionNode):
                faults.append(f"{path}: it holds something else than operations and fragments.")
            elif print_ast(fragments.setdefault(node.name.value, node)) != print_ast(node):
                faults.append(f"{path}: there is another fragment {node.name.value}, and it isn't the same.")
    return [
        (path, print_ast(DocumentNode(definitions=(operation, *_used(operation, fragments)))))
        for path, operation in operations
    ]


def _used(
    operation: "OperationDefinitionNode", known: "dict[str, FragmentDefinitionNode]"
) -> "Iterable[FragmentDefinitionNode]":
    """The fragments that an operation uses, and those that these use, in the order in which they are met."""
    from graphql import FragmentSpreadNode, Visitor, visit

    used: dict[str, FragmentDefinitionNode] = {}
    pending: list[OperationDefinitionNode | FragmentDefinitionNode] = [operation]

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            name = node.name.value
            if name in known and name not in used:
                used[name] = known[name]
                pending.append(known[name])

    while pending:
        visit(pending.pop(0), Spreads())
    return used.values()


def _shown(text: str) -> str:
    """How to name a document that is wrong: by its first line that isn't a comment, as far as it can be shown."""
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "an empty text")
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in first[:60])
