#!/bin/sh
# Creates the namespace with the search attributes that the workflows set. Safe to run again: an existing namespace gets the
# retention, and attributes that exist stay.
set -eu

# TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_RETENTION are in the environment.
until temporal operator cluster health >/dev/null 2>&1; do
  echo "Waiting for Temporal at $TEMPORAL_ADDRESS"
  sleep 2
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION"
fi

# A new namespace is known to the whole server a moment later: until then this fails.
until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name SmcBatch --type Keyword \
  --name SmcServer --type Keyword \
  --name SmcPhase --type Keyword; do
  echo "Waiting for the namespace $TEMPORAL_NAMESPACE"
  sleep 2
done
