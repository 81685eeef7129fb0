# SPDX-License-Identifier: EUPL-1.2
"""The names and severities of findings."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.messages import Message


class Severity(StrEnum):
    """What a finding does to the ingest, mildest first."""

    NOTE = "note"
    PLACEHOLDER = "placeholder"
    QUARANTINE = "quarantine"


class FindingCode(StrEnum):
    """Stable names of findings; a broken sample is named after the finding that it must produce."""

    DESCRIPTION_MISSING = "description-missing"
    DESCRIPTION_INVALID = "description-invalid"
    UNIT_CONFLICT = "unit-conflict"
    PAGES_FEWER = "pages-fewer"
    UNIT_NOT_DEPOSITED = "unit-not-deposited"
    REPLACES_WRONG = "replaces-wrong"
    VOLUME_WRONG = "volume-wrong"
    LINK_REFUSED = "link-refused"
    NO_PAGES = "no-pages"
    PAGE_LISTED_MISSING = "page-listed-missing"
    FOLIO_COUNT = "folio-count"
    SEQUENCE_GAP = "sequence-gap"
    PAGE_DUPLICATE = "page-duplicate"
    FILE_NOT_LISTED = "file-not-listed"
    ATTACHMENT_KEPT = "attachment-kept"
    FILE_UNSUPPORTED = "file-unsupported"
    FILE_EMPTY = "file-empty"
    FILE_TOO_LARGE = "file-too-large"
    FILE_UNREADABLE = "file-unreadable"
    DOCUMENT_ENCRYPTED = "document-encrypted"
    PAGE_UNREADABLE = "page-unreadable"
    PAGE_TOO_LARGE = "page-too-large"
    PAGE_LIMIT = "page-limit"
    PAGE_UNREAD = "page-unread"
    PAGE_BLANK = "page-blank"
    RESOLUTION_UNKNOWN = "resolution-unknown"
    CONFIDENCE_LOW = "confidence-low"
    SECOND_READING_FAILED = "second-reading-failed"
    RESOLUTION_LOW = "resolution-low"
    LETTERS_SMALL = "letters-small"
    BLURRED = "blurred"
    CONTRAST_LOW = "contrast-low"
    OVEREXPOSED = "overexposed"
    UNDEREXPOSED = "underexposed"
    SKEW_LEFT = "skew-left"
    TEXT_CUT = "text-cut"
    TARGET_RECOGNISED = "target-recognised"
    PAGE_NEAR_DUPLICATE = "page-near-duplicate"
    LEDGER_DIFFERENCE = "ledger-difference"
    STORED_FILE_MISSING = "stored-file-missing"
    STORED_FILE_DAMAGED = "stored-file-damaged"
    STORED_FILE_UNEXPECTED = "stored-file-unexpected"
    PACKAGE_MISSING = "package-missing"
    PACKAGE_DAMAGED = "package-damaged"
    CATALOGUE_ROW_MISSING = "catalogue-row-missing"
    CATALOGUE_DIFFERS = "catalogue-differs"
    INDEX_STALE = "index-stale"
    ACCESS_INDEX_OPEN = "access-index-open"
    ACCESS_INDEX_DIFFERS = "access-index-differs"
    ACCESS_CATALOGUE_DIFFERS = "access-catalogue-differs"
    ACCESS_DECISION_DIFFERS = "access-decision-differs"
    ACCESS_ENTRY_LOST = "access-entry-lost"
    AUDIT_RECORD_MISSING = "audit-record-missing"
    AUDIT_RECORD_ALTERED = "audit-record-altered"
    AUDIT_CHAIN_BROKEN = "audit-chain-broken"
    AUDIT_BATCH_DIFFERS = "audit-batch-differs"
    AUDIT_HEAD_MISSING = "audit-head-missing"
    AUDIT_HEAD_FORGED = "audit-head-forged"
    AUDIT_KEY_UNKNOWN = "audit-key-unknown"
    FINDINGS_ACCEPTED = "findings-accepted"
    FILE_REPAIRED = "file-repaired"
    FILE_SET_ASIDE = "file-set-aside"
    REPAIR_IMPOSSIBLE = "repair-impossible"
    REPLICA_REFUSED = "replica-refused"
    REPLICA_DIFFERS = "replica-differs"


@dataclass(frozen=True, slots=True)
class FindingRule:
    """What a code means: severity, the sentence, and what the operator should do next."""

    severity: Severity
    sentence: Message
    advice: Message
    acceptable: bool = False
    """Whether a person may overrule it with `arhivar accept`. A note holds nothing up, and needs no accepting."""
