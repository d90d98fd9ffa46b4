#!/usr/bin/env bash
# Prints 'passed failed skipped' of an xunit v2 XML result file; errors count as failures.
set -euo pipefail
sum() { { grep -o "<assembly [^>]*" "$1" || true; } | { grep -o " $2=\"[0-9]*\"" || true; } | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }
echo "$(sum "$1" passed) $(($(sum "$1" failed) + $(sum "$1" errors))) $(sum "$1" skipped)"
