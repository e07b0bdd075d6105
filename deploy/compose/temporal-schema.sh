#!/bin/sh
# Creates Temporal's two databases, and brings their schemas to this image's version. Safe to run again.
set -eu

schema() {
  temporal-sql-tool --database "$1" create
  temporal-sql-tool --database "$1" setup-schema -v 0.0
  temporal-sql-tool --database "$1" update-schema --schema-name "postgresql/v12/$2"
}

# SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD and SQL_PLUGIN are in the environment.
schema temporal temporal
schema temporal_visibility visibility
