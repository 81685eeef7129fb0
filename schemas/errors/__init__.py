# SPDX-License-Identifier: EUPL-1.2
"""The one error tree of Arhivar, a module a family; all of it is imported from here.

What is wrong with *a drop or a page* is a finding (``schemas.findings``): data that the pipeline carries along.
What stops *an operation* is an error of this tree. Each class says its stable code, the exit code of its family,
whether trying again can help, and a message in Romanian and English that names the thing and the next action.

::

    ArhivarError
    ├── UsageError ............ ARH-10xx  exit 2   the command or its settings are wrong
    │   ├── UnknownSetting, InvalidSetting, ArchiveMissing, ArchiveExists, InboxMissing, UnitUnknown,
    │   ├── PageUnknown, QueryMalformed, TargetNotEmpty, InputUnreadable, OutputExists, CaseUnknown,
    │   ├── ReplicaUnset, CaseAmbiguous, CatalogueExists, CaseClosed, FindingNotAcceptable,
    │   └── DifferencesRemain, CurrentVersionStays, PagesMalformed
    ├── IntakeError ........... ARH-12xx  exit 3   the way from the share to staging
    │   └── CopyDiffers, ShareUnavailable, DropNameTaken, ShareFull
    ├── ImageError ............ ARH-20xx  exit 4   a page image cannot be used
    │   └── ImageUnreadable, ImageTooLarge, FormatUnsupported, DocumentEncrypted, WorkerLimit
    ├── ReadingError .......... ARH-30xx  exit 5   character recognition
    │   └── EngineUnavailable, LanguageMissing, EngineFailed
    ├── ComposeError .......... ARH-40xx  exit 6   PDF/A and ALTO
    │   └── PdfNotWritten, NotPdfA
    ├── StoreError ............ ARH-50xx  exit 7   object store, preservation packages and the replica
    │   ├── KeyInvalid, ObjectMissing, ObjectExists, ObjectDamaged, StoreFull, StoreUnavailable,
    │   └── PackageInvalid, ObjectChanged, ReplicaMissing
    ├── CatalogueError ........ ARH-60xx  exit 8   the catalogue
    │   └── CatalogueUnavailable, CatalogueVersion, LeaseLost, CatalogueFull, BaseMoved
    ├── SearchIndexError ...... ARH-70xx  exit 9   the search index
    │   └── IndexUnavailable, IndexVersion, IndexFull
    ├── ToolError ............. ARH-80xx  exit 10  an external program
    │   └── ToolMissing, ToolFailed, ToolTimeout
    ├── AuditError ............ ARH-90xx  exit 11  the audit
    │   └── AuditKeyMissing, AuditKeyUnsafe, AuditKeyUnreadable, AuditBroken
    ├── BackupError ........... ARH-91xx  exit 12  backup and restore
    │   └── BackupMissing, BackupDamaged, BackupNewer, BackupNotWritten, ArchiveBusy
    ├── MachineError .......... ARH-92xx  exit 13  this machine: its work area and temporary files
    │   └── DiskFull, DiskUnavailable, SpaceLow
    ├── WebError .............. ARH-93xx  exit 14  the HTTP application
    │   ├── TokenMissing, TokenRefused, RoleInsufficient, NothingThere, MethodRefused, RequestMalformed,
    │   ├── RequestTooLarge, TooManyRequests, CursorRefused, PersonInAddress, NotReady, IdentityUnavailable,
    │   ├── ServeUnsafe, LocalIssuerRefused, IssuerKeyUnusable, RequestFailed, PartUnavailable,
    │   └── ContextRefused
    └── ServingError .......... ARH-94xx  exit 15  files that the archive serves
        └── ImageRequestInvalid, ImageAnswerTooLarge, ExcerptEmpty, RangeUnsatisfiable
"""

