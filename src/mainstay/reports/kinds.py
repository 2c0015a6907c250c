"""What duties of each kind are called on a page."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Promise] = {
    "admit": _("Admit to hospital"),
    "admit_severe": _("Admit the severely ill"),
    "admit_to_site": _("Admit to a quarantine site"),
    "assess_severity": _("Assess severity"),
    "classify": _("Classify"),
    "clinical_check": _("Clinical check"),
    "close_gap": _("Close a gap"),
    "confirm_no_contacts": _("Confirm that there are no contacts"),
    "confirm_order": _("Confirm an oral order"),
    "decide_objection": _("Decide an objection"),
    "discharge_tests": _("Tests before discharge"),
    "establish": _("Establish what is not known"),
    "exclusion_tests": _("Tests before exclusion"),
    "fill_post": _("Fill a post"),
    "follow_up": _("Daily follow-up"),
    "immunoglobulin": _("Give immunoglobulin"),
    "investigate": _("Investigate the case"),
    "isolation": _("Isolation in force"),
    "list_contacts": _("List the contacts"),
    "mend_field": _("Mend a field"),
    "mend_row": _("Mend a row"),
    "move": _("Move"),
    "offer_isolation": _("Offer isolation"),
    "offer_quarantine": _("Offer quarantine"),
    "quarantine": _("Quarantine in force"),
    "release": _("Release"),
    "report": _("Report the case"),
    "resolve_conflict": _("Resolve a conflict"),
    "review_order": _("Review an order"),
    "revisit": _("Revisit"),
    "safe_burial": _("Safe burial"),
    "seek_isolation_order": _("Seek an isolation order"),
    "seek_quarantine_order": _("Seek a quarantine order"),
    "self_monitoring": _("Self-monitoring"),
    "serve_order": _("Serve an order"),
    "settle_difference": _("Settle a difference"),
    "specimen": _("Take a specimen"),
    "temperature_check": _("Temperature check"),
    "vaccinate": _("Vaccinate"),
}


def kind_name(kind: str) -> str:
    """In the reader's language; an edition's own kind by its code."""
    return str(KINDS.get(kind, kind.replace("_", " ")))
