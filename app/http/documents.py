"""Where an operation's text comes from: the request, or a store in which it is known by its SHA-256.

With a manifest of trusted documents, what is in it runs and nothing else. Without one there are automatic persisted
queries, as Apollo Client and urql send them: a client asks by the hash alone, is told that nobody knows it, sends the
text beside it once, and from then on the hash will do. A hash stands for the text it is the hash of, whoever sends it,
so nobody can put another text in the place of somebody's; who sends ever new texts only has others send theirs again.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from app import refusals
from app.http.answers import Refusal
from app.http.body import Operation, not_supported
from app.http.manifest import ManifestError, read_manifest, sha256_of
from app.settings import Settings
from app.settings_sources import SettingsError

LONGEST_REMEMBERED: Final = 16_384
MOST_BYTES: Final = 4 * 1024 * 1024
"""What the remembered texts of a process take at most."""


class DocumentStore(Protocol):
    """Finds the texts of operations."""

    def found(self, operation: Operation) -> Operation:
        """The operation with its text.

        Raises:
            Refusal: There is none for its hash, the two don't fit together, or it isn't trusted.
        """

    def ran(self, operation: Operation) -> None:
        """Takes note that an operation could be run."""


def document_store(settings: Settings) -> DocumentStore:
    """What the settings ask for.

    Raises:
        SettingsError: The manifest can't be trusted.
    """
    if settings.trusted_documents:
        return TrustedDocuments(trusted_texts(settings.trusted_documents))
    return RememberedDocuments(settings.persisted_queries)


def trusted_texts(path: str) -> Mapping[str, str]:
    """The texts of the manifest that the settings name, by their hashes.

    Raises:
        SettingsError: It can't be read, holds nothing, or an entry of it is wrong.
    """
    variable = "ADGANG_TRUSTED_DOCUMENTS"
    try:
        manifest = read_manifest(Path(path))
    except ManifestError as error:
        raise SettingsError(f"{variable} {error}: {path}") from None
    if manifest.faults:
        raise SettingsError(f"{variable} can't be trusted, {manifest.faults[0]}: {path}")
    if not manifest.texts:
        raise SettingsError(f"{variable} holds no operation, so nothing could run: {path}")
    return manifest.texts


class TrustedDocuments:
    """Knows the documents of a manifest, and lets no other pass, however it is asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def found(self, operation: Operation) -> Operation:
        if operation.query:
            require_hash(operation)
        text = self._texts.get(operation.sha256 or sha256_of(operation.query))
        if text is None:
            refusals.note(refusals.Kind.DOCUMENT, by="text" if operation.query else "hash")
            raise Refusal(403, "PERSISTED_QUERY_NOT_IN_LIST", "untrusted_document", well_formed=True)
        return replace(operation, query=text)

    def ran(self, operation: Operation) -> None:
        pass


class RememberedDocuments:
    """Remembers the texts that clients want known by their hashes, those that were asked for last; `most` may be 0.

    A text with a literal in it is never kept, nor one that couldn't be run: what was written there may be a password.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._texts: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def bytes(self) -> int:
        """What the texts take."""
        return self._bytes

    def found(self, operation: Operation) -> Operation:
        if operation.sha256 is None:
            return operation
        if operation.query:
            require_hash(operation)
            return operation
        text = self._texts.get(operation.sha256)
        if text is None:
            raise not_found() if self._most else not_supported()
        self._texts.move_to_end(operation.sha256)
        return replace(operation, query=text.decode())

    def ran(self, operation: Operation) -> None:
        if operation.sha256 is None or operation.sha256 in self._texts:
            return
        if '"' in operation.query or len(operation.query) > LONGEST_REMEMBERED:
            return
        text = operation.query.encode()
        self._texts[operation.sha256] = text
        self._bytes += len(text)
        while len(self._texts) > self._most or self._bytes > MOST_BYTES:
            _, forgotten = self._texts.popitem(last=False)
            self._bytes -= len(forgotten)


def require_hash(operation: Operation) -> None:
    """Lets an operation pass whose hash, where it has one, is that of its text.

    Raises:
        Refusal: 400.
    """
    if operation.sha256 is not None and operation.sha256 != sha256_of(operation.query):
        raise Refusal(400, "PERSISTED_QUERY_HASH_MISMATCH", "hash_mismatch")


def not_found() -> Refusal:
    """Has the client send the text."""
    return Refusal(404, "PERSISTED_QUERY_NOT_FOUND", "persisted_query_not_found", well_formed=True)
