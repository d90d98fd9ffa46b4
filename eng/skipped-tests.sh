#!/usr/bin/env bash
# Prints 'NAME: REASON' of every skipped test in xunit v2 XML result files, the names in order.
set -euo pipefail
cat "$@" | tr '\n' ' ' | sed 's/<test /\n<test /g' | { grep '^<test [^>]* result="Skip"' || true; } \
  | sed -E 's/^<test .* name="([^"]*)" result="Skip".*<reason>(<!\[CDATA\[)?(.*)<\/reason>.*$/\1: \3/; s/\]\]>$//; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'\''/g; s/&amp;/\&/g' \
  | LC_ALL=C sort
