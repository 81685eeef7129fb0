# SPDX-License-Identifier: EUPL-1.2
"""What the archive serves as files: pictures of pages, their text, PDFs, figures. No HTTP, and no decision on access.

Everything is named by unit, version and page, and a version never changes: so answers are cached, and an `etag` says
when one is the same. None of it knows who asks. The caller checks access before, at every request.
"""
