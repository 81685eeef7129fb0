# SPDX-License-Identifier: EUPL-1.2
"""The addresses of the API, a module a kind of thing. Each carries exactly one rule of `web.rules`."""
