# SPDX-License-Identifier: EUPL-1.2
"""From the scanners' share to staging: the only part of Arhivar that sees the share.

``drops`` lists and judges what lies in the inbox, ``claims`` takes one drop atomically, ``examine`` looks at its files,
``describe`` finds out which unit it is, ``stage`` copies and verifies, ``quarantine`` sets aside what cannot go on,
and ``take`` strings them together.
"""
