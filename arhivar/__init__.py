# SPDX-License-Identifier: EUPL-1.2
"""The application: settings, command line, composition root and the pipeline that strings the steps together."""

VERSION = "0.1.0"
