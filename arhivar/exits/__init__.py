# SPDX-License-Identifier: EUPL-1.2
"""The ways out for what waits for a person: retry, accept, reject.

Two kinds of cases wait: drops in quarantine, which never became an ingest, and ingests that stand still. ``cases``
lists and finds them, ``drops`` and ``ingests`` carry a decision out.

A decision is audited, then recorded in the catalogue, then carried out. Whatever a crash cuts off, the same command
again completes; so an audit may hold an order twice, and never lacks one.
"""
