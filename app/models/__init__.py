"""Tortoise's models of the tables that are written a row at a time, one file a noun.

Foreign keys are plain columns here; what the tables themselves hold to is in the migrations. The audit and the search
keys have no models: `app.services` writes them as whole statements. Every query names its transaction
(`.using_db(tx.client)`); one that doesn't is refused.
"""

from app.models.customer import Customer
from app.models.login import Login
from app.models.reference import Reference
from app.models.second_factor import RecoveryCode, SecondFactor, StaffTicket
from app.models.secret import Secret
from app.models.session import Session, Ticket
from app.models.settings import InternetOrderSettings
from app.models.staff import AccessToken, StaffMember

__all__ = [
    "AccessToken",
    "Customer",
    "InternetOrderSettings",
    "Login",
    "RecoveryCode",
    "Reference",
    "SecondFactor",
    "Secret",
    "Session",
    "StaffMember",
    "StaffTicket",
    "Ticket",
]
