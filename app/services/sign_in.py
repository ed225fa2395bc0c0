"""All by which people come in, move, change their own password and leave, under one name.

Each part has a module of its own: `portal_log_in`, `staff_log_in`, `own_password`, `own_staff_password`, `sign_out`.
"""

from app.services.logins import Logins
from app.services.new_passwords import NewPasswords
from app.services.own_password import OwnPassword
from app.services.own_staff_password import OwnStaffPassword
from app.services.portal_log_in import PortalLogIn
from app.services.resources import Resources
from app.services.session_rows import SessionRows
from app.services.sign_out import SignOut
from app.services.staff_log_in import StaffLogIn
from app.services.tickets import Tickets


class SignIn:
    """What the caller's own session is about."""

    def __init__(self, resources: Resources, rows: SessionRows, logins: Logins, new_passwords: NewPasswords) -> None:
        portal = PortalLogIn(resources, rows, Tickets(resources.database, resources.clock))
        staff = StaffLogIn(resources, rows)
        leaving = SignOut(resources, logins, rows)
        self.login = portal.login
        self.choose_customer = portal.choose_customer
        self.switch_customer = portal.switch_customer
        self.change_password = OwnPassword(resources, logins, new_passwords, rows).change_password
        self.staff_login = staff.staff_login
        self.confirm_staff_login = staff.confirm_staff_login
        self.change_staff_password = OwnStaffPassword(resources, new_passwords, rows).change_staff_password
        self.logout = leaving.logout
        self.end_other_sessions = leaving.end_other_sessions
        self.revoke_session = leaving.revoke_session
