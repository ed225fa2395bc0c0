"""What happened, as a sentence. The audit stores codes; this is where they become words, when somebody reads them.

The names of people lie beside an event and can be erased, so every sentence also holds without them.
"""

from collections.abc import Mapping
from typing import Any, Final

from app.i18n.catalogue import mark, mark_plural, translate, translate_plural
from app.models.enums import ActorKind, AuditAction

_SENTENCES: Final = {
    AuditAction.CUSTOMER_CREATED: mark("{actor} created a customer."),
    AuditAction.CUSTOMER_UPDATED: mark("{actor} changed a customer."),
    AuditAction.CUSTOMER_DELETED: mark("{actor} deleted a customer."),
    AuditAction.REFERENCE_CREATED: mark("{actor} created a reference."),
    AuditAction.REFERENCE_UPDATED: mark("{actor} changed a reference."),
    AuditAction.REFERENCE_DELETED: mark("{actor} deleted a reference."),
    AuditAction.PASSWORD_SET: mark("{actor} set the first password for {username}."),
    AuditAction.PASSWORD_CLEARED: mark("{actor} removed the password for {username}."),
    AuditAction.PASSWORD_CHANGED: mark("{actor} changed the password for {username}."),
    AuditAction.PASSWORD_RESTORED: mark("{actor} put back the removed password for {username}."),
    AuditAction.LOGIN_UNLOCKED: mark("{actor} unlocked {username}."),
    AuditAction.LOGIN_SUCCEEDED: mark("{username} logged in."),
    AuditAction.CHOICE_OFFERED: mark("{username} was asked which company to go on as."),
    AuditAction.LOGIN_FAILED: mark("Somebody tried in vain to log in as {username}."),
    AuditAction.LOGIN_THROTTLED: mark("Log-ins as {username} were stopped after too many wrong passwords."),
    AuditAction.CUSTOMER_SWITCHED: mark("{actor} went on as another company."),
    AuditAction.LOGGED_OUT: mark("{actor} logged out."),
    AuditAction.SESSION_REVOKED: mark("{actor} ended a session."),
    AuditAction.SESSIONS_ENDED: mark("{actor} ended the sessions of {username}."),
    AuditAction.SETTINGS_CREATED: mark("{actor} created internet order settings."),
    AuditAction.SETTINGS_UPDATED: mark("{actor} changed internet order settings."),
    AuditAction.SETTINGS_DELETED: mark("{actor} deleted internet order settings."),
    AuditAction.STAFF_CREATED: mark("{actor} created a member of staff."),
    AuditAction.STAFF_UPDATED: mark("{actor} changed a member of staff."),
    AuditAction.STAFF_PASSWORD_CHANGED: mark("{actor} changed a staff password."),
    AuditAction.SECOND_FACTOR_ENABLED: mark("{actor} added an authenticator app."),
    AuditAction.SECOND_FACTOR_REMOVED: mark("{actor} removed their authenticator app."),
    AuditAction.SECOND_FACTOR_RESET: mark("{actor} reset the authenticator app of {username}."),
    AuditAction.RECOVERY_CODE_USED: mark("{username} used a recovery code."),
    AuditAction.RECOVERY_CODES_RENEWED: mark("{actor} got new recovery codes."),
    AuditAction.ACCESS_TOKEN_CREATED: mark("{actor} created an access token."),
    AuditAction.ACCESS_TOKEN_REVOKED: mark("{actor} revoked an access token."),
    AuditAction.IMPORT_APPLIED: mark("{actor} carried out an import."),
    AuditAction.PERSON_EXPORTED: mark("{actor} exported what is stored about a person."),
    AuditAction.PERSON_ERASED: mark("{actor} erased what named a person."),
    AuditAction.AUDIT_PRUNED: mark("{actor} cut the oldest part off the audit."),
}

# Who it was where there is no name: an actor that never had one, or whose name has been erased.
_NAMELESS: Final = {
    ActorKind.STAFF: mark("A member of staff"),
    ActorKind.PORTAL: mark("A portal user"),
    ActorKind.TOKEN: mark("An access token"),
    ActorKind.COMMAND_LINE: mark("The command line"),
    ActorKind.NOBODY: mark("Somebody who isn't logged in"),
    ActorKind.SYSTEM: mark("The service"),
}
_SOME_USERNAME: Final = mark("a username that isn't shown")

_SESSIONS: Final = mark_plural("{count} session ended.", "{count} sessions ended.")
_FIELDS: Final = mark("Fields: {fields}.")
_FORGOTTEN: Final = mark("It can't be put back.")
_ADDRESS_STOPPED: Final = mark("Log-ins from an address were stopped after too many wrong passwords.")
_WRONG_CODE: Final = mark("The password was right, but the code was wrong.")


def detail(event: Any, locale: str) -> str:
    """What an audit event records, for people.

    `event` is a row of the audit, or anything else that has its `action`; its `actor_kind`, `actor`, `username`,
    `changes` and `data` are used as far as they are there.
    """
    kind = ActorKind(getattr(event, "actor_kind", None) or ActorKind.SYSTEM)
    actor = getattr(event, "actor", None) or translate(_NAMELESS[kind], locale)
    username = getattr(event, "username", None) or translate(_SOME_USERNAME, locale)
    data = getattr(event, "data", None)
    sentence = _SENTENCES[AuditAction(event.action)]
    if isinstance(data, Mapping) and data.get("wait") == "ADDRESS":
        sentence = _ADDRESS_STOPPED
    sentences = [translate(sentence, locale, actor=actor, username=username)]
    fields = [_name_of(change) for change in getattr(event, "changes", None) or ()]
    if fields:
        sentences.append(translate(_FIELDS, locale, fields=", ".join(fields)))
    if isinstance(data, Mapping) and data.get("forgotten") is True:
        sentences.append(translate(_FORGOTTEN, locale))
    if isinstance(data, Mapping) and data.get("wrongCode") is True:
        sentences.append(translate(_WRONG_CODE, locale))
    ended = data.get("sessionsRevoked") if isinstance(data, Mapping) else None
    if isinstance(ended, int) and ended > 0:
        sentences.append(translate_plural(_SESSIONS, ended, locale))
    return " ".join(sentences)


def _name_of(change: Any) -> str:
    """The changed field's public name; its values before and after are shown beside the sentence, not in it."""
    return str(change["field"] if isinstance(change, Mapping) else change.field)
