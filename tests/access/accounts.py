"""Who may ask for the pages of accounts and of the site itself."""

from __future__ import annotations

from tests.access.people import ACCOUNT, ANYBODY, Route

OPEN_TO_ALL = {"allowed": ANYBODY}

ROUTES = {
    "GET home.show": Route(address="/", **ACCOUNT),
    "GET accounts.sign_in": Route(address="/connexion", **OPEN_TO_ALL),
    "POST accounts.sign_in": Route(address="/connexion", **OPEN_TO_ALL),
    "POST accounts.sign_out": Route(address="/deconnexion", **ACCOUNT),
    "GET accounts.account": Route(address="/compte", **ACCOUNT),
    "POST accounts.change_details": Route(address="/compte", **ACCOUNT),
    "POST accounts.change_password": Route(address="/compte/mot-de-passe", **ACCOUNT),
    "POST accounts.sign_out_everywhere": Route(address="/compte/deconnexion", **ACCOUNT),
    "POST display.choose": Route(address="/affichage", **OPEN_TO_ALL),
    "GET passwords.forgotten": Route(address="/mot-de-passe/oublie", **OPEN_TO_ALL),
    "POST passwords.forgotten": Route(address="/mot-de-passe/oublie", **OPEN_TO_ALL),
    "GET passwords.renew": Route(address="/mot-de-passe/nouveau/{reset}", **OPEN_TO_ALL),
    "POST passwords.renew": Route(address="/mot-de-passe/nouveau/{reset}", **OPEN_TO_ALL),
    "GET invitations.show": Route(address="/invitation/{invitation}", **OPEN_TO_ALL),
    "POST invitations.accept": Route(address="/invitation/{invitation}", **OPEN_TO_ALL),
    "GET health.show": Route(address="/sante", **OPEN_TO_ALL),
    "GET operate.extensions": Route(
        address="/exploitation/extensions", allowed=frozenset({"operator"})
    ),
}