from schemas.errors.audit import AuditBroken, AuditError, AuditKeyMissing, AuditKeyUnreadable, AuditKeyUnsafe
from schemas.errors.backup import ArchiveBusy, BackupDamaged, BackupError, BackupMissing, BackupNewer, BackupNotWritten
from schemas.errors.catalogue import (
    BaseMoved,
    CatalogueError,
    CatalogueFull,
    CatalogueUnavailable,
    CatalogueVersion,
    LeaseLost,
)
from schemas.errors.compose import ComposeError, NotPdfA, PdfNotWritten
from schemas.errors.image import (
    DocumentEncrypted,
    FormatUnsupported,
    ImageError,
    ImageTooLarge,
    ImageUnreadable,
    WorkerLimit,
)
from schemas.errors.index import IndexFull, IndexUnavailable, IndexVersion, SearchIndexError
from schemas.errors.intake import CopyDiffers, DropNameTaken, IntakeError, ShareFull, ShareUnavailable
from schemas.errors.machine import DiskFull, DiskUnavailable, MachineError, SpaceLow
from schemas.errors.reading import EngineFailed, EngineUnavailable, LanguageMissing, ReadingError
from schemas.errors.root import EXIT_BUG, EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE, ArhivarError
from schemas.errors.serving import (
    ExcerptEmpty,
    ImageAnswerTooLarge,
    ImageRequestInvalid,
    RangeUnsatisfiable,
    ServingError,
)
from schemas.errors.store import (
    KeyInvalid,
    ObjectChanged,
    ObjectDamaged,
    ObjectExists,
    ObjectMissing,
    PackageInvalid,
    ReplicaMissing,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from schemas.errors.tool import ToolError, ToolFailed, ToolMissing, ToolTimeout
from schemas.errors.usage import (
    ArchiveExists,
    ArchiveMissing,
    CaseAmbiguous,
    CaseClosed,
    CaseUnknown,
    CatalogueExists,
    CurrentVersionStays,
    DifferencesRemain,
    FindingNotAcceptable,
    InboxMissing,
    InputUnreadable,
    InvalidSetting,
    OutputExists,
    PagesMalformed,
    PageUnknown,
    QueryMalformed,
    ReplicaUnset,
    TargetNotEmpty,
    UnitUnknown,
    UnknownSetting,
    UsageError,
)
from schemas.errors.web import (
    ContextRefused,
    CursorRefused,
    IdentityUnavailable,
    IssuerKeyUnusable,
    LocalIssuerRefused,
    MethodRefused,
    NothingThere,
    NotReady,
    PartUnavailable,
    PersonInAddress,
    RequestFailed,
    RequestMalformed,
    RequestTooLarge,
    RoleInsufficient,
    ServeUnsafe,
    TokenMissing,
    TokenRefused,
    TooManyRequests,
    WebError,
)

__all__ = [
    "EXIT_BUG",
    "EXIT_DONE",
    "EXIT_FINDINGS",
    "EXIT_USAGE",
    "ArchiveBusy",
    "ArchiveExists",
    "ArchiveMissing",
    "ArhivarError",
    "AuditBroken",
    "AuditError",
    "AuditKeyMissing",
    "AuditKeyUnreadable",
    "AuditKeyUnsafe",
    "BackupDamaged",
    "BackupError",
    "BackupMissing",
    "BackupNewer",
    "BackupNotWritten",
    "BaseMoved",
    "CaseAmbiguous",
    "CaseClosed",
    "CaseUnknown",
    "CatalogueError",
    "CatalogueExists",
    "CatalogueFull",
    "CatalogueUnavailable",
    "CatalogueVersion",
    "ComposeError",
    "ContextRefused",
    "CopyDiffers",
    "CurrentVersionStays",
    "CursorRefused",
    "DifferencesRemain",
    "DiskFull",
    "DiskUnavailable",
    "DocumentEncrypted",
    "DropNameTaken",
    "EngineFailed",
    "EngineUnavailable",
    "ExcerptEmpty",
    "FindingNotAcceptable",
    "FormatUnsupported",
    "IdentityUnavailable",
    "ImageAnswerTooLarge",
    "ImageError",
    "ImageRequestInvalid",
    "ImageTooLarge",
    "ImageUnreadable",
    "InboxMissing",
    "IndexFull",
    "IndexUnavailable",
    "IndexVersion",
    "InputUnreadable",
    "IntakeError",
    "InvalidSetting",
    "IssuerKeyUnusable",
    "KeyInvalid",
    "LanguageMissing",
    "LeaseLost",
    "LocalIssuerRefused",
    "MachineError",
    "MethodRefused",
    "NotPdfA",
    "NotReady",
    "NothingThere",
    "ObjectChanged",
    "ObjectDamaged",
    "ObjectExists",
    "ObjectMissing",
    "OutputExists",
    "PackageInvalid",
    "PageUnknown",
    "PagesMalformed",
    "PartUnavailable",
    "PdfNotWritten",
    "PersonInAddress",
    "QueryMalformed",
    "RangeUnsatisfiable",
    "ReadingError",
    "ReplicaMissing",
    "ReplicaUnset",
    "RequestFailed",
    "RequestMalformed",
    "RequestTooLarge",
    "RoleInsufficient",
    "SearchIndexError",
    "ServeUnsafe",
    "ServingError",
    "ShareFull",
    "ShareUnavailable",
    "SpaceLow",
    "StoreError",
    "StoreFull",
    "StoreUnavailable",
    "TargetNotEmpty",
    "TokenMissing",
    "TokenRefused",
    "TooManyRequests",
    "ToolError",
    "ToolFailed",
    "ToolMissing",
    "ToolTimeout",
    "UnitUnknown",
    "UnknownSetting",
    "UsageError",
    "WebError",
    "WorkerLimit",
    "all_errors",
]


def all_errors() -> list[type[ArhivarError]]:
    """Every class of the tree, root first, in the order of its code."""
    found: list[type[ArhivarError]] = []
    waiting = [ArhivarError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting.extend(kind.__subclasses__())
    return sorted(found, key=lambda kind: kind.code)
