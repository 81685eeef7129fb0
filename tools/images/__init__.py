# SPDX-License-Identifier: EUPL-1.2
"""Builds the deployment's images for real, and shows that what is in them runs confined as docker-compose.yml says."""
